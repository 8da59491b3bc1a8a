"""telefoon accounts, keys and numbers, on a real database."""

import asyncio
import json
import os
from pathlib import Path

from config.settings import load
from engine.security.secrets import load_pepper
from engine.store.accounts import Accounts
from engine.store.database import Database
from tests.unit.cli.conftest import Run


def owner_of(key: str) -> str | None:
    """The account that the server would let in with this key."""

    async def ask() -> str | None:
        settings = load()
        database = await Database.open(settings.database)
        try:
            account = await Accounts(database, load_pepper(settings.data_dir)).authenticate(key)
        finally:
            await database.close()
        return account.name if account else None

    return asyncio.run(ask())


def test_a_key_is_the_last_word_and_lets_its_account_in(telefoon: Run) -> None:
    made = telefoon("keys", "create", "--account", "demo")
    assert made.exit_code == 0
    assert owner_of(made.stdout.split()[-1]) == "demo"


def test_a_key_is_shown_once_and_stored_nowhere(telefoon: Run, tmp_path: Path) -> None:
    key = telefoon("keys", "create", "--account", "demo").stdout.split()[-1]
    listed = telefoon("keys", "list", "--json").stdout
    assert key not in listed
    assert json.loads(listed)[0]["hint"] == key[-4:]
    for folder, _, names in os.walk(tmp_path):
        assert all(key.encode() not in (Path(folder) / name).read_bytes() for name in names)


def test_a_second_key_of_an_account_is_another(telefoon: Run) -> None:
    first, second = (json.loads(telefoon("keys", "create", "--account", "demo", "--json").stdout) for _ in range(2))
    assert first["account"] == second["account"] == "demo"
    assert first["key"] != second["key"]
    assert len(json.loads(telefoon("accounts", "list", "--json").stdout)) == 1


def test_a_revoked_key_lets_nobody_in(telefoon: Run) -> None:
    made = json.loads(telefoon("keys", "create", "--account", "demo", "--json").stdout)
    assert telefoon("keys", "revoke", made["id"]).exit_code == 0
    assert owner_of(made["key"]) is None
    again = telefoon("keys", "revoke", made["id"])
    assert again.exit_code == 1
    assert again.stderr == f"telefoon: There is no key {made['id']} in use. See them with: telefoon keys list\n"


def test_keys_are_listed_by_account(telefoon: Run) -> None:
    for name in ("ann", "bob"):
        telefoon("keys", "create", "--account", name)
    (key,) = json.loads(telefoon("keys", "list", "--account", "bob", "--json").stdout)
    assert key["account"] == "bob"
    assert "ann" in telefoon("keys", "list").stdout
    nobody = telefoon("keys", "list", "--account", "eve")
    assert (nobody.exit_code, nobody.stderr) == (
        1,
        "telefoon: There is no account eve. Make it with: telefoon keys create --account eve\n",
    )


def test_lists_of_nothing_say_how_to_begin(telefoon: Run) -> None:
    assert "telefoon keys create --account NAME" in telefoon("accounts", "list").stdout
    assert "telefoon keys create --account NAME" in telefoon("keys", "list").stdout
    assert "telefoon numbers add +E164 --account NAME" in telefoon("numbers", "list").stdout
    assert json.loads(telefoon("numbers", "list", "--json").stdout) == []


def test_a_number_is_added_listed_and_removed(telefoon: Run) -> None:
    options = ("--url", "https://example.com/flow", "--language", "nl_be", "--record")
    assert telefoon("numbers", "add", "+3225550100", "--account", "demo", *options).exit_code == 0
    (number,) = json.loads(telefoon("numbers", "list", "--account", "demo", "--json").stdout)
    assert (number["e164"], number["account"], number["url"]) == ("+3225550100", "demo", "https://example.com/flow")
    assert (number["language"], number["record"], number["fallback_url"]) == ("nl-BE", True, None)
    assert "+3225550100" in telefoon("numbers", "list").stdout
    assert telefoon("numbers", "remove", "+3225550100").exit_code == 0
    gone = telefoon("numbers", "remove", "+3225550100")
    assert (gone.exit_code, gone.stderr) == (
        1,
        "telefoon: No account has the number +3225550100. See them with: telefoon numbers list\n",
    )


def test_a_number_has_one_account(telefoon: Run) -> None:
    telefoon("numbers", "add", "+3225550100", "--account", "ann")
    taken = telefoon("numbers", "add", "+3225550100", "--account", "bob")
    assert taken.exit_code == 1
    assert taken.stderr.startswith("telefoon: +3225550100 is in use already.")


def test_wrong_numbers_languages_and_urls_are_wrong_usage(telefoon: Run) -> None:
    for arguments, said in (
        (("0471", "--account", "a"), "'0471' is no telephone number"),
        (("+3225550100", "--account", "a", "--language", "xx"), "'xx' is not a language we speak"),
        (("+3225550100", "--account", "a", "--url", "ftp://x"), "--url is ftp://x"),
        (("+3225550100", "--account", " "), "An account needs a name."),
    ):
        refused = telefoon("numbers", "add", *arguments)
        assert refused.exit_code == 2
        assert refused.stderr.startswith(f"telefoon: {said}")
        assert refused.stderr.count("\n") == 1
    assert json.loads(telefoon("numbers", "list", "--json").stdout) == []


def test_a_database_that_cannot_be_opened_is_one_line(telefoon: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "telefoon.db").write_bytes(b"this is no database" * 100)
    failed = telefoon("accounts", "list")
    assert failed.exit_code == 1
    assert failed.stderr.startswith("telefoon: ")
    assert "Traceback" not in failed.stderr


def test_a_signing_secret_is_the_last_word_and_stays(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")
    told = telefoon("accounts", "secret", "demo").stdout.split()[-1]
    assert told.startswith("whsec_")
    assert telefoon("accounts", "secret", "demo").stdout.split()[-1] == told
    assert json.loads(telefoon("accounts", "secret", "demo", "--json").stdout)["secret"] == told


def test_a_rotated_secret_is_another_one(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")
    old = telefoon("accounts", "secret", "demo").stdout.split()[-1]
    new = telefoon("accounts", "secret", "demo", "--rotate").stdout.split()[-1]
    assert new != old
    assert telefoon("accounts", "secret", "demo").stdout.split()[-1] == new


def test_a_number_may_ask_with_get_and_json(telefoon: Run) -> None:
    telefoon(
        "numbers", "add", "+3225550100", "--account", "demo", "--url", "https://example.com/flow",
        "--method", "GET", "--webhook-format", "json",
    )  # fmt: skip
    [number] = json.loads(telefoon("numbers", "list", "--json").stdout)
    assert (number["method"], number["fallback_method"], number["webhook_format"]) == ("GET", "POST", "json")
