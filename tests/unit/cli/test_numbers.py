"""`telefoon numbers`: a range is one row, in whichever way it is written."""

from tests.unit.cli.conftest import Run


def test_a_range_is_added_listed_and_removed(telefoon: Run) -> None:
    added = telefoon("numbers", "add", "+3225550[0-9]{3}", "--account", "demo", "--url", "https://shop.example/")
    listed = telefoon("numbers", "list").stdout
    removed = telefoon("numbers", "remove", "+3225550XXX")

    assert "+3225550xxx belongs to account demo." in added.stdout
    assert "+3225550xxx" in listed
    assert removed.stdout.strip() == "+3225550xxx is removed."


def test_the_same_range_again_is_refused_and_named(telefoon: Run) -> None:
    telefoon("numbers", "add", "+3225550xxx", "--account", "demo")

    refused = telefoon("numbers", "add", "+3225550[0-9]{3}", "--account", "other")

    assert refused.exit_code != 0
    assert "+3225550xxx is in use already" in refused.stderr


def test_what_is_no_range_is_told(telefoon: Run) -> None:
    refused = telefoon("numbers", "add", "+32255x0100", "--account", "demo")

    assert "is no range" in refused.stderr
