"""telefoon accounts spoken-name, notice and disclosure, and numbers add --disclosure."""

import json

from tests.unit.cli.conftest import Run


def test_an_account_has_a_spoken_name_and_a_language_for_it(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")

    named = telefoon("accounts", "spoken-name", "demo", "Bakkerij Peeters", "--language", "nl", "--json")
    shown = telefoon("accounts", "spoken-name", "demo", "--json")

    wanted = {"account": "demo", "spoken_name": "Bakkerij Peeters", "language": "nl-NL"}
    assert json.loads(named.stdout) == json.loads(shown.stdout) == wanted


def test_an_account_has_notices_of_its_own_which_name_it(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")

    for version in (1, 2):
        done = telefoon("accounts", "notice", "demo", "--language", "fr", "--text", "L'ordinateur de {name}.")
        assert f"version {version} of its own notice in fr" in done.stdout
    nameless = telefoon("accounts", "notice", "demo", "--language", "fr", "--text", "Un ordinateur.")

    assert nameless.exit_code == 2
    assert "write {name} for that" in nameless.stderr
    assert telefoon("accounts", "notice", "demo", "--language", "xx", "--text", "{name}").exit_code == 2


def test_a_number_and_an_account_have_a_policy_of_their_own(telefoon: Run) -> None:
    added = telefoon("numbers", "add", "+3225550100", "--account", "demo", "--disclosure", "agent-says-it",
                     "--disclosure-wording", "I am Ada.", "--asserted-by", "Zoë",
                     "--asserted-at", "2026-11-25T09:30:00Z")  # fmt: skip
    assert added.exit_code == 0
    telefoon("accounts", "disclosure", "demo", "--disclosure", "not-ai", "--disclosure-reason", "A person speaks.",
             "--asserted-by", "Zoë")  # fmt: skip

    [number] = json.loads(telefoon("numbers", "list", "--json").stdout)
    [account] = json.loads(telefoon("accounts", "list", "--json").stdout)

    assert (number["disclosure"]["policy"], number["disclosure"]["wording"]) == ("agent-says-it", "I am Ada.")
    assert (account["disclosure"]["policy"], account["disclosure"]["asserted_by"]) == ("not-ai", "Zoë")
    telefoon("accounts", "disclosure", "demo")
    [account] = json.loads(telefoon("accounts", "list", "--json").stdout)
    assert account["disclosure"] is None


def test_an_assertion_that_is_not_whole_is_refused(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")

    unasserted = telefoon("accounts", "disclosure", "demo", "--disclosure", "not-ai")
    without = telefoon("accounts", "disclosure", "demo", "--asserted-by", "Zoë")

    assert unasserted.exit_code == without.exit_code == 2
    assert "is required: not-ai takes" in unasserted.stderr
    assert "goes with --disclosure" in without.stderr
