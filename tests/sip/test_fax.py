"""Fax over T.38 between two far ends of trunks that pass it on: re-INVITEs, datagrams, and the return to sound."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from engine.errors import SipError
from engine.model.trunk import new_trunk
from engine.ports import Answered, DialRequest, Ear, FaxBegan, FaxEnded, HungUp, MediaLost, Said
from tests.peers.audio import Sound, hears, tone
from tests.peers.ear import RtpEar
from tests.peers.fax_machine import ATTRIBUTES, FaxMachine, fax_machine, fax_port
from tests.peers.raw_callee import RawCallee, raw_callee
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.sip_message import Sdp, SipMessage
from tests.peers.waiting import lasting
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.passing import says
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

CRYPTO = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"
ASKED = DialRequest("+3225550199", "+3225550100", "CA1")


def sound_of(ear: RtpEar, version: int) -> str:
    return audio(ear.port).replace("1 1 IN", f"1 {version} IN")


@dataclass(frozen=True, slots=True)
class Talk:
    """Two far ends that hear each other, each with a telephone and a fax machine."""

    line: Line
    caller: RawCaller
    callee: RawCallee
    invite: SipMessage
    calling: Watch
    called: Watch
    ears: tuple[RtpEar, RtpEar]
    machines: tuple[FaxMachine, FaxMachine]

    async def faxes(self) -> tuple[int, int]:
        """The caller asks for fax, the callee agrees; our ports towards each."""
        asking = asyncio.create_task(self.caller.asks("INVITE", body=self.machines[0].described()))
        offer = await self.callee.gets("INVITE", times=2)
        self.callee.answer(offer, "200 OK", body=self.machines[1].described())
        answer = await asking
        assert answer.code == 200, answer
        await self.calling.sees(FaxBegan)
        return fax_port(answer.body), fax_port(offer.body)

    async def both_hear(self) -> None:
        """What each says now is heard by the other."""
        first, second = self.ears
        for speaker, listener, pitch_hz in ((first, second, 440.0), (second, first, 700.0)):
            speaker.say(tone(pitch_hz, 1), for_ever=True)
            await listener.hears(pitch_hz, within_s=6, seconds=0.5, since_s=listener.now_s)


@asynccontextmanager
async def talk(
    open_line: OpenLine, *, t38: str = "pass", rtp_silence_s: float = 0.0, srtp: str = "off", public_address: str = ""
) -> AsyncIterator[Talk]:
    async with AsyncExitStack() as stack:
        callee = await stack.enter_async_context(raw_callee())
        line = await stack.enter_async_context(open_line(rtp_silence_s=rtp_silence_s))
        trunk = {"name": "carrier", "hosts": [f"{HOST}:{callee.port}"], "t38": t38, "srtp": srtp}
        trunk |= {"public_address": public_address} if public_address else {}
        await line.agent.use_trunks([new_trunk(trunk)])
        caller = await stack.enter_async_context(raw_caller(line.port))
        ears = (stack.enter_context(RtpEar()), stack.enter_context(RtpEar()))
        machines = (await stack.enter_async_context(fax_machine()), await stack.enter_async_context(fax_machine()))
        described = [secure(sound_of(ear, 1)) if srtp == "required" else sound_of(ear, 1) for ear in ears]
        calling = await in_a_call(line, caller, described[0])
        called = Watch(await line.agent.dial(ASKED)).start()
        invite = await callee.gets("INVITE")
        callee.answer(invite, "200 OK", body=described[1])
        if srtp == "off" and not public_address:
            ears[0].follow(_sound((await caller.gets(200)).body))
            ears[1].follow(_sound(invite.body))
        await called.sees(Answered)
        bridge = line.agent.bridge
        await bridge.connect(Said(calling.leg.id), Ear(called.leg.id))
        await bridge.connect(Said(called.leg.id), Ear(calling.leg.id))
        await bridge.pass_fax(calling.leg.id, called.leg.id)
        yield Talk(line, caller, callee, invite, calling, called, ears, machines)


def secure(description: str) -> str:
    return f"{description.replace('RTP/AVP', 'RTP/SAVP')}{CRYPTO}"


def is_free(port: int) -> bool:
    """Whether nobody has this port of UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial, suppress(OSError):
        trial.bind((HOST, port))
        return True
    return False


