"""`telefoon keys`: scopes, ends, networks and rotation, on a real database; and `telefoon audit list`."""

import json

import pytest

from tests.unit.cli.conftest import Run


def made(telefoon: Run, *options: str) -> dict[str, object]:
    told: dict[str, object] = json.loads(telefoon("keys", "create", "--account", "demo", "--json", *options).stdout)
    return told


def listed(telefoon: Run) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(telefoon("keys", "list", "--json").stdout)
    return rows


def test_a_key_has_scopes_an_end_and_networks(telefoon: Run) -> None:
    key = made(
        telefoon, "--scope", "calls:read", "--scope", "recordings", "--expires-in", "90d",
        "--network", "203.0.113.0/24", "--network", "2001:db8::/32",
    )  # fmt: skip

    (row,) = listed(telefoon)
    assert key["scopes"] == ["calls:read", "recordings"]
    assert key["networks"] == ["203.0.113.0/24", "2001:db8::/32"]
    assert (row["scopes"], row["networks"]) == ("calls:read recordings", "203.0.113.0/24 2001:db8::/32")
    assert row["expires_at"] == key["expires_at"]
    assert str(row["expires_at"]) > str(row["created_at"])


def test_without_options_a_key_is_for_calls_without_end_and_from_everywhere(telefoon: Run) -> None:
    key = made(telefoon)

    assert (key["scopes"], key["expires_at"], key["networks"]) == (["calls"], None, [])


@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        ("--expires-in", "soon"), ("--expires-in", "90"), ("--expires-in", "-1d"), ("--expires-in", "999999999w"),
        ("--network", "203.0.113.7/24"), ("--network", "home"),
    ],
)  # fmt: skip
def test_what_is_no_time_and_no_network_is_named(telefoon: Run, option: str, wrong: str) -> None:
    refused = telefoon("keys", "create", "--account", "demo", f"{option}={wrong}")

    assert refused.exit_code == 2
    assert f"{option} is {wrong}" in refused.stderr
    assert listed(telefoon) == []


def test_a_rotated_key_ends_after_the_overlap_and_another_is_in_its_place(telefoon: Run) -> None:
    old = made(telefoon, "--scope", "privacy", "--network", "203.0.113.0/24")

    rotated = telefoon("keys", "rotate", str(old["id"]), "--overlap", "2h", "--json")

    new = json.loads(rotated.stdout)
    before, after = listed(telefoon)
    assert (new["account"], new["scopes"], new["networks"]) == ("demo", ["privacy"], ["203.0.113.0/24"])
    assert new["key"] != old["key"]
    assert (before["id"], after["id"]) == (old["id"], new["id"])
    assert before["expires_at"] is not None
    assert after["expires_at"] is None


def test_a_key_that_is_not_in_use_is_not_rotated(telefoon: Run) -> None:
    key = made(telefoon)
    telefoon("keys", "revoke", str(key["id"]))

    refused = telefoon("keys", "rotate", str(key["id"]))

    assert refused.exit_code == 1
    assert refused.stderr == f"telefoon: There is no key {key['id']} in use. See them with: telefoon keys list\n"


def test_the_audit_log_is_listed_by_who_did_what_to_what(telefoon: Run) -> None:
    first, second = made(telefoon), made(telefoon)
    telefoon("keys", "rotate", str(second["id"]))
    telefoon("accounts", "beep", "demo", "--every", "15")

    def rows(*options: str) -> list[tuple[str, str]]:
        found = json.loads(telefoon("audit", "list", "--json", *options).stdout)
        return [(row["action"], row["object"]) for row in found]

    assert rows("--action", "key.") == [
        ("key.create", first["id"]), ("key.create", second["id"]), ("key.rotate", second["id"])
    ]  # fmt: skip
    assert rows("--object", str(second["id"]), "--last", "1") == [("key.rotate", second["id"])]
    assert rows("--actor", "system:node-1") == []
    assert rows("--actor", "cli", "--last", "1")[0][0] == "account.options"
    assert "fields=recording_beep_s" in telefoon("audit", "list").stdout
