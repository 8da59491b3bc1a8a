"""`telefoon accounts pace`, on the database of the data folder."""

import json

from tests.unit.cli.conftest import Run


def test_a_pace_is_set_shown_and_taken_away(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")
    assert "no pace" in telefoon("accounts", "pace", "demo").stdout

    telefoon("accounts", "pace", "demo", "--calls-per-s", "0.5", "--queue", "20")
    shown = json.loads(telefoon("accounts", "pace", "demo", "--json").stdout)
    assert shown == {"calls_per_s": 0.5, "calls_at_once": None, "most_queued": 20}

    assert "no pace" in telefoon("accounts", "pace", "demo", "--off").stdout
