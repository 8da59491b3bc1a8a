"""`telefoon database move`: what it says of a move, and of one that may not be."""

import json
from pathlib import Path

import pytest

from api.cli import database
from engine.store.tables.complete import metadata
from tests.peers.databases import migrated_sqlite, sqlite_url
from tests.unit.cli.conftest import Run


@pytest.fixture
def source(telefoon: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with an account and its key."""
    url = migrated_sqlite(tmp_path / "telefoon.db")
    monkeypatch.setenv("TELEFOON_DATABASE_URL", url)
    assert telefoon("keys", "create", "--account", "demo").exit_code == 0
    return url


def test_the_verdict_tells_each_table_and_all_rows(telefoon: Run, source: str, tmp_path: Path) -> None:
    moved = telefoon("database", "move", "--from", source, "--to", sqlite_url(tmp_path / "other.db"))

    tables = {line.split()[0]: line.split()[1:] for line in moved.stdout.splitlines() if line.split()}
    assert moved.exit_code == 0, moved.output
    assert [tables[name][0] for name in ("accounts", "api_keys", "calls")] == ["1", "1", "0"]
    assert moved.stdout.endswith("as they were read, value by value. The source is as it was.\n")


def test_a_program_is_told_rows_and_digest_of_each_table(telefoon: Run, source: str, tmp_path: Path) -> None:
    moved = telefoon("database", "move", "--from", source, "--to", sqlite_url(tmp_path / "other.db"), "--json")

    tables = {each["table"]: each for each in json.loads(moved.stdout)}
    assert tables.keys() == metadata.tables.keys()
    assert (tables["accounts"]["rows"], len(tables["accounts"]["digest"])) == (1, 64)


def test_keys_work_on_the_database_that_was_moved_to(
    telefoon: Run, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = telefoon("keys", "list", "--json").stdout

    telefoon("database", "move", "--from", source, "--to", sqlite_url(tmp_path / "other.db"))

    monkeypatch.setenv("TELEFOON_DATABASE_URL", sqlite_url(tmp_path / "other.db"))
    assert telefoon("keys", "list", "--json").stdout == before


def test_a_move_that_takes_long_tells_how_far_it_is(
    telefoon: Run, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_TELL_EVERY_S", 0)

    moved = telefoon("database", "move", "--from", source, "--to", sqlite_url(tmp_path / "other.db"))

    assert "accounts: 1 of 1 rows\n" in moved.stderr


def test_a_target_that_is_not_empty_is_refused_in_a_sentence(telefoon: Run, source: str, tmp_path: Path) -> None:
    move = ("database", "move", "--from", source, "--to", sqlite_url(tmp_path / "other.db"))
    telefoon(*move)

    again = telefoon(*move)

    assert again.exit_code == 1
    assert again.stderr.startswith("telefoon: The target is not empty: there are rows in accounts, ")


def test_a_password_in_the_urls_is_not_printed(telefoon: Run, source: str) -> None:
    refused = telefoon("database", "move", "--from", source, "--to", "postgresql+asyncpg://me:secret@127.0.0.1:1/x")

    assert refused.exit_code == 1
    assert "secret" not in refused.output
