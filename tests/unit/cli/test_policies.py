"""`telefoon policies`, on the database of the data folder."""

import json

import pytest

from tests.unit.cli.conftest import Run


@pytest.fixture(autouse=True)
def account(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")


def test_by_default_the_nodes_policy_is_shown_as_it_is_in_force(telefoon: Run) -> None:
    [node] = json.loads(telefoon("policies", "show", "--json").stdout)

    assert (node["level"], len(node["countries"])) == ("node", 32)
    assert "refused_types = personal, premium, satellite, shared-cost, unknown" in telefoon("policies", "show").stdout


def test_a_policy_is_set_by_its_fields_and_a_number_is_tried_with_it(telefoon: Run) -> None:
    refused = telefoon("policies", "test", "+12125550123", "--account", "demo")
    assert refused.exit_code == 1
    assert "not allowed by the node's rule country" in refused.stdout

    telefoon("policies", "set", "--account", "demo", "--set", "countries=us,be", "--set", "overrides=yes")
    telefoon("policies", "set", "--account", "demo", "--set", "euros_a_day=25.00")

    allowed = telefoon("policies", "test", "+12125550123", "--account", "demo")
    assert (allowed.exit_code, "allowed" in allowed.stdout) == (0, True)
    shown = json.loads(telefoon("policies", "show", "--json").stdout)[1]
    assert shown == {
        "level": "account", "subject": "demo", "countries": ["be", "us"], "euros_a_day": "25.00", "overrides": True,
    }  # fmt: skip


def test_an_empty_value_says_nothing_any_more_and_a_comma_is_an_empty_list(telefoon: Run) -> None:
    telefoon("policies", "set", "--set", "refused_types=,", "--set", "calls_at_once=5")
    telefoon("policies", "set", "--set", "calls_at_once=")

    node = json.loads(telefoon("policies", "show", "--json").stdout)[0]
    assert (node["refused_types"], "calls_at_once" in node) == ([], False)


@pytest.mark.parametrize("wrong", ["calls_at_once", "colour=red", "countries=belgium"])
def test_a_wrong_field_is_told(telefoon: Run, wrong: str) -> None:
    assert telefoon("policies", "set", "--set", wrong).exit_code == 2