def _sound(description: str) -> Sdp:
    return Sdp.read(description)


@pytest.mark.parametrize("audio_closed", [False, True])
async def test_a_fax_is_passed_both_ways_and_sound_returns_after_it(open_line: OpenLine, audio_closed: bool) -> None:
    async with talk(open_line) as both:
        sends, takes = both.machines
        asking = asyncio.create_task(both.caller.asks("INVITE", body=sends.described(audio_closed=audio_closed)))
        offer = await both.callee.gets("INVITE", times=2)
        agreed = (*ATTRIBUTES[:1], "a=T38MaxBitRate:4800", *ATTRIBUTES[2:])
        both.callee.answer(offer, "200 OK", body=takes.described(attributes=agreed))
        answer = await asking
        began = await both.calling.sees(FaxBegan)
        sends.send(b"\x00\x00page", fax_port(answer.body))
        await takes.gets(b"\x00\x00page")
        takes.send(b"\x00\x00seen", fax_port(offer.body))
        await sends.gets(b"\x00\x00seen")
        with pytest.raises(SipError, match="fax"):
            await both.called.leg.press("1")

        resuming = asyncio.create_task(both.caller.asks("INVITE", body=sound_of(both.ears[0], 3)))
        resumed = await both.callee.gets("INVITE", times=3)
        both.callee.answer(resumed, "200 OK", body=sound_of(both.ears[1], 3))

        both.ears[0].follow(_sound((await resuming).body))
        both.ears[1].follow(_sound(resumed.body))
        ended = [await each.sees(FaxEnded) for each in (both.calling, both.called)]
        assert answer.code == 200
        assert began.rate_bps == 4800
        assert [line for line in offer.body.splitlines() if line.startswith("a=T38")] == list(ATTRIBUTES)
        assert [line for line in answer.body.splitlines() if line.startswith("a=T38")] == list(agreed)
        assert answer.body.count("m=") == (2 if audio_closed else 1)
        assert offer.body.count("m=") == 1
        assert ended == [FaxEnded(4800, 1, 1), FaxEnded(4800, 1, 1)]
        await both.both_hear()


async def test_the_called_far_end_may_ask_for_fax_and_for_the_return_to_sound(open_line: OpenLine) -> None:
    async with talk(open_line) as both:
        asking = asyncio.create_task(both.callee.asks(both.invite, "INVITE", body=both.machines[1].described()))
        offer = await both.caller.is_asked("INVITE")
        both.caller.respond(offer, "200 OK", body=both.machines[0].described())
        answer = await asking
        await both.called.sees(FaxBegan)
        both.machines[1].send(b"page", fax_port(answer.body))
        await both.machines[0].gets(b"page")

        resuming = asyncio.create_task(both.callee.asks(both.invite, "INVITE", body=sound_of(both.ears[1], 3)))
        resumed = await both.caller.is_asked("INVITE", times=2)
        both.caller.respond(resumed, "200 OK", body=sound_of(both.ears[0], 3))

        both.ears[0].follow(_sound(resumed.body))
        both.ears[1].follow(_sound((await resuming).body))
        assert await both.calling.sees(FaxEnded) == FaxEnded(9600, 0, 1)
        await both.both_hear()


@pytest.mark.parametrize(("status", "told"), [("488 Not Acceptable Here", 488), ("415 No", 415), ("500 Broken", 488)])
async def test_a_fax_that_the_other_refuses_is_refused_and_sound_goes_on(
    open_line: OpenLine, status: str, told: int
) -> None:
    async with talk(open_line) as both:
        asking = asyncio.create_task(both.caller.asks("INVITE", body=both.machines[0].described()))
        both.callee.answer(await both.callee.gets("INVITE", times=2), status)

        assert (await asking).code == told
        assert not [each for each in (*both.calling.seen, *both.called.seen) if isinstance(each, FaxBegan | HungUp)]
        await both.both_hear()


