"""Options of calls: how they cascade, and what their table promises to those that are made of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.call import Call, Direction
from engine.model.call_options import STANDARD, AccountOptions, CallOptions, NumberOptions
from engine.model.consent import ConsentChoice, ConsentPolicy
from engine.store.tables.accounts import accounts, numbers
from engine.store.tables.calls import calls

PRESS, ANNOUNCE = ConsentChoice(ConsentPolicy.PRESS), ConsentChoice(ConsentPolicy.ANNOUNCE)

OF_ACCOUNTS = {
    "consent": st.sampled_from([None, PRESS, ANNOUNCE]),
    "recording_beep_s": st.sampled_from([None, 0, 15]),
}
OF_NUMBERS = OF_ACCOUNTS | {
    "record": st.sampled_from([None, False, True]),
    "language": st.sampled_from([None, "nl-BE", "fr-BE"]),
}
CHOSEN_BY_ACCOUNT = st.builds(AccountOptions, **OF_ACCOUNTS)
CHOSEN_BY_NUMBER = st.builds(NumberOptions, **OF_NUMBERS)
CHOSEN = st.builds(
    CallOptions,
    **OF_NUMBERS,
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


def begun(options: CallOptions) -> CallOptions:
    """What is stored of a call with these options when it begins; its account's are looked up later."""
    at = datetime(2026, 11, 28, 12, tzinfo=UTC)
    return Call.begun(
        Direction.OUTBOUND, "+3225550100", "+3225550188", options, account_id="AC1", at=at, node="n1"
    ).options


def first_chosen(name: str, *levels: AccountOptions) -> object:
    """The first of several that is chosen, the nearest coming first; None where nobody has chosen."""
    return next((getattr(each, name) for each in levels if getattr(each, name) is not None), None)


@pytest.mark.parametrize("name", [*AccountOptions.table()])
def test_what_an_account_may_choose_has_no_standard(name: str) -> None:
    assert getattr(STANDARD, name) is None, "it would go before the account's choice, which is looked up later"


@given(account=CHOSEN_BY_ACCOUNT, number=CHOSEN_BY_NUMBER, order=CHOSEN, dialled=CHOSEN)
def test_an_accounts_choice_yields_to_a_nearer_choice_and_never_to_a_default_or_to_what_is_unset(
    account: AccountOptions, number: NumberOptions, order: CallOptions, dialled: CallOptions
) -> None:
    call = begun(order.over(number.over(STANDARD)))
    child = begun(dialled.over(call.for_children()))

    for name in AccountOptions.table():
        assert getattr(call.over(account), name) == first_chosen(name, order, number, account)
        assert getattr(child.over(account), name) == first_chosen(name, dialled, order, number, account)


@given(account=CHOSEN_BY_ACCOUNT, number=CHOSEN_BY_NUMBER, order=CHOSEN, dialled=CHOSEN)
def test_a_childs_language_is_its_parents_and_its_recording_and_ringing_are_its_own(
    account: AccountOptions, number: NumberOptions, order: CallOptions, dialled: CallOptions
) -> None:
    call = begun(order.over(number.over(STANDARD)))
    child = begun(dialled.over(call.for_children())).over(account)

    assert child.language == first_chosen("language", dialled, order, number, STANDARD)
    for name in ("record", "timeout_s", "status_callback"):
        assert getattr(child, name) == first_chosen(name, dialled, STANDARD)


@pytest.mark.parametrize(
    ("level", "table"), [(AccountOptions, accounts), (NumberOptions, numbers), (CallOptions, calls)], ids=str
)
def test_what_must_be_stored_is_standard_where_nobody_chooses_it(level: type[AccountOptions], table: object) -> None:
    for name, option in level.table().items():
        column = table.c[name]  # type: ignore[attr-defined]
        assert column.nullable is not option.required
        assert column.nullable or getattr(STANDARD, name) is not None
