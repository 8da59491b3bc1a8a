"""The fields of a policy as they are read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidField
from engine.model.call_policy import CallPolicy, NumberKind
from engine.model.call_policy.fields import FIELDS, changed, written

WHOLE = {
    "countries": ["be", "nl"],
    "refused_types": ["premium", "satellite"],
    "allowed_prefixes": ["+3290"],
    "denied_prefixes": ["+3247"],
    "hours": ["mon-fri 09:00-17:00 Europe/Brussels"],
    "calls_a_second": 2,
    "calls_at_once": 10,
    "inbound_calls_at_once": 20,
    "minutes_a_day": 100,
    "minutes_a_month": 1000,
    "euros_a_day": "10.00",
    "euros_a_month": "99.5",
    "longest_call": 600,
    "new_destination": "alarm",
    "short_calls_percent": 40,
    "short_call": 8,
    "overrides": True,
}


def test_what_is_written_is_what_was_read() -> None:
    assert set(WHOLE) == set(FIELDS)
    assert written(changed(CallPolicy(), WHOLE)) == WHOLE


def test_commands_write_lists_as_one_text() -> None:
    policy = changed(
        CallPolicy(),
        {
            "countries": "be, NL",
            "refused_types": "",
            "hours": "mon-fri 09:00-17:00 Europe/Brussels; sat 10:00-12:00 Europe/Brussels",
            "calls_at_once": "3",
        },
    )

    assert policy.countries == frozenset({"be", "nl"})
    assert (policy.refused_kinds, policy.calls_at_once) == (frozenset[NumberKind](), 3)
    assert len(policy.hours or ()) == 2


def test_what_is_not_given_stays_and_null_says_nothing_any_more() -> None:
    policy = changed(CallPolicy(calls_at_once=3, minutes_a_day=5), {"minutes_a_day": None})

    assert (policy.calls_at_once, policy.minutes_a_day) == (3, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("countries", ["belgium"]),
        ("countries", 32),
        ("refused_types", ["dear"]),
        ("allowed_prefixes", ["32x"]),
        ("hours", "always"),
        ("hours", 9),
        ("calls_a_second", -1),
        ("calls_at_once", True),
        ("inbound_calls_at_once", 1.5),
        ("minutes_a_day", "many"),
        ("minutes_a_month", []),
        ("euros_a_day", 10),
        ("euros_a_month", "1.23456"),
        ("longest_call", 0),
        ("new_destination", "shout"),
        ("short_calls_percent", 101),
        ("short_call", 0),
        ("overrides", "perhaps"),
        ("colour", "red"),
    ],
)
def test_a_wrong_value_is_told_by_its_field(name: str, value: object) -> None:
    with pytest.raises(InvalidField) as refused:
        changed(CallPolicy(), {name: value})

    assert refused.value.field == name


def test_a_prefix_is_allowed_or_denied() -> None:
    with pytest.raises(InvalidField, match="allowed and denied"):
        changed(CallPolicy(), {"allowed_prefixes": ["+32"], "denied_prefixes": ["+32"]})


@given(
    st.dictionaries(
        st.sampled_from(sorted(FIELDS)),
        st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.lists(st.text(max_size=8), max_size=3),
    )
)
def test_anything_else_is_refused_by_its_field_or_read(given_fields: dict[str, object]) -> None:
    try:
        policy = changed(CallPolicy(), given_fields)
    except InvalidField as refused:
        field = refused.field
    else:
        field = next(iter(given_fields), "denied_prefixes")
        assert changed(CallPolicy(), written(policy)) == policy

    assert field in {*given_fields, "denied_prefixes"}


def test_types_are_the_published_words() -> None:
    assert [str(each) for each in NumberKind if each is not NumberKind.UNKNOWN][:3] == ["fixed", "mobile", "toll-free"]
