"""`telefoon retention` and `telefoon holds`."""

import json

from tests.unit.cli.conftest import Run


def test_an_account_has_its_own_period(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")

    assert telefoon("retention", "set", "recordings", "30", "--account", "demo").exit_code == 0

    shown = {
        row["kind"]: row for row in json.loads(telefoon("retention", "show", "--account", "demo", "--json").stdout)
    }
    assert shown["recordings"] == {"kind": "recordings", "days": 30, "set_for": "demo"}
    assert shown["calls"] == {"kind": "calls", "days": 365, "set_for": "every account"}
    telefoon("retention", "set", "recordings", "default", "--account", "demo")
    shown = {
        row["kind"]: row for row in json.loads(telefoon("retention", "show", "--account", "demo", "--json").stdout)
    }
    assert shown["recordings"]["days"] == 90


def test_a_period_that_is_none_is_refused(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")
    assert telefoon("retention", "set", "recordings", "soon", "--account", "demo").exit_code == 2
    assert telefoon("retention", "set", "audit", "3", "--account", "demo").exit_code == 2


def test_a_sweep_of_nothing_says_so(telefoon: Run) -> None:
    assert telefoon("retention", "sweep", "--dry-run").stdout == "Nothing is due.\n"
    assert json.loads(telefoon("retention", "sweep", "--json").stdout) == []


def test_an_account_is_held_until_lifted(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")

    held = telefoon("holds", "set", "account", "--account", "demo", "--reason", "Case 2026/14")
    (hold,) = json.loads(telefoon("holds", "list", "--json").stdout)
    assert held.stdout == f"Held by {hold['id']}.\n"
    assert (hold["account"], hold["reason"], hold["set_by"]) == ("demo", "Case 2026/14", "cli")

    assert telefoon("holds", "lift", hold["id"]).exit_code == 0
    assert telefoon("holds", "list").stdout == "Nothing is held.\n"
    assert telefoon("holds", "lift", hold["id"]).exit_code == 1
    assert len(json.loads(telefoon("holds", "list", "--all", "--json").stdout)) == 1
