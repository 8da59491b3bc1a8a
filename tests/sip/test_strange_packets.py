"""Packets of strangers to a call's ports take nothing of it, by the default of a trunk, and are told and counted.

Two callers hear each other's tone through the bridge. Asserted is what both heard, and what the strangers got.
"""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.model.trunk import new_trunk
from engine.ports import DigitPressed, Ear, MediaChanged, Said, StrangersSend
from tests.peers.audio import longest_gap, tone
from tests.peers.ear import RtpEar
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.raw_rtp import STEP_S, RawRtp
from tests.peers.rtp import ReceiverReport, TelephoneEvent
from tests.peers.srtp import SUITE, SrtpKey
from tests.peers.waiting import lasting
from tests.running.pace import patience
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.passing import figures
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

STRANGERS = ("127.0.0.2", "127.0.0.3")
BEHIND_NAT = "127.0.0.4"
NOBODY = "127.0.0.9"
"""What a far end behind NAT says of itself."""
PACKETS = 12
"""So many of a stranger's took a call's sound away before."""
A_HZ, B_HZ, STRANGE_HZ = 1500, 600, 440
LONGEST_GAP_S = 0.06
LOST = 0x7FFFFF
"""Packets that a stranger reports as lost: as many as a report may say."""
EVENTS = "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"


@dataclass(frozen=True, slots=True)
class Party:
    """A caller, what it hears and says, and our port of its call."""

    caller: RawCaller
    ear: RtpEar
    call: Watch
    rtp_port: int


def described(ear: RtpEar, host: str, version: int = 1) -> str:
    """An offer of A-law and keys at the ear's port of a host."""
    offer = audio(ear.port, more=EVENTS).replace("RTP/AVP 8", "RTP/AVP 8 101")
    return offer.replace("1 1 IN", f"1 {version} IN").replace(f"c=IN IP4 {HOST}", f"c=IN IP4 {host}")


@asynccontextmanager
async def party(line: Line, hz: float, *, host: str = HOST, signalled: str = HOST) -> AsyncIterator[Party]:
    """Its sound comes from `host`, and `signalled` is where its description says that it is."""
    with RtpEar(host=host) as ear:
        async with raw_caller(line.port) as caller:
            hosts = [f"{HOST}:{caller.port}"]
            await line.agent.use_trunks([new_trunk({"name": "carrier", "hosts": hosts})])
            call = await in_a_call(line, caller, described(ear, signalled))
            await call.sees(MediaChanged)
            answer = (await caller.answer("INVITE")).sdp
            assert answer is not None
            ear.say(tone(hz, 1), for_ever=True)
            yield Party(caller, ear, call, answer.port)
            await call.leg.hang_up()
            await call.ends()


@asynccontextmanager
async def talking(
    open_line: OpenLine, *, host: str = HOST, signalled: str = HOST
) -> AsyncIterator[tuple[Line, Party, Party]]:
    """Two who are connected, and the first of whom has not spoken yet."""
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(open_line())
        first = await stack.enter_async_context(party(line, A_HZ, host=host, signalled=signalled))
        second = await stack.enter_async_context(party(line, B_HZ))
        second.ear.aim(HOST, second.rtp_port)
        one, other = first.call.leg.id, second.call.leg.id
        await line.agent.bridge.connect(Said(one), Ear(other))
        await line.agent.bridge.connect(Said(other), Ear(one))
        yield line, first, second


async def attack(stranger: RawRtp, port: int) -> None:
    """Sound, a key, reports and a BYE of the far end's own numbers, to both ports of a call."""
    stranger.target = (HOST, port)
    await stranger.say(PACKETS)
    for step in range(1, 4):
        stranger.event(TelephoneEvent("9", end=step == 3, duration=800 * step))
    for to in (port, port + 1):
        stranger.target = (HOST, to)
        stranger.send(ReceiverReport(stranger.ssrc, LOST, 0xFFFFFFFF).bytes())
        stranger.send(struct.pack("!BBHI", 0x81, 203, 1, stranger.ssrc))
    await asyncio.sleep(STEP_S)


