"""telefoon numbers add --consent, accounts consent and accounts text."""

import json

import pytest

from tests.unit.cli.conftest import Run


def test_a_number_and_an_account_have_a_policy_of_their_own(telefoon: Run) -> None:
    added = telefoon("numbers", "add", "+3225550100", "--account", "demo", "--consent", "press-to-consent",
                     "--consent-withdrawal", "delete")  # fmt: skip
    assert added.exit_code == 0
    telefoon("accounts", "consent", "demo", "--consent", "none-needed", "--consent-basis", "a law")

    [number] = json.loads(telefoon("numbers", "list", "--json").stdout)
    [account] = json.loads(telefoon("accounts", "list", "--json").stdout)

    assert (number["consent"]["policy"], number["consent"]["withdrawal"]) == ("press-to-consent", "delete")
    assert (account["consent"]["policy"], account["consent"]["basis"]) == ("none-needed", "a law")
    telefoon("accounts", "consent", "demo")
    [account] = json.loads(telefoon("accounts", "list", "--json").stdout)
    assert account["consent"] is None


def test_a_purpose_has_a_policy_of_its_own(telefoon: Run) -> None:
    streamed = ("--consent", "announce", "--consent-to", "streaming=both-parties")
    assert telefoon("numbers", "add", "+3225550100", "--account", "demo", *streamed).exit_code == 0
    telefoon("accounts", "consent", "demo", "--consent-to", "transcription=press-to-consent")

    [number] = json.loads(telefoon("numbers", "list", "--json").stdout)
    [account] = json.loads(telefoon("accounts", "list", "--json").stdout)

    assert (number["consent"]["policy"], number["consent_to_streaming"]["policy"]) == ("announce", "both-parties")
    assert account["consent"] is None
    assert account["consent_to_transcription"]["policy"] == "press-to-consent"


@pytest.mark.parametrize("given", ["streaming", "streaming=always", "dancing=announce", "recording=announce"])
def test_what_is_no_purpose_and_policy_is_refused(telefoon: Run, given: str) -> None:
    refused = telefoon("numbers", "add", "+3225550100", "--account", "demo", "--consent-to", given)

    assert refused.exit_code == 2
    assert "write it as streaming=announce" in " ".join(refused.stderr.split())


def test_none_needed_takes_a_basis_and_external_is_for_calls(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")

    without = telefoon("accounts", "consent", "demo", "--consent", "none-needed")
    external = telefoon("accounts", "consent", "demo", "--consent", "external")

    assert without.exit_code == external.exit_code == 2
    assert "--consent-basis is required" in without.stderr
    assert "external is for single calls" in external.stderr


def test_an_account_has_texts_of_its_own_in_versions(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")

    for version in (1, 2):
        done = telefoon("accounts", "text", "demo", "question", "--language", "fr", "--text", "Oui ?")
        assert f"version {version} of its own question in fr" in done.stdout
    assert telefoon("accounts", "text", "demo", "question", "--language", "xx", "--text", "?").exit_code == 2
