"""telefoon accounts options: what holds for an account's calls."""

import json

from tests.unit.cli.conftest import Run


def test_what_is_chosen_stays_chosen_until_it_is_reset(telefoon: Run) -> None:
    telefoon("numbers", "add", "+3225550100", "--account", "demo")
    telefoon("accounts", "consent", "demo", "--consent", "both-parties")

    chosen = json.loads(telefoon("accounts", "options", "demo", "--recording-beep", "15", "--json").stdout)
    kept = json.loads(telefoon("accounts", "options", "demo", "--json").stdout)
    reset = json.loads(telefoon("accounts", "options", "demo", "--reset", "--json").stdout)

    assert (chosen["recording_beep_s"], chosen["consent"]["policy"]) == (15, "both-parties")
    assert kept == chosen
    assert (reset["recording_beep_s"], reset["consent"]) == (None, None)


def test_what_is_chosen_is_printed(telefoon: Run) -> None:
    telefoon("numbers", "add", "+3225550100", "--account", "demo")
    telefoon("accounts", "consent", "demo", "--consent", "both-parties")

    told = telefoon("accounts", "options", "demo", "--recording-beep", "15").stdout

    assert [line.split() for line in told.splitlines()] == [["consent", "both-parties"], ["recording_beep_s", "15"]]


def test_lists_show_options_beside_what_else_there_is(telefoon: Run) -> None:
    telefoon("numbers", "add", "+3225550100", "--account", "demo", "--language", "nl-BE")
    [number] = json.loads(telefoon("numbers", "list", "--json").stdout)
    [account] = json.loads(telefoon("accounts", "list", "--json").stdout)

    assert (number["language"], account["recording_beep_s"]) == ("nl-BE", None)
    assert "options" not in number | account