async def both_hear_each_other(first: Party, second: Party, since: tuple[float, float], seconds: float) -> None:
    """For so long since then, without a gap."""
    await first.ear.hears_in_all(B_HZ, seconds=seconds, since_s=since[0], within_s=10)
    await second.ear.hears_in_all(A_HZ, seconds=seconds, since_s=since[1], within_s=10)
    for listener, hz, since_s in ((first, B_HZ, since[0]), (second, A_HZ, since[1])):
        gap = longest_gap(listener.ear.heard(since_s), hz)
        assert gap.seconds < patience(LONGEST_GAP_S), f"silence of {gap}"


async def test_a_few_packets_of_strangers_to_a_call_take_nothing_of_it(open_line: OpenLine) -> None:
    async with talking(open_line) as (line, first, second):
        first.ear.aim(HOST, first.rtp_port)
        await first.ear.hears_in_all(B_HZ, seconds=0.5, within_s=10)
        await second.ear.hears_in_all(A_HZ, seconds=0.5, within_s=10)
        since = (first.ear.now_s, second.ear.now_s)

        with RawRtp(STRANGERS[0]) as one, RawRtp(STRANGERS[1]) as other:
            for stranger in (one, other):
                for attacked in (first, second):
                    await attack(stranger, attacked.rtp_port)
            await both_hear_each_other(first, second, since, 1.5)
            got = (len(one.came), len(other.came))
            told = await first.call.sees(StrangersSend)
            begun_by = one.address
        now = await line.agent.bridge.figures(first.call.leg.id)

    assert got == (0, 0), "strangers are sent nothing"
    assert told.source == begun_by
    assert now is not None
    assert now.strange_packets == 2 * (PACKETS + 3 + 3), "a BYE to RTP's port is too short to be looked at"
    assert now.far_packets_lost is None
    assert now.packets_discarded == 0
    assert not [each for each in first.call.seen if isinstance(each, DigitPressed)]
    assert len([each for each in first.call.seen if isinstance(each, StrangersSend)]) == 1


@pytest.mark.parametrize(
    ("host", "signalled"), [(HOST, HOST), (BEHIND_NAT, NOBODY)], ids=["as_signalled", "behind_nat"]
)
async def test_who_speaks_before_the_far_end_does_not_keep_it_out(
    open_line: OpenLine, host: str, signalled: str
) -> None:
    async with talking(open_line, host=host, signalled=signalled) as (_, first, second):
        with RawRtp(STRANGERS[0]) as stranger:
            stranger.target = (HOST, first.rtp_port)
            await stranger.say(PACKETS)
            first.ear.aim(HOST, first.rtp_port)
            await first.ear.hears_in_all(B_HZ, seconds=0.5, within_s=10)
            await second.ear.hears_in_all(A_HZ, seconds=0.5, within_s=10)
            since, before = (first.ear.now_s, second.ear.now_s), len(stranger.came)

            await attack(stranger, first.rtp_port)
            await both_hear_each_other(first, second, since, 1.0)

            assert len(stranger.came) <= before + 1, "one packet may have been on its way"


async def test_a_stranger_who_goes_on_gives_way_to_the_signalled_address(open_line: OpenLine) -> None:
    async with talking(open_line) as (_, first, second):
        with RawRtp(STRANGERS[0]) as stranger:
            stranger.target = (HOST, first.rtp_port)
            await stranger.say(75)
            going_on = asyncio.create_task(stranger.say(150))
            first.ear.aim(HOST, first.rtp_port)
            await first.ear.hears_in_all(B_HZ, seconds=0.5, within_s=10)
            await second.ear.hears_in_all(A_HZ, seconds=0.5, within_s=10)
            since = (first.ear.now_s, second.ear.now_s)

            await both_hear_each_other(first, second, since, 1.0)
            await going_on


