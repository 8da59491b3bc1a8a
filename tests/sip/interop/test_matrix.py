"""Each kind of call with each kind of far end: both hear each other through keys, hold, re-INVITE and what follows."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from engine.diagnosis.ladder import ladder
from engine.model.trunk import Authentication
from engine.ports import Answered, DialRequest, DigitPressed, Ear, MediaChanged, Recorder, ReferAnswered, Said
from sip.config import Tls
from tests.peers.audio import Sound, hears, level_of_tone
from tests.peers.certificates import make_pems
from tests.peers.ports import Ports
from tests.peers.waiting import eventually, lasting, within
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.interop.carriers import CARRIERS, OURS, PHONE, REFERRED, SAID_HZ, SESSION_S, Carrier, Ground
from tests.sip.interop.cases import POSSIBLE, WHOLE, Case, Codec, Direction, Last, in_pairs

pytestmark = [pytest.mark.sip, pytest.mark.slow]

PLAYED_HZ = 440
TONE_DBOV = -12
"""Of both tones, where they are made."""


CASES = POSSIBLE if os.environ.get(WHOLE) else in_pairs(POSSIBLE)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_both_ends_hear_each_other_through_the_call(
    open_line: OpenLine, tmp_path: Path, ports: Ports, prompt: Path, case: Case
) -> None:
    ground = Ground(case, tmp_path, ports, ports.block(2), make_pems(tmp_path / "pems"))
    async with CARRIERS[case.peer](ground) as carrier, our_line(open_line, ground, carrier) as line:
        call = await in_a_call(line, carrier, case)
        assert (await call.sees(MediaChanged)).codec.upper() == case.codec.upper()
        await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)], loop=True)
        recorder = await line.agent.bridge.record(tracks=[[Said(call.leg.id)]])
        ear = Hearing(recorder, line.agent.bridge.rate_hz)
        await ear.hears_the_telephone()

        await keys_arrive(call, carrier)
        await hold_is_told_and_ends(call, carrier)
        await ear.hears_the_telephone()
        await carrier.phone.does("reinvite")
        await ear.hears_the_telephone()
        if case.last is Last.REFRESH:
            await is_refreshed(line, call)
            await ear.hears_the_telephone()
        if case.last is Last.TRANSFER:
            await is_transferred(line, call, carrier)

        await call.leg.hang_up()
        await call.ends()
        heard = await carrier.phone.heard()
    assert hears(heard, PLAYED_HZ, seconds=1)
    assert level_of_tone(heard, PLAYED_HZ, least_s=0.5) == pytest.approx(TONE_DBOV, abs=2)


@asynccontextmanager
async def our_line(open_line: OpenLine, ground: Ground, carrier: Carrier) -> AsyncIterator[Line]:
    tls = Tls(ground.pems.ca, ground.pems.certificate, ground.pems.key) if ground.secure else None
    codecs = [each.value for each in Codec]
    async with open_line(
        trunk=carrier.trunk, host=ground.host, port=ground.port, tls=tls, codecs=codecs, trace_calls=10
    ) as line:
        if carrier.trunk.auth is Authentication.REGISTER:
            async with within(10):
                while not all(each.active for each in (await line.agent.registrations()).values()):
                    await asyncio.sleep(0.05)
        yield line


async def in_a_call(line: Line, carrier: Carrier, case: Case) -> Watch:
    if case.direction is Direction.OUTBOUND:
        call = Watch(await line.agent.dial(DialRequest(PHONE, OURS, "CA1"))).start()
    else:
        await carrier.phone.does("dial", carrier.dials_us)
        leg, arrival = await line.takes()
        assert arrival.called == OURS
        call = Watch(leg).start()
        await leg.answer()
    await call.sees(Answered)
    await carrier.phone.sees("CALL_ESTABLISHED")
    return call


class Hearing:
    """What we hear of the telephone."""

    def __init__(self, recorder: Recorder, rate_hz: int) -> None:
        self._recorder = recorder
        self._rate_hz = rate_hz

    async def hears_the_telephone(self) -> None:
        """From now on its tone is heard for a second, as loud as it is made."""
        self._recorder.take()
        pcm = bytearray()

        def level() -> float | None:
            pcm.extend(self._recorder.take())
            return level_of_tone(Sound.of_pcm(np.frombuffer(pcm, np.int16), self._rate_hz), SAID_HZ, least_s=1)

        told = await eventually(level, within_s=5, otherwise=lambda: f"a second of {SAID_HZ} Hz")
        assert told == pytest.approx(TONE_DBOV, abs=2)


async def keys_arrive(call: Watch, carrier: Carrier) -> None:
    await carrier.phone.does("sndcode", "5")
    assert (await call.sees(DigitPressed)).digit == "5"
    await call.leg.press("7")
    assert (await carrier.phone.sees("CALL_DTMF_START"))["param"] == "7"


async def hold_is_told_and_ends(call: Watch, carrier: Carrier) -> None:
    await carrier.phone.does("hold")
    await eventually(lambda: not sends(call), within_s=5, otherwise=lambda: f"hold; {call.seen}")
    await lasting(0.3)
    await carrier.phone.does("resume")
    await eventually(lambda: sends(call), within_s=5, otherwise=lambda: f"its end; {call.seen}")


def sends(call: Watch) -> bool:
    """Whether we send it sound, by what was told last."""
    told = [each for each in call.seen if isinstance(each, MediaChanged)]
    return told[-1].sending


async def is_refreshed(line: Line, call: Watch) -> None:
    """Somebody has asked for it within half of the session's time, and was answered."""

    async def answers() -> int:
        titles = [each.title for each in ladder(await line.agent.messages(call.leg.sip_call_id))]
        return titles.count("200 OK (INVITE)") + titles.count("200 OK (UPDATE)")

    before = await answers()
    async with within(SESSION_S / 2 + 10):
        while await answers() == before:
            await asyncio.sleep(0.5)


async def is_transferred(line: Line, call: Watch, carrier: Carrier) -> None:
    """The telephone calls the number of ours that it is referred to, and we are told that it was answered."""
    await call.leg.refer(carrier.refers_to)
    leg, arrival = await line.takes()
    assert arrival.called == REFERRED
    second = Watch(leg).start()
    await leg.answer()
    await second.sees(MediaChanged)
    async with within(10):
        while not any(isinstance(each, ReferAnswered) and each.final for each in call.seen):
            await asyncio.sleep(0.05)
    assert [each.code for each in call.seen if isinstance(each, ReferAnswered) and each.final] == [200]
    await leg.hang_up()
    await second.ends()