async def test_a_line_of_fax_that_the_other_closes_is_refused_and_both_return_to_sound(open_line: OpenLine) -> None:
    async with talk(open_line) as both:
        asking = asyncio.create_task(both.caller.asks("INVITE", body=both.machines[0].described()))
        offer = await both.callee.gets("INVITE", times=2)
        closed = both.machines[1].described().replace(f"m=image {both.machines[1].port}", "m=image 0")
        both.callee.answer(offer, "200 OK", body=closed)
        resumed = await both.callee.gets("INVITE", times=3)
        both.callee.answer(resumed, "200 OK", body=sound_of(both.ears[1], 3))

        both.ears[1].follow(_sound(resumed.body))
        assert (await asking).code == 488
        await both.both_hear()


async def test_fax_is_refused_where_a_trunk_refuses_it(open_line: OpenLine) -> None:
    async with talk(open_line, t38="refuse") as both:
        answer = await both.caller.asks("INVITE", body=both.machines[0].described())

        assert answer.code == 488
        assert len(both.callee.requests("INVITE")) == 1
        await both.both_hear()


async def test_fax_is_refused_to_who_talks_to_nobody(open_line: OpenLine) -> None:
    async with talk(open_line) as both:
        await both.line.agent.bridge.pass_no_fax(both.calling.leg.id, both.called.leg.id)

        answer = await both.caller.asks("INVITE", body=both.machines[0].described())

        assert answer.code == 488
        await both.both_hear()


async def test_two_who_ask_for_fax_at_once_are_both_told_to_ask_again(open_line: OpenLine) -> None:
    async with talk(open_line) as both:
        asking = asyncio.create_task(both.caller.asks("INVITE", body=both.machines[0].described()))
        offer = await both.callee.gets("INVITE", times=2)

        crossing = await both.callee.asks(both.invite, "INVITE", body=both.machines[1].described())
        both.callee.answer(offer, "491 Request Pending")

        assert crossing.code == 491
        assert (await asking).code == 491
        await both.both_hear()


async def test_datagrams_of_strangers_are_dropped_once_the_far_end_was_heard(open_line: OpenLine) -> None:
    async with talk(open_line) as both, fax_machine() as stranger:
        to_caller, to_callee = await both.faxes()
        both.machines[0].send(b"page 1", to_caller)
        await both.machines[1].gets(b"page 1")

        stranger.send(b"forged", to_caller)
        both.machines[1].send(b"seen", to_callee)
        both.machines[0].send(b"page 2", to_caller)

        await both.machines[1].gets(b"page 2")
        await both.machines[0].gets(b"seen")
        assert both.machines[1].came == [b"page 1", b"page 2"]
        assert stranger.came == []


async def test_a_fax_that_is_told_of_again_goes_on(open_line: OpenLine) -> None:
    async with talk(open_line) as both:
        to_caller, _ = await both.faxes()

        again = await both.caller.asks("INVITE", body=both.machines[0].described(version=3))

        assert again.code == 200
        assert fax_port(again.body) == to_caller
        assert len(both.callee.requests("INVITE")) == 2
        both.machines[0].send(b"page", to_caller)
        await both.machines[1].gets(b"page")


async def test_a_line_with_a_fax_is_not_missed_for_its_silence(open_line: OpenLine) -> None:
    async with talk(open_line, rtp_silence_s=1.0) as both:
        await both.faxes()

        await lasting(3.5)

        assert not [each for each in (*both.calling.seen, *both.called.seen) if isinstance(each, MediaLost | HungUp)]


