"""`telefoon routes`, on the database of the data folder."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Run


@pytest.fixture(autouse=True)
def trunks(telefoon: Run) -> None:
    telefoon("trunks", "add", "a", "--host", "a.example", "--priority", 1)
    telefoon("trunks", "add", "b", "--host", "b.example:5070", "--priority", 2, "--transport", "tcp")
    telefoon("trunks", "add", "off", "--host", "off.example", "--set", "enabled=no")
    telefoon("keys", "create", "--account", "demo")


def added(telefoon: Run, *flags: object) -> str:
    route: dict[str, Any] = json.loads(telefoon("routes", "add", *flags, "--json").stdout)
    return str(route["id"])


def tried(telefoon: Run, *flags: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(telefoon("routes", "test", *flags, "--json").stdout)
    return found


def test_a_route_is_added_with_every_flag_listed_shown_and_removed(telefoon: Run) -> None:
    route = added(
        telefoon, "--prefix", "+32", "--trunk", "a", "--account", "demo", "--from", "+3225550", "--times",
        "mon-fri 09:00-17:00 Europe/Brussels", "--priority", 2, "--weight", 3, "--cost", "0.0125",
    )  # fmt: skip

    shown = json.loads(telefoon("routes", "show", route, "--json").stdout)
    assert shown == {
        "id": route, "trunk": "a", "prefix": "+32", "account": "demo", "from_prefix": "+3225550",
        "times": "mon-fri 09:00-17:00 Europe/Brussels", "priority": 2, "weight": 3, "cost": "0.0125",
    }  # fmt: skip
    assert json.loads(telefoon("routes", "list", "--json").stdout) == [shown]
    assert route in telefoon("routes", "list").stdout

    assert telefoon("routes", "remove", route).exit_code == 0
    assert json.loads(telefoon("routes", "list", "--json").stdout) == []
    assert telefoon("routes", "show", route).exit_code != 0


def test_the_price_that_decides_is_told(telefoon: Run, tmp_path: Path) -> None:
    for name, price in (("a", "0.02"), ("b", "0.01")):
        added(telefoon, "--trunk", name)
        sheet = tmp_path / f"{name}.csv"
        sheet.write_text(f"prefix,per_minute\n32,{price}\n")
        telefoon("trunks", "costs", name, "--file", sheet)

    ways = tried(telefoon, "+32470123456")["ways"]

    assert [each["trunk"] for each in ways] == ["b", "a"]
    assert ways[0]["why"].endswith("cost 0.01 by the trunk's price for +32")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--trunk", "nobody"), "There is no trunk nobody"),
        (("--trunk", "a", "--prefix", "Belgium"), "no beginning of a number"),
        (("--trunk", "a", "--account", "nobody"), "There is no account nobody"),
        (("--trunk", "a", "--times", "evenings"), "mon-fri 09:00-17:00 Europe/Brussels"),
        (("--trunk", "a", "--cost", "cheap"), "0.0125"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_added(telefoon: Run, flags: tuple[str, ...], said: str) -> None:
    refused = telefoon("routes", "add", *flags)

    assert refused.exit_code != 0
    assert said in refused.stderr
    assert json.loads(telefoon("routes", "list", "--json").stdout) == []


def test_without_routes_every_trunk_carries_a_call_by_its_priority(telefoon: Run) -> None:
    found = tried(telefoon, "+32470123456")

    assert [way["trunk"] for way in found["ways"]] == ["a", "b"]
    assert "no routes" in found["ways"][0]["why"]
    assert [(each["trunk"], each["reason"]) for each in found["passed_over"]] == [("off", "the trunk is disabled")]


def test_the_way_of_a_call_is_told_with_its_route_and_its_invite(telefoon: Run) -> None:
    everything = added(telefoon, "--trunk", "a")
    belgium = added(telefoon, "--trunk", "b", "--prefix", "+32", "--account", "demo")

    ours = tried(telefoon, "+32470123456", "--account", "demo", "--from", "+3225550100")
    others = tried(telefoon, "+32470123456")

    assert [way["trunk"] for way in ours["ways"]] == ["b", "a"]
    assert belgium in ours["ways"][0]["why"]
    assert ours["ways"][0]["invite"]["Request-URI"] == "sip:+32470123456@b.example:5070;transport=tcp"
    assert "sip:+3225550100@" in ours["ways"][0]["invite"]["From"]
    assert [way["trunk"] for way in others["ways"]] == ["a"]
    assert everything in telefoon("routes", "test", "+32470123456").stdout


def test_times_are_tried_at_another_moment(telefoon: Run) -> None:
    added(telefoon, "--trunk", "a", "--times", "mon-fri 09:00-17:00 Europe/Brussels")

    assert tried(telefoon, "+32470123456", "--at", "2026-11-30T10:00:00+01:00")["ways"] != []
    assert tried(telefoon, "+32470123456", "--at", "2026-11-29T10:00:00+01:00")["ways"] == []


def test_a_number_that_goes_nowhere_is_said_and_fails(telefoon: Run) -> None:
    added(telefoon, "--trunk", "off", "--prefix", "+49")

    unrouted, unusable = telefoon("routes", "test", "+32470123456"), telefoon("routes", "test", "+493012345")

    assert (unrouted.exit_code, unusable.exit_code) == (1, 1)
    assert "None of 1 routes fits" in unrouted.stdout
    assert "the trunk is disabled" in unusable.stdout
    assert telefoon("routes", "test", "+32470123456", "--at", "yesterday").exit_code not in (0, 1)


def test_an_emergency_number_is_refused_unless_a_trunk_is_marked_which_it_goes_by_then(telefoon: Run) -> None:
    refused = telefoon("routes", "test", "112")
    added(telefoon, "--trunk", "a")
    telefoon("trunks", "set", "b", "--set", "emergency=yes")

    carried = telefoon("routes", "test", "+32112")

    assert refused.exit_code == 1
    assert "112 is an emergency number, and this service does not carry emergency calls" in refused.output
    assert carried.exit_code == 0
    assert "112 is an emergency number." in carried.output
    assert "1. Trunk b, host b.example:5070. By its mark for emergency calls, past routes and limits." in carried.output
    assert "Request-URI: sip:112@b.example:5070" in carried.output


def test_a_number_that_will_be_hidden_by_a_trunk_from_abroad_is_warned_of(telefoon: Run) -> None:
    telefoon("trunks", "set", "a", "--set", "country=de")

    found = telefoon("routes", "test", "+493023125002", "--from", "+493023125001")

    [by_the_belgian] = [line for line in found.stdout.splitlines() if "Warning: " in line]
    assert "A number of DE that calls DE through a carrier in another country" in by_the_belgian
    assert found.stdout.index("Trunk b") < found.stdout.index("Warning: ")
    assert "Warning: " not in telefoon("routes", "test", "+493023125002", "--from", "+3225550100").stdout
