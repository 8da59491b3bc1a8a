"""PINs of conferences: what they make of who knows them, and how often somebody may guess."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from engine.model.conference import Conference, ConferenceStatus
from engine.security.pins import TRIES_A_CALLER, TRIES_A_ROOM, WINDOW_S, PinGuard, Pins, Role

PINS = Pins(b"pepper")
digits = st.text("0123456789", min_size=4, max_size=12)


def conference(identifier: str, *, pin: str | None = None, moderator: str | None = None) -> Conference:
    return Conference(
        identifier, "AC1", "talk", ConferenceStatus.INIT, datetime(2026, 1, 1, tzinfo=UTC), "node-1",
        pin=PINS.digest(identifier, pin) if pin else None,
        moderator_pin=PINS.digest(identifier, moderator) if moderator else None,
    )  # fmt: skip


def test_each_pin_makes_its_role_and_no_other_makes_any() -> None:
    room = conference("CF1", pin="1234", moderator="9876")

    assert [PINS.role(room, pin) for pin in ("1234", "9876", "1243", "")] == [
        Role.PARTICIPANT, Role.MODERATOR, None, None,
    ]  # fmt: skip


def test_where_both_are_the_same_it_makes_a_moderator() -> None:
    assert PINS.role(conference("CF1", pin="1234", moderator="1234"), "1234") is Role.MODERATOR


@given(digits)
def test_the_same_pin_of_two_rooms_is_not_seen_to_be_the_same(pin: str) -> None:
    assert PINS.digest("CF1", pin) != PINS.digest("CF2", pin)
    assert PINS.role(conference("CF1", pin=pin), pin) is Role.PARTICIPANT
    assert f"'{pin}'" not in repr(conference("CF1", pin=pin))


def test_a_caller_who_was_wrong_too_often_must_wait_and_others_need_not() -> None:
    guard = PinGuard()
    for second in range(TRIES_A_CALLER):
        assert guard.may_try("+3225550111", second)
        guard.was_wrong("+3225550111", second)

    assert not guard.may_try("+3225550111", TRIES_A_CALLER)
    assert guard.may_try("+3225550112", TRIES_A_CALLER)
    assert guard.may_try("+3225550111", WINDOW_S)


def test_all_callers_together_are_limited_too() -> None:
    guard = PinGuard()
    for number in range(TRIES_A_ROOM):
        guard.was_wrong(f"+32255{number:05}", 0)

    assert not guard.may_try("+3225599999", WINDOW_S - 1)
    assert guard.may_try("+3225599999", WINDOW_S)
