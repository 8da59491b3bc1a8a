"""Hold as it is told, whatever the far end answers and whenever more is wanted."""

from hypothesis import given
from hypothesis import strategies as st

from engine.model.trunk import HoldStyle
from sip.hold import Hold, MediaDirection

LONG_S = 5.0
"""No pause between two re-INVITEs is longer."""
WANTED = st.lists(st.booleans(), min_size=1, max_size=6)
PENDING = st.lists(st.sampled_from(["answered 491", "unsent"]), max_size=4)


def test_music_is_told_nothing() -> None:
    hold = Hold(HoldStyle.MUSIC, inbound=True)
    hold.want(held=True)

    assert hold.next_to_send(0) is None


def test_nobody_is_told_twice() -> None:
    hold = Hold(HoldStyle.SENDONLY, inbound=True)
    hold.want(held=True)
    assert hold.next_to_send(0) is MediaDirection.SENDONLY

    hold.answered(200, 0)

    assert hold.next_to_send(LONG_S) is None


def test_what_was_refused_is_not_asked_again_until_something_else_is_wanted() -> None:
    hold = Hold(HoldStyle.INACTIVE, inbound=True)
    hold.want(held=True)
    hold.next_to_send(0)
    hold.answered(488, 0)
    assert hold.next_to_send(LONG_S) is None

    hold.want(held=True)

    assert hold.next_to_send(LONG_S) is MediaDirection.INACTIVE


def test_who_has_called_waits_longer_than_who_was_called() -> None:
    """RFC 3261 §14.1"""
    ours, theirs = Hold(HoldStyle.SENDONLY, inbound=False), Hold(HoldStyle.SENDONLY, inbound=True)
    for each in (ours, theirs):
        each.want(held=True)
        each.next_to_send(0)
        each.answered(491, 0)

    assert ours.next_to_send(2.05) is None
    assert theirs.next_to_send(2.05) is MediaDirection.SENDONLY


@given(wanted=WANTED, in_the_way=PENDING)
def test_what_is_wanted_last_is_told_in_the_end(wanted: list[bool], in_the_way: list[str]) -> None:
    hold, told, now_s = Hold(HoldStyle.SENDONLY, inbound=False), MediaDirection.SENDRECV, 0.0
    hindered = iter(in_the_way)
    for held in wanted:
        hold.want(held=held)
        now_s += 1.0
        if (direction := hold.next_to_send(now_s)) is not None:
            told = _comes_of(hold, direction, next(hindered, ""), now_s) or told
    for _ in range(10):
        now_s += LONG_S
        if (direction := hold.next_to_send(now_s)) is not None:
            told = _comes_of(hold, direction, next(hindered, ""), now_s) or told

    assert told is (MediaDirection.SENDONLY if wanted[-1] else MediaDirection.SENDRECV)


def _comes_of(hold: Hold, direction: MediaDirection, hindrance: str, now_s: float) -> MediaDirection | None:
    """What the far end has taken; None where something stood in the way."""
    match hindrance:
        case "unsent":
            hold.unsent(now_s)
        case "answered 491":
            hold.answered(491, now_s)
        case _:
            hold.answered(100, now_s)
            hold.answered(200, now_s)
            return direction
    return None
