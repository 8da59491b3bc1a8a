"""Sessions with keys by DTLS that change: hold and resume by either end, re-INVITE, refresh, and sound after each.

Asterisk, where it has no ICE, clears its association of DTLS at each offer and answer, and agrees on keys anew.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.diagnosis.ladder import ladder
from engine.model.trunk import Trunk, new_trunk
from engine.ports import Answered, DialRequest, Ear, MediaChanged, Recorder, Said
from tests.peers.asterisk import asterisk
from tests.peers.audio import Sound, hears, level_of_tone, tone
from tests.peers.baresip import Baresip, baresip
from tests.peers.ports import Ports
from tests.peers.raw_caller import RawCaller, raw_caller
from tests.peers.sipp import NUMBER
from tests.peers.waiting import eventually, lasting, within
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.raw_calls import in_a_call

pytestmark = [pytest.mark.sip, pytest.mark.slow]

PHONE, OURS = "+3225550199", "+3225550100"
AT_ASTERISK = "+32255510700"
"""Sounds a tone of 700 Hz, and keeps what it hears."""
OUR_HOST = "127.0.0.3"
SAID_HZ, PLAYED_HZ = 700, 440
PLAYED_DBOV = -12
SESSION_S = 90
"""The shortest that RFC 4028 allows."""
ASTERISK = """
[carried]
type = endpoint
context = network
identify_by = ip
aors = carried
disallow = all
allow = {codecs}
direct_media = no
rewrite_contact = no
timers = always
timers_sess_expires = 90
media_encryption = dtls
dtls_auto_generate_cert = yes
dtls_setup = actpass
dtls_verify = fingerprint

[carried]
type = aor
contact = sip:{host}:{port}