async def test_who_hangs_up_ends_the_fax_and_the_other_returns_to_sound(open_line: OpenLine) -> None:
    async with talk(open_line) as both:
        to_caller, to_callee = await both.faxes()
        both.machines[0].send(b"page", to_caller)
        await both.machines[1].gets(b"page")

        await both.caller.asks("BYE")

        assert await both.calling.sees(FaxEnded) == FaxEnded(9600, 1, 0)
        await both.calling.sees(HungUp)
        resumed = await both.callee.gets("INVITE", times=3)
        both.callee.answer(resumed, "200 OK", body=sound_of(both.ears[1], 3))
        assert _sound(resumed.body).port > 0
        assert is_free(to_caller)
        assert is_free(to_callee)


async def test_two_that_are_parted_during_a_fax_both_return_to_sound(open_line: OpenLine) -> None:
    async with talk(open_line) as both:
        await both.faxes()

        await both.line.agent.bridge.pass_no_fax(both.calling.leg.id, both.called.leg.id)

        to_caller, to_callee = await both.caller.is_asked("INVITE"), await both.callee.gets("INVITE", times=3)
        both.caller.respond(to_caller, "200 OK", body=sound_of(both.ears[0], 3))
        both.callee.answer(to_callee, "200 OK", body=sound_of(both.ears[1], 3))
        both.ears[0].follow(_sound(to_caller.body))
        both.ears[1].follow(_sound(to_callee.body))
        await both.both_hear()


async def test_what_is_recorded_and_played_meanwhile_is_silent_and_sounds_on_afterwards(
    open_line: OpenLine, prompt: Path
) -> None:
    async with talk(open_line) as both:
        both.ears[0].say(tone(700, 1), for_ever=True)
        bridge = both.line.agent.bridge
        recorder = await bridge.record(tracks=[[Said(both.calling.leg.id)]])
        await both.faxes()
        recorder.take()
        await bridge.play(prompt, to=[Ear(both.called.leg.id)], loop=True)
        since_s = both.ears[1].now_s
        await lasting(1.0)
        meanwhile = Sound.of_pcm(np.frombuffer(recorder.take(), np.int16), bridge.rate_hz)

        resuming = asyncio.create_task(both.caller.asks("INVITE", body=sound_of(both.ears[0], 3)))
        resumed = await both.callee.gets("INVITE", times=3)
        heard_meanwhile = both.ears[1].heard(since_s)
        both.callee.answer(resumed, "200 OK", body=sound_of(both.ears[1], 3))
        both.ears[0].follow(_sound((await resuming).body))
        both.ears[1].follow(_sound(resumed.body))

        assert meanwhile.seconds > 0.5
        assert not hears(meanwhile, 700)
        assert not hears(heard_meanwhile, 440)
        for pitch_hz in (440, 700):
            await both.ears[1].hears(pitch_hz, within_s=5, seconds=0.5, since_s=both.ears[1].now_s)
        await says(both.line, both.calling.leg.id, 700)
        await recorder.stop()
        recorder.close()


async def test_sound_returns_encrypted_where_it_was_so_before(open_line: OpenLine) -> None:
    async with talk(open_line, srtp="required") as both:
        await both.faxes()

        resuming = asyncio.create_task(both.caller.asks("INVITE", body=secure(sound_of(both.ears[0], 3))))
        resumed = await both.callee.gets("INVITE", times=3)
        both.callee.answer(resumed, "200 OK", body=secure(sound_of(both.ears[1], 3)))

        for description in ((await resuming).body, resumed.body):
            assert _sound(description).profile == "RTP/SAVP"
            assert "a=crypto:" in description
        await both.callee.gets("ACK", times=3)
        assert not [each for each in (*both.calling.seen, *both.called.seen) if isinstance(each, HungUp)]


async def test_both_are_told_the_address_by_which_their_trunk_reaches_us(open_line: OpenLine) -> None:
    async with talk(open_line, public_address="192.0.2.7") as both:
        asking = asyncio.create_task(both.caller.asks("INVITE", body=both.machines[0].described()))
        offer = await both.callee.gets("INVITE", times=2)
        both.callee.answer(offer, "200 OK", body=both.machines[1].described())

        for description in ((await asking).body, offer.body):
            assert [line for line in description.splitlines() if line.startswith("c=")] == ["c=IN IP4 192.0.2.7"]
