"""`telefoon applications`: made, changed and removed beside a server, and named by numbers."""

import json

from tests.unit.cli.conftest import Run

ADD = ("applications", "add", "shop", "--account", "demo", "--url", "https://shop.example/", "--json")


def test_an_application_is_added_listed_changed_and_removed(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")
    made = json.loads(telefoon(*ADD, "--method", "GET", "--status-callback-event", "ringing").stdout)

    changed = telefoon("applications", "set", made["id"], "--name", "other", "--url", "")
    (listed,) = json.loads(telefoon("applications", "list", "--json").stdout)
    removed = telefoon("applications", "remove", made["id"])

    assert (made["url"], made["method"], made["status_callback_events"]) == (
        "https://shop.example/",
        "GET",
        ["ringing"],
    )
    assert changed.stdout.strip() == f"{made['id']} is changed."
    assert (listed["friendly_name"], listed["url"], listed["account"]) == ("other", None, "demo")
    assert removed.stdout.strip() == f"{made['id']} is removed."
    assert "There are no applications" in telefoon("applications", "list").stdout


def test_a_number_names_an_application_of_its_own_account(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")
    made = json.loads(telefoon(*ADD).stdout)

    added = telefoon("numbers", "add", "+3225550100", "--account", "demo", "--application", made["id"], "--json")
    refused = telefoon("numbers", "add", "+3225550101", "--account", "other", "--application", made["id"])

    assert json.loads(added.stdout)["application_id"] == made["id"]
    assert refused.exit_code != 0
    assert made["id"] in refused.stderr


def test_what_is_no_address_or_no_application_is_told(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")

    wrong = telefoon("applications", "add", "shop", "--account", "demo", "--url", "shop.example")
    none = telefoon("applications", "remove", f"AP{'0' * 32}")

    assert "--url is shop.example" in wrong.stderr
    assert "See them with: telefoon applications list" in none.stderr