[carried]
type = identify
endpoint = carried
match = {host}
"""


def secured(port: int, **fields: Any) -> Trunk:
    told = {"name": "carrier", "hosts": [f"127.0.0.1:{port}"], "srtp": "required", "srtp_keying": "dtls"}
    return new_trunk({**told, "codecs": ["PCMA"], "session_expires_s": SESSION_S, **fields})


@dataclass(slots=True)
class Secured:
    """A call with keys by DTLS to a far end that sounds a tone, and hears another."""

    line: Line
    call: Watch
    recorder: Recorder

    async def hears_the_far_end(self, hz: float = SAID_HZ) -> None:
        """From now on its tone is heard for a second."""
        self.recorder.take()
        pcm, rate_hz = bytearray(), self.line.agent.bridge.rate_hz

        def level() -> float | None:
            pcm.extend(self.recorder.take())
            return level_of_tone(Sound.of_pcm(np.frombuffer(pcm, np.int16), rate_hz), hz, least_s=1)

        await eventually(level, within_s=6, otherwise=lambda: f"a second of {hz} Hz")

    def media(self) -> MediaChanged:
        """What was told of them last."""
        return [each for each in self.call.seen if isinstance(each, MediaChanged)][-1]

    async def holds(self) -> None:
        """Tell the far end by a re-INVITE that it is on hold, and by another that it no longer is."""
        await self.call.leg.hold(held=True)
        await eventually(lambda: not self.media().receiving, within_s=5, otherwise=lambda: "hold")
        await lasting(0.5)
        await self.call.leg.hold(held=False)
        await eventually(lambda: self.media().receiving, within_s=5, otherwise=lambda: "its end")
        await lasting(0.5)


@asynccontextmanager
async def talking(line: Line, call: Watch, folder: Path) -> AsyncIterator[Secured]:
    """Both sound a tone; at the end it is hung up, after the far end could hear for two seconds."""
    music = tone(PLAYED_HZ, 60, dbov=PLAYED_DBOV).save(folder / "music.wav")
    await call.sees(Answered)
    await call.sees(MediaChanged)
    await line.agent.bridge.play(music, to=[Ear(call.leg.id)], loop=True)
    yield Secured(line, call, await line.agent.bridge.record(tracks=[[Said(call.leg.id)]]))
    await lasting(2)
    await call.leg.hang_up()
    await call.ends()


def heard_at_last(heard: Sound) -> bool:
    """Whether our tone is in the last seconds of what the far end heard."""
    return hears(heard.part(max(0.0, heard.seconds - 1.8)), PLAYED_HZ, seconds=0.8)


async def the_telephone_holds(phone: Baresip, call: Secured) -> None:
    await phone.does("hold")
    await eventually(lambda: not call.media().sending, within_s=5, otherwise=lambda: "hold")
    await lasting(0.3)
    await phone.does("resume")
    await eventually(lambda: call.media().sending, within_s=5, otherwise=lambda: "its end")


async def the_telephone_re_invites(phone: Baresip, call: Secured) -> None:
    await phone.does("reinvite")
    await lasting(0.5)


async def we_hold(phone: Baresip, call: Secured) -> None:
    await call.holds()


async def we_hold_twice(phone: Baresip, call: Secured) -> None:
    await call.holds()
    await call.holds()


async def we_refresh(phone: Baresip, call: Secured) -> None:
    """By a re-INVITE, as it knows no UPDATE."""
    await is_refreshed(call.line, call.call, "INVITE")


@pytest.mark.parametrize("change", [the_telephone_holds, the_telephone_re_invites, we_hold, we_hold_twice, we_refresh])
@pytest.mark.parametrize("out", [True, False])
async def test_both_ends_hear_each_other_after_a_change(
    open_line: OpenLine, tmp_path: Path, ports: Ports, change: Any, out: bool
) -> None:
    async with (
        baresip(
            tmp_path / "phone", ports, PHONE, codec="PCMA", tone_hz=SAID_HZ, parameters=";mediaenc=dtls_srtp"
        ) as phone,
        open_line(
            trunk=secured(phone.port, hold="sendonly", session_timers="always"), trace_calls=5
        ) as line,
    ):  # fmt: skip
        if out:
            called = Watch(await line.agent.dial(DialRequest(PHONE, OURS, "CA1"))).start()
        else:
            await phone.does("dial", f"sip:{OURS}@127.0.0.1:{line.port}")
            leg, _ = await line.takes()
            called = Watch(leg).start()
            await leg.answer()
        async with talking(line, called, tmp_path) as call:
            await call.hears_the_far_end()

            await change(phone, call)

            await call.hears_the_far_end()
        heard = await phone.heard()

    assert heard_at_last(heard)


@asynccontextmanager
async def talking_to_asterisk(
    open_line: OpenLine, folder: Path, ports: Ports, *, out: bool, allowed: str = "alaw", **fields: Any
) -> AsyncIterator[Secured]:
    """A call with it, which has heard our tone at its end too."""
    port = ports.block(2)
    more = {"site_pjsip.conf": ASTERISK.format(host=OUR_HOST, port=port, codecs=allowed)}
    async with (
        asterisk(ports, port, more=more) as exchange,
        open_line(
            trunk=secured(exchange.udp_port, **fields), host=OUR_HOST, port=port, trace_calls=5,
            codecs=["PCMA", "PCMU"],
        ) as line,
    ):  # fmt: skip
        if out:
            called = Watch(await line.agent.dial(DialRequest(AT_ASTERISK, OURS, "CA1"))).start()
        else:
            await exchange.originate("carried", OURS, f"{SAID_HZ}@tone")
            leg, _ = await line.takes()
            called = Watch(leg).start()
            await leg.answer()
        async with talking(line, called, folder) as call:
            await call.hears_the_far_end()
            yield call
            await call.hears_the_far_end()
        heard = await exchange.heard(f"{SAID_HZ}")

    assert heard_at_last(heard)


@pytest.mark.parametrize("out", [True, False])
@pytest.mark.parametrize("hold", ["sendonly", "inactive"])
async def test_asterisk_and_we_hear_each_other_after_our_hold(
    open_line: OpenLine, tmp_path: Path, ports: Ports, out: bool, hold: str
) -> None:
    async with talking_to_asterisk(open_line, tmp_path, ports, out=out, hold=hold) as call:
        await call.holds()
        await call.hears_the_far_end()
        await call.holds()


@pytest.mark.parametrize("out", [True, False])
async def test_asterisk_and_we_hear_each_other_after_its_refresh(
    open_line: OpenLine, tmp_path: Path, ports: Ports, out: bool
) -> None:
    refresher = "uas" if out else "uac"
    async with talking_to_asterisk(open_line, tmp_path, ports, out=out, session_refresher=refresher) as call:
        await is_refreshed(call.line, call.call, "INVITE", "UPDATE")


async def test_asterisk_and_we_hear_each_other_after_we_have_asked_for_one_codec_of_several(
    open_line: OpenLine, tmp_path: Path, ports: Ports
) -> None:
    several: dict[str, Any] = {"allowed": "alaw,ulaw", "codecs": ["PCMA", "PCMU"]}
    async with talking_to_asterisk(open_line, tmp_path, ports, out=True, **several) as call:
        assert await answers(call.line, call.call, "INVITE", "UPDATE") == 2


async def answers(line: Line, call: Watch, *methods: str) -> int:
    """How often one of the methods was answered with 200, either way."""
    titles = [each.title for each in ladder(await line.agent.messages(call.leg.sip_call_id))]
    return sum(titles.count(f"200 OK ({each})") for each in methods)


async def is_refreshed(line: Line, call: Watch, *methods: str) -> None:
    """Somebody has asked for it by one of the methods within half of the session's time, and was answered."""
    before = await answers(line, call, *methods)
    async with within(SESSION_S / 2 + 10):
        while await answers(line, call, *methods) == before:
            await asyncio.sleep(0.5)


