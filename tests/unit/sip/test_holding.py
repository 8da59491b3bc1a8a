"""What a far end is told of hold: one re-INVITE at a time, until it knows what holds."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.trunk import HoldStyle
from sip.holding import Holding
from sip.reinvites import glare_pause_s

SENDONLY = HoldStyle.SENDONLY


class Line:
    """What was sent, and what waits for a pause to be over."""

    def __init__(self) -> None:
        self.sent: list[HoldStyle | None] = []
        self.paused: list[Callable[[], None]] = []
        self.is_free = True
        self.holding = Holding(self._send, self.paused.append)

    def _send(self, style: HoldStyle | None) -> bool:
        if self.is_free:
            self.sent.append(style)
        return self.is_free

    def pause_is_over(self) -> None:
        self.paused.pop()()


@pytest.fixture
def line() -> Line:
    return Line()


def test_hold_and_its_end_are_told_once(line: Line) -> None:
    for style in (SENDONLY, None):
        line.holding.want(style)
        line.holding.want(style)
        assert not line.holding.answered(200)
        line.holding.want(style)

    assert line.sent == [SENDONLY, None]


def test_a_re_invite_that_meets_another_is_sent_again_after_a_pause(line: Line) -> None:
    line.holding.want(SENDONLY)
    assert not line.holding.answered(491)
    assert line.sent == [SENDONLY]

    line.pause_is_over()

    assert line.sent == [SENDONLY, SENDONLY]


def test_hold_that_ends_in_the_pause_is_never_told(line: Line) -> None:
    line.holding.want(SENDONLY)
    line.holding.answered(491)
    line.holding.want(None)

    line.pause_is_over()

    assert line.sent == [SENDONLY]


def test_what_can_not_be_sent_now_is_sent_after_a_pause(line: Line) -> None:
    line.is_free = False
    line.holding.want(SENDONLY)
    assert not line.holding.asks

    line.is_free = True
    line.pause_is_over()

    assert line.sent == [SENDONLY]


def test_who_refuses_hold_is_told_neither_its_end_nor_hold_again(line: Line) -> None:
    line.holding.want(SENDONLY)
    assert line.holding.answered(488)

    line.holding.want(None)

    assert line.sent == [SENDONLY]


def test_who_refuses_the_end_of_hold_may_be_asked_again(line: Line) -> None:
    line.holding.want(SENDONLY)
    line.holding.answered(200)
    line.holding.want(None)
    assert line.holding.answered(500)

    line.holding.want(None)

    assert line.sent == [SENDONLY, None, None]


def test_a_challenge_is_no_answer_yet(line: Line) -> None:
    line.holding.want(SENDONLY)

    assert not line.holding.answered(401)
    assert line.holding.asks


STEPS = st.lists(st.sampled_from(["hold", "resume", "200", "491", "busy", "free", "pause"]), max_size=40)


@given(STEPS)
def test_in_the_end_a_far_end_that_agrees_knows_what_was_wanted_last(steps: list[str]) -> None:
    line, wanted, told = Line(), None, None

    def step(what: str) -> None:
        nonlocal told
        match what:
            case "200" | "491" if line.holding.asks:
                told = line.sent[-1] if what == "200" else told
                line.holding.answered(int(what))
            case "busy" | "free":
                line.is_free = what == "free"
            case "pause" if line.paused:
                line.pause_is_over()
            case _:
                pass
        assert len(line.paused) <= 1

    for each in steps:
        if each in ("hold", "resume"):
            wanted = SENDONLY if each == "hold" else None
            line.holding.want(wanted)
        step(each)
    for each in ["free", "pause", "200", "pause", "200", "200"]:
        step(each)

    assert told == wanted


@pytest.mark.parametrize(("inbound", "shortest_s", "longest_s"), [(False, 2.1, 4.0), (True, 0.0, 2.0)])
def test_who_has_called_waits_longer(inbound: bool, shortest_s: float, longest_s: float) -> None:
    assert glare_pause_s(inbound=inbound, chance=0.0) == shortest_s
    assert glare_pause_s(inbound=inbound, chance=1.0) == longest_s
    assert glare_pause_s(inbound=inbound, chance=0.3333) == round(shortest_s + (longest_s - shortest_s) / 3, 2)
