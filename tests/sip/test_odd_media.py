"""RTP as far ends really send it: keys, packets twice or in the wrong order, other things on the port, packet times."""

import asyncio
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import numpy as np
import pytest

from engine.model.quality import loss_of, quality_of
from engine.ports import DigitPressed, MediaChanged, RtpStats
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.peers.raw_rtp import EVENTS, STEP_S, RawRtp
from tests.peers.rtp import TelephoneEvent
from tests.peers.sip_message import Sdp
from tests.peers.waiting import eventually
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.passing import figures as figures_when
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

KEYS = f"a=rtpmap:{EVENTS} telephone-event/8000\r\n"
STUN = b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12)


@pytest.fixture
async def caller(line: Line) -> AsyncIterator[RawCaller]:
    async with raw_caller(line.port) as opened:
        yield opened


@pytest.fixture
def rtp() -> Iterator[RawRtp]:
    with RawRtp() as opened:
        yield opened


def with_keys(port: int) -> str:
    return audio(port).replace("RTP/AVP 8", f"RTP/AVP 8 {EVENTS}") + KEYS


async def talking(line: Line, caller: RawCaller, rtp: RawRtp, offer: str) -> Watch:
    """A call whose far end knows where to send."""
    call = await in_a_call(line, caller, offer)
    described = Sdp.read((await caller.answer("INVITE")).body)
    rtp.target = (described.address, described.port)
    return call


def ends_only(rtp: RawRtp, key: str, duration: int = 1120) -> None:
    """A press of which only the three end packets arrive."""
    for _ in range(3):
        rtp.event(TelephoneEvent(key, True, duration))


async def whole(rtp: RawRtp, key: str, *, moving: int = 0) -> None:
    """A press of 120 ms with its ends; the timestamp runs on by `moving` with each packet."""
    for step in range(1, 7):
        rtp.event(TelephoneEvent(key, False, step * 160))
        rtp.timestamp += moving
        await asyncio.sleep(STEP_S)
    for _ in range(3):
        rtp.event(TelephoneEvent(key, True, 7 * 160))
        rtp.timestamp += moving


async def a_whole_one_and_an_end(rtp: RawRtp) -> None:
    await whole(rtp, "1")
    rtp.timestamp += 3000
    ends_only(rtp, "1")


async def two_ends(rtp: RawRtp) -> None:
    ends_only(rtp, "4", 800)
    rtp.timestamp += 3000
    ends_only(rtp, "4", 800)


async def a_timestamp_that_runs_on(rtp: RawRtp) -> None:
    await whole(rtp, "7", moving=160)


async def an_end_told_again_later(rtp: RawRtp) -> None:
    await whole(rtp, "6")
    await asyncio.sleep(0.2)
    ends_only(rtp, "6")


@pytest.mark.parametrize(
    ("press", "heard"),
    [(a_whole_one_and_an_end, "11"), (two_ends, "44"), (a_timestamp_that_runs_on, "7"), (an_end_told_again_later, "6")],
)
async def test_the_timestamp_tells_presses_of_a_key_apart(
    line: Line, caller: RawCaller, rtp: RawRtp, press: Callable[[RawRtp], Awaitable[None]], heard: str
) -> None:
    call = await talking(line, caller, rtp, with_keys(rtp.port))
    await rtp.say(5)

    await press(rtp)

    await call.sees(DigitPressed, times=len(heard))
    await asyncio.sleep(0.5)
    assert "".join(each.digit for each in call.seen if isinstance(each, DigitPressed)) == heard
    await call.leg.hang_up()


async def test_keys_offered_at_two_rates_of_one_payload_type_are_heard(
    line: Line, caller: RawCaller, rtp: RawRtp
) -> None:
    offer = with_keys(rtp.port).replace(KEYS, f"a=rtpmap:{EVENTS} telephone-event/16000\r\n{KEYS}")
    call = await talking(line, caller, rtp, offer.replace(f"AVP 8 {EVENTS}", f"AVP 8 {EVENTS} {EVENTS}"))

    await rtp.say(5)
    await whole(rtp, "5")

    assert (await call.sees(DigitPressed)).digit == "5"
    await call.leg.hang_up()


async def test_a_key_lasts_as_long_in_its_own_clock_beside_opus(open_line: OpenLine, rtp: RawRtp) -> None:
    async with open_line(codecs=["opus"]) as line, raw_caller(line.port) as caller:
        offer = audio(rtp.port).partition("m=")[0] + (
            f"m=audio {rtp.port} RTP/AVP 96 {EVENTS}\r\na=rtpmap:96 opus/48000/2\r\n{KEYS}"
        )
        call = await talking(line, caller, rtp, offer)

        await call.leg.press("12")
        await asyncio.sleep(0.3)
        await call.leg.hang_up()

    events = [each.packet for each in rtp.came if each.packet.payload_type == EVENTS]
    last = {each.timestamp: TelephoneEvent.read(each.payload) for each in events}
    assert [event.key for event in last.values() if event] == ["1", "2"]
    assert all(event.end and 800 <= event.duration <= 2400 for event in last.values() if event)