async def test_a_far_end_behind_nat_that_has_spoken_is_not_followed_by_anybody_while_it_is_silent(
    open_line: OpenLine,
) -> None:
    async with talking(open_line, host=BEHIND_NAT, signalled=NOBODY) as (line, first, second):
        first.ear.aim(HOST, first.rtp_port)
        await first.ear.hears_in_all(B_HZ, seconds=1.5, within_s=10)
        await second.ear.hears_in_all(A_HZ, seconds=0.5, within_s=10)
        first.ear.fall_silent()
        await lasting(0.5)
        since_s = second.ear.now_s

        with RawRtp(STRANGERS[0]) as stranger:
            stranger.target = (HOST, first.rtp_port)
            await stranger.say(75)
            assert not stranger.came
        heard = second.ear.heard(since_s)

        now = await line.agent.bridge.figures(first.call.leg.id)
        assert now is not None
        assert now.strange_packets == 75
        assert heard.level_dbov < -60, "nothing of the stranger"


async def test_a_far_end_whose_port_changes_is_followed_once_it_is_silent_at_the_former(open_line: OpenLine) -> None:
    async with talking(open_line) as (_, first, second):
        first.ear.aim(HOST, first.rtp_port)
        await first.ear.hears_in_all(B_HZ, seconds=1.5, within_s=10)
        with RawRtp(HOST) as neighbour:
            neighbour.target = (HOST, first.rtp_port)
            await neighbour.say(25)
            assert not neighbour.came, "the far end speaks"

        with RtpEar(host=HOST) as moved:
            moved.say(tone(A_HZ, 1), for_ever=True)
            first.ear.fall_silent()
            moved.aim(HOST, first.rtp_port)
            since_s = second.ear.now_s

            await moved.hears_in_all(B_HZ, seconds=0.5, within_s=10)
            await second.ear.hears_in_all(A_HZ, seconds=0.5, since_s=since_s, within_s=10)


async def test_a_far_end_that_moves_by_a_re_invite_is_learned_anew(open_line: OpenLine) -> None:
    async with talking(open_line) as (line, first, second):
        first.ear.aim(HOST, first.rtp_port)
        await first.ear.hears_in_all(B_HZ, seconds=0.5, within_s=10)
        with RtpEar(host=BEHIND_NAT) as moved:
            moved.say(tone(A_HZ, 1), for_ever=True)
            first.ear.fall_silent()
            assert (await first.caller.asks("INVITE", body=described(moved, BEHIND_NAT, 2))).code == 200
            moved.aim(HOST, first.rtp_port)
            since_s = second.ear.now_s

            await moved.hears_in_all(B_HZ, seconds=0.5, within_s=10)
            await second.ear.hears_in_all(A_HZ, seconds=0.5, since_s=since_s, within_s=10)
        await figures(line, first.call.leg.id, lambda now: now.strange_packets == 0, within_s=5)


async def test_packets_without_the_keys_of_srtp_move_nothing_before_the_far_end_behind_nat_speaks(
    open_line: OpenLine, tmp_path: Path
) -> None:
    key = SrtpKey.made()
    music = tone(B_HZ, 30).save(tmp_path / "long.wav")
    async with open_line() as line, raw_caller(line.port) as caller:
        with RtpEar(host=BEHIND_NAT) as ear, RawRtp(STRANGERS[0]) as stranger:
            trunk = {"name": "carrier", "hosts": [f"{HOST}:{caller.port}"], "srtp": "optional"}
            await line.agent.use_trunks([new_trunk(trunk)])
            offer = described(ear, NOBODY) + f"a=crypto:1 {SUITE} {key.inline}\r\n"
            call = await in_a_call(line, caller, offer)
            await line.agent.bridge.play(music, to=[Ear(call.leg.id)])
            answer = await caller.answer("INVITE")
            assert answer.sdp is not None

            stranger.target = (HOST, answer.sdp.port)
            await stranger.say(75)
            ear.encrypt(key, SrtpKey.offered(answer.body))
            ear.aim(HOST, answer.sdp.port)
            await ear.hears_in_all(B_HZ, seconds=1, within_s=10)

            assert not stranger.came
        await call.leg.hang_up()
        await call.ends()
