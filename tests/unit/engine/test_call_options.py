"""Options of calls: how they cascade, and what their table promises to those that are made of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.call_options import STANDARD, AccountOptions, CallOptions, NumberOptions
from engine.model.consent import ConsentChoice, ConsentPolicy
from engine.store.tables import accounts, calls, numbers

PRESS, ANNOUNCE = ConsentChoice(ConsentPolicy.PRESS), ConsentChoice(ConsentPolicy.ANNOUNCE)

CHOSEN = st.builds(
    CallOptions,
    consent=st.sampled_from([None, PRESS, ANNOUNCE]),
    recording_beep_s=st.sampled_from([None, 0, 15]),
    record=st.sampled_from([None, False, True]),
    language=st.sampled_from([None, "nl-BE", "fr-BE"]),
    timeout_s=st.sampled_from([None, 5, 60]),
    status_callback=st.sampled_from([None, "https://customer.example/status"]),
)


def test_the_nearest_choice_holds() -> None:
    order = CallOptions(language="fr-BE")
    number = NumberOptions(language="nl-BE", recording_beep_s=15)
    account = AccountOptions(recording_beep_s=60, consent=PRESS)

    settled = order.over(number).over(account).over(STANDARD)

    assert settled == replace(STANDARD, language="fr-BE", recording_beep_s=15, consent=PRESS)


@pytest.mark.parametrize(("name", "value"), [("recording_beep_s", 0), ("record", False)])
def test_a_choice_against_something_is_a_choice(name: str, value: object) -> None:
    never = CallOptions(**{name: value})  # type: ignore[arg-type]

    settled = never.over(NumberOptions(recording_beep_s=15, record=True))

    assert getattr(settled, name) is value


def test_an_account_takes_nothing_that_it_may_not_choose() -> None:
    assert AccountOptions().over(STANDARD) == AccountOptions()


@given(CHOSEN, CHOSEN, CHOSEN)
def test_it_does_not_matter_which_defaults_are_settled_first(
    order: CallOptions, number: CallOptions, account: CallOptions
) -> None:
    assert order.over(number).over(account) == order.over(number.over(account))


@given(CHOSEN)
def test_nothing_that_was_chosen_is_lost_and_nothing_is_left_open_that_is_standard(chosen: CallOptions) -> None:
    settled = chosen.over(STANDARD)

    for name, _, value in chosen.items():
        assert getattr(settled, name) == (getattr(STANDARD, name) if value is None else value)


def test_a_child_takes_over_how_it_is_spoken_and_consented_and_nothing_else() -> None:
    parent = CallOptions(
        consent=PRESS, recording_beep_s=15, record=True, language="nl-BE", timeout_s=5,
        status_callback="https://customer.example/status", status_callback_method="GET",
        status_callback_events=("ringing",),
    )  # fmt: skip

    assert parent.for_children() == CallOptions(consent=PRESS, recording_beep_s=15, language="nl-BE")


@pytest.mark.parametrize(
    ("level", "table"), [(AccountOptions, accounts), (NumberOptions, numbers), (CallOptions, calls)], ids=str
)
def test_what_must_be_stored_is_standard_where_nobody_chooses_it(level: type[AccountOptions], table: object) -> None:
    for name, option in level.table().items():
        column = table.c[name]  # type: ignore[attr-defined]
        assert column.nullable is not option.required
        assert column.nullable or getattr(STANDARD, name) is not None
