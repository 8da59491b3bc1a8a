"""`telefoon accounts region`, on the database of the data folder."""

import json

from tests.unit.cli.conftest import Run


def test_a_region_is_chosen_shown_and_given_up(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")
    assert "any node" in telefoon("accounts", "region", "demo").stdout

    chosen = telefoon("accounts", "region", "demo", "--set", "eu-be")
    assert "nodes of eu-be" in chosen.stdout
    assert "No node of eu-be takes calls now" in chosen.stderr
    (listed,) = json.loads(telefoon("accounts", "list", "--json").stdout)
    assert listed["region"] == "eu-be"
    shown = json.loads(telefoon("accounts", "region", "demo", "--json").stdout)
    assert shown == {"account": "demo", "region": "eu-be", "serving": 0}

    assert "any node" in telefoon("accounts", "region", "demo", "--any").stdout


def test_what_can_be_no_region_is_refused(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")

    refused = telefoon("accounts", "region", "demo", "--set", "eu be")

    assert refused.exit_code != 0
    assert "is no region" in refused.stderr
