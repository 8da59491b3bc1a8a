"""Two ears talk to each other over loopback."""

import socket
import time
from collections.abc import Iterator

import pytest

from tests.peers.audio import contains, silence, tone, tone_level
from tests.peers.ear import RtpEar
from tests.peers.g711 import PCMA, PCMU
from tests.peers.sip_message import Sdp
from tests.peers.waiting import eventually
from tests.unit.peers.test_audio import speechlike


@pytest.fixture
def pair() -> Iterator[tuple[RtpEar, RtpEar]]:
    with RtpEar() as one, RtpEar() as other:
        one.aim("127.0.0.1", other.port)
        yield one, other


async def test_one_hears_what_the_other_says(pair: tuple[RtpEar, RtpEar]) -> None:
    one, other = pair
    one.say(tone(440, 0.5))
    start = await other.hears(440, within_s=3)
    await other.hears(440, within_s=3, seconds=0.45)
    assert start < 1
    assert tone_level(other.heard(), 880) < -50


async def test_the_prompt_is_found_in_what_was_heard(pair: tuple[RtpEar, RtpEar]) -> None:
    one, other = pair
    prompt = speechlike(0.8)
    one.say(prompt)
    one.say(tone(880, 0.3))
    await other.hears(880, within_s=4)
    assert contains(other.heard(), prompt).score > 0.95
    assert other.reception.lost == 0


async def test_an_ear_that_knows_no_target_answers_the_first_packet(pair: tuple[RtpEar, RtpEar]) -> None:
    one, other = pair
    other.say(tone(620, 0.2), for_ever=True)
    await one.hears(620, within_s=3, seconds=0.5)
    other.hush()
    since = one.now_s
    await one.hears_anything(within_s=1)
    assert since > 0.4


async def test_keys_arrive_once_each_with_their_length(pair: tuple[RtpEar, RtpEar]) -> None:
    one, other = pair
    one.press("15#", duration_s=0.16, gap_s=0.06)
    digits = await other.hears_keys("15#", within_s=3)
    assert [each.duration_s for each in digits] == pytest.approx([0.16] * 3)
    assert digits[0].at_s < digits[1].at_s < digits[2].at_s


async def test_it_follows_a_session_description_and_its_payload_type() -> None:
    with RtpEar(PCMU) as one, RtpEar(PCMA, event_type=96) as other:
        one.follow(
            Sdp.read(f"v=0\nc=IN IP4 127.0.0.1\nm=audio {other.port} RTP/AVP 0 96\na=rtpmap:96 telephone-event/8000\n")
        )
        one.press("7")
        await other.hears_keys("7", within_s=2)
        # The silence after the key is audio again, and a moment later than the key's end.
        await eventually(
            lambda: other.reception.payload_types >= {0, 96},
            within_s=2,
            otherwise=lambda: str(other.reception.payload_types),
        )


async def test_a_mute_ear_sends_nothing() -> None:
    with RtpEar() as one, RtpEar(mute=True) as other:
        one.aim("127.0.0.1", other.port)
        other.aim("127.0.0.1", one.port)
        await other.hears_anything(within_s=2)
        assert one.reception.packets == 0


async def test_the_stream_is_counted(pair: tuple[RtpEar, RtpEar]) -> None:
    one, other = pair
    one.say(tone(440, 0.4))
    await other.hears(440, within_s=2)
    assert len(other.reception.ssrcs) == 1
    assert other.reception.sources == {("127.0.0.1", one.port)}
    assert other.reception.jitter_ms < 15
    assert other.quiet_s < 0.5


async def test_sound_is_waited_for_whatever_it_is(pair: tuple[RtpEar, RtpEar]) -> None:
    one, other = pair
    one.say(speechlike(0.8))
    await other.hears_sound(seconds=0.4, within_s=3, since_s=0)
    with pytest.raises(AssertionError, match="over -40 dBov; heard"):
        await other.hears_sound(seconds=0.4, within_s=0.3, since_s=other.now_s + 1)


async def test_a_tone_that_breaks_off_is_waited_for_in_all(pair: tuple[RtpEar, RtpEar]) -> None:
    one, other = pair
    for _ in range(2):
        one.say(tone(440, 0.4))
        one.say(silence(0.2))
    await other.hears_in_all(440, seconds=0.6, within_s=3)
    with pytest.raises(AssertionError, match="2 s of 440 Hz in all; heard"):
        await other.hears_in_all(440, seconds=2, within_s=0.3)


async def test_what_was_not_heard_is_told_with_what_was(pair: tuple[RtpEar, RtpEar]) -> None:
    _, other = pair
    with pytest.raises(AssertionError, match="880 Hz; heard"):
        await other.hears(880, within_s=0.3)


async def test_what_is_no_rtp_is_not_heard() -> None:
    with RtpEar() as ear, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"hello", ("127.0.0.1", ear.port))
        deadline = time.monotonic() + 0.2
        while time.monotonic() < deadline and ear.reception.packets == 0:
            time.sleep(0.02)  # noqa: ASYNC251 - the ear has threads of its own
        assert ear.reception.packets == 0