def twice(rtp: RawRtp, number: int) -> None:
    del number
    rtp.send(rtp.frame(0).bytes())


def beside_stun(rtp: RawRtp, number: int) -> None:
    if number % 10 == 0:
        rtp.send(STUN)


def beside_reports(rtp: RawRtp, number: int) -> None:
    if number % 10 == 0:
        rtp.send(struct.pack("!BBHIIIIII", 0x80, 200, 6, rtp.ssrc, 1, 2, rtp.timestamp, number, number * 160))


def with_another_base(rtp: RawRtp, number: int) -> None:
    if number == 50:
        rtp.timestamp = (rtp.timestamp + 10**9) & 0xFFFFFFFF


async def figures_after(line: Line, call: Watch, rtp: RawRtp, beside: Callable[[RawRtp, int], None]) -> RtpStats:
    for number in range(100):
        beside(rtp, number)
        await rtp.say(1)
    figures = await line.agent.bridge.figures(call.leg.id)
    assert figures is not None
    return figures


@pytest.mark.parametrize("beside", [twice, beside_stun, beside_reports, with_another_base])
async def test_what_is_no_fault_of_the_line_is_none_in_its_figures(
    line: Line, caller: RawCaller, rtp: RawRtp, beside: Callable[[RawRtp, int], None]
) -> None:
    call = await talking(line, caller, rtp, audio(rtp.port))
    await call.sees(MediaChanged)

    figures = await figures_after(line, call, rtp, beside)

    assert loss_of(figures) < 0.05
    assert quality_of(figures).mos > 3.8
    assert figures.jitter_ms is not None
    assert figures.jitter_ms < 100
    await call.leg.hang_up()


async def test_a_loss_is_not_hidden_by_packets_that_come_twice(line: Line, caller: RawCaller, rtp: RawRtp) -> None:
    call = await talking(line, caller, rtp, audio(rtp.port))
    await call.sees(MediaChanged)

    def twice_with_gaps(rtp: RawRtp, number: int) -> None:
        if number % 5 == 0:
            rtp.pass_over(1)
        twice(rtp, number)

    await figures_after(line, call, rtp, twice_with_gaps)

    figures = await figures_when(line, call.leg.id, lambda now: now.packets_lost >= 17)
    assert figures.packets_lost == pytest.approx(20, abs=3)
    await call.leg.hang_up()


async def test_packets_in_the_wrong_order_throughout_are_waited_for(line: Line, caller: RawCaller, rtp: RawRtp) -> None:
    call = await talking(line, caller, rtp, audio(rtp.port))
    await call.sees(MediaChanged)
    await rtp.say(10)

    for _ in range(100):
        for which in (1, 0):
            rtp.send(rtp.frame(which).bytes())
            await asyncio.sleep(STEP_S)
        rtp.pass_over(2)

    figures = await line.agent.bridge.figures(call.leg.id)
    assert figures is not None
    assert figures.packets_discarded < 30
    await call.leg.hang_up()


async def test_no_packet_is_longer_than_the_far_end_takes(line: Line, caller: RawCaller, rtp: RawRtp) -> None:
    call = await talking(line, caller, rtp, audio(rtp.port) + "a=maxptime:10\r\n")

    await eventually(lambda: len(rtp.came) >= 20, within_s=5, otherwise=lambda: f"20 packets, of {len(rtp.came)}")

    assert {len(each.packet.payload) for each in rtp.came} == {80}
    await call.leg.hang_up()


@pytest.mark.alone("the distances between packets are measured")
@pytest.mark.parametrize("ptime_ms", [10, 30])
async def test_packets_of_another_length_go_out_evenly(
    line: Line, caller: RawCaller, rtp: RawRtp, ptime_ms: int
) -> None:
    call = await talking(line, caller, rtp, audio(rtp.port) + f"a=ptime:{ptime_ms}\r\n")
    since_s = time.monotonic() + 0.5

    await rtp.say(150)

    early, middle, late = np.percentile(rtp.gaps_ms(since_s), [10, 50, 90])
    assert middle == pytest.approx(ptime_ms, abs=2)
    # The media clock by itself sends after 20 and 40 ms, or after 0 and 20.
    assert late - early < 14
    await call.leg.hang_up()
