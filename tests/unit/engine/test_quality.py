"""The E-model (ITU-T G.107): rating factor and mean opinion score."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.quality import (
    BEST_R,
    Quality,
    Satisfaction,
    delay_of,
    loss_of,
    mean_opinion,
    quality_of,
    rating,
    since,
)
from engine.ports import RtpStats

CODECS = st.sampled_from(["PCMA", "PCMU", "G729", "G722", "opus"])
LOSSES = st.floats(0, 1)
DELAYS = st.floats(0, 2000)


def line(**known: object) -> RtpStats:
    figures: dict[str, object] = {
        "codec": "PCMA", "packets_received": 1000, "packets_lost": 0, "packets_discarded": 0, "packets_sent": 1000,
        "jitter_ms": None, "mean_jitter_ms": None, "round_trip_ms": None, "buffer_ms": None,
        "far_packets_lost": None, "far_jitter_ms": None,
    }  # fmt: skip
    return RtpStats(**figures | known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("r", "mos"), [(93.2, 4.41), (90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58), (0, 1.0), (100, 4.5)]
)
def test_the_score_of_a_rating_is_that_of_table_b_1(r: float, mos: float) -> None:
    assert mean_opinion(r) == pytest.approx(mos, abs=0.01)


@pytest.mark.parametrize(
    ("loss", "delay_ms", "codec", "r"),
    [
        (0.0, 0, "PCMA", 93.2),
        (0.0, 100, "PCMA", 90.8),  # 0.024 * 100
        (0.0, 277.3, "PCMA", 75.5),  # 0.024 * 277.3 + 0.11 * 100
        (0.01, 0, "PCMU", 89.6),  # 95 * 1 / 26.1
        (0.05, 0, "PCMA", 77.4),  # 95 * 5 / 30.1
        (0.0, 0, "G729", 82.2),
        (0.02, 0, "g729", 74.2),  # 11 + 84 * 2 / 21
    ],
)
def test_loss_delay_and_the_codec_take_from_the_rating(loss: float, delay_ms: float, codec: str, r: float) -> None:
    assert rating(loss=loss, delay_ms=delay_ms, codec=codec) == pytest.approx(r, abs=0.05)


@given(LOSSES, DELAYS, CODECS)
def test_a_score_is_within_its_scale(loss: float, delay_ms: float, codec: str) -> None:
    r = rating(loss=loss, delay_ms=delay_ms, codec=codec)

    assert 0 <= r <= BEST_R
    assert 1.0 <= mean_opinion(r) <= 4.5


@given(LOSSES, LOSSES, DELAYS, CODECS)
def test_a_score_falls_as_loss_grows(one: float, other: float, delay_ms: float, codec: str) -> None:
    less, more = sorted((one, other))

    assert mean_opinion(rating(loss=less, delay_ms=delay_ms, codec=codec)) >= mean_opinion(
        rating(loss=more, delay_ms=delay_ms, codec=codec)
    )


def test_what_came_too_late_is_lost_as_well() -> None:
    assert loss_of(line(packets_received=950, packets_lost=50, packets_discarded=50)) == pytest.approx(0.1)
    assert loss_of(line(packets_received=0)) == 0.0


def test_the_way_from_mouth_to_ear_is_half_the_round_trip_a_packet_and_the_buffer() -> None:
    assert delay_of(line(round_trip_ms=80.0, buffer_ms=60.0)) == 120.0
    assert delay_of(line(mean_jitter_ms=10.0)) == 40.0


def test_a_line_without_loss_is_good_and_one_that_loses_a_fifth_is_not() -> None:
    assert quality_of(line(buffer_ms=40.0)).mos > 4.3
    assert quality_of(line(packets_received=800, packets_lost=200)).mos < 2.7


@pytest.mark.parametrize(
    ("r", "word"),
    [(93.2, "good"), (80, "good"), (79.9, "fair"), (70, "fair"), (69.9, "poor"), (60, "poor"), (0, "bad")],
)
def test_satisfaction_has_the_bounds_of_g_109(r: float, word: str) -> None:
    assert Quality(r, mean_opinion(r)).satisfaction is Satisfaction(word)


def test_what_came_between_two_looks_is_rated_without_what_came_before() -> None:
    before = line(packets_received=1000, packets_lost=500)

    recent = since(before, line(packets_received=1500, packets_lost=500))

    assert (recent.packets_received, recent.packets_lost) == (500, 0)
    assert quality_of(recent).satisfaction is Satisfaction.GOOD
