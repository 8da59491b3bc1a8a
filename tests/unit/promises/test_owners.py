"""Every file has an owner, and CODEOWNERS names no file that is gone."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.promise

CHECKOUT = Path(__file__).resolve().parents[3]
RULES = [line.split() for line in (CHECKOUT / "CODEOWNERS").read_text().splitlines() if line and line[0] != "#"]


def test_whatever_has_no_owner_of_its_own_has_the_maintainers() -> None:
    assert RULES[0][0] == "*"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule[0])
def test_every_rule_is_for_something_and_names_an_owner(rule: list[str]) -> None:
    pattern, *owners = rule

    assert list(CHECKOUT.glob(pattern.strip("/"))), f"nothing fits {pattern}"
    assert owners
    assert [owner for owner in owners if not owner.startswith("@") and "@" not in owner] == []