@asynccontextmanager
async def telephone(folder: Path, ports: Ports, codec: str, tone_hz: float) -> AsyncIterator[tuple[Baresip, RawCaller]]:
    """A telephone of one codec, and somebody who may call it."""
    async with (
        baresip(folder, ports, NUMBER, codec=codec, tone_hz=tone_hz, parameters=";mediaenc=dtls_srtp") as phone,
        raw_caller(phone.port) as controller,
    ):
        yield phone, controller


async def offered_by(controller: RawCaller) -> str:
    """What a telephone offers that is called without an offer, as a controller does (RFC 3725 section 4.1)."""
    controller.request("INVITE")
    answer = await controller.answer("INVITE")
    controller.to_tag = answer.header("to").rpartition("tag=")[2]
    return answer.body.replace("\n", "\r\n")


async def test_another_telephone_with_another_codec_and_certificate_may_take_the_place_of_the_first(
    open_line: OpenLine, tmp_path: Path, ports: Ports
) -> None:
    async with (
        telephone(tmp_path / "first", ports, "PCMA", 500) as (first_phone, first),
        telephone(tmp_path / "second", ports, "PCMU", SAID_HZ) as (second_phone, second),
        open_line(codecs=["PCMA", "PCMU"]) as line,
        raw_caller(line.port) as controller,
    ):
        await line.agent.use_trunks([secured(controller.port, codecs=["PCMA", "PCMU"])])
        called = await in_a_call(line, controller, await offered_by(first))
        first.request("ACK", body=(await controller.answer("INVITE")).body, number=1)
        async with talking(line, called, tmp_path) as call:
            await call.hears_the_far_end(500)

            moved = await controller.asks("INVITE", body=await offered_by(second))
            second.request("ACK", body=moved.body, number=1)
            await first.asks("BYE")

            await call.hears_the_far_end(SAID_HZ)
            assert (await called.sees(MediaChanged, times=2)).codec == "PCMU"
        await second.asks("BYE")
        heard = [await each.heard() for each in (first_phone, second_phone)]

    assert all(hears(each, PLAYED_HZ, seconds=0.5) for each in heard)
