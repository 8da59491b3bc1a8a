"""telefoon numbers add --recording-beep and accounts beep."""

import json

from tests.unit.cli.conftest import Run


def test_a_number_and_an_account_have_intervals_of_their_own(telefoon: Run) -> None:
    telefoon("numbers", "add", "+3225550100", "--account", "demo", "--record", "--recording-beep", "15")
    said = telefoon("accounts", "beep", "demo", "--every", "0").stdout
    [number] = json.loads(telefoon("numbers", "list", "--json").stdout)
    [account] = json.loads(telefoon("accounts", "list", "--json").stdout)
    telefoon("accounts", "beep", "demo")
    [as_set] = json.loads(telefoon("accounts", "list", "--json").stdout)

    assert number["recording_beep_s"] == 15
    assert account["recording_beep_s"] == 0
    assert as_set["recording_beep_s"] is None
    assert "never" in said
