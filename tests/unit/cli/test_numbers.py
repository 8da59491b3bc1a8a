"""`telefoon numbers`: a range is one row, in whichever way it is written."""

import json

import pytest

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


def test_whom_a_number_tells_of_its_calls_is_told_of_their_end_unless_more_is_asked_for(telefoon: Run) -> None:
    told = ("--status-callback", "https://example.com/told")
    telefoon("numbers", "add", "+3225550100", "--account", "demo", *told)
    more = ("--status-callback-events", "ringing", "--status-callback-events", "answered")
    telefoon("numbers", "add", "+3225550101", "--account", "demo", *told, "--status-callback-method", "GET", *more)

    ends, rings = json.loads(telefoon("numbers", "list", "--json").stdout)

    assert (ends["status_callback"], ends["status_callback_method"]) == ("https://example.com/told", "POST")
    assert ends["status_callback_events"] == ["completed"]
    assert (rings["status_callback_method"], rings["status_callback_events"]) == ("GET", ["ringing", "answered"])


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--status-callback", "example.com"), "--status-callback is example.com"),
        (("--status-callback-method", "PUT"), "GET or POST"),
        (("--status-callback-events", "ended"), "initiated, ringing, answered, completed"),
    ],
)
def test_what_is_no_way_of_telling_is_refused(telefoon: Run, flags: tuple[str, str], says: str) -> None:
    refused = telefoon("numbers", "add", "+3225550100", "--account", "demo", *flags)

    assert refused.exit_code == 2
    assert says in refused.stderr
