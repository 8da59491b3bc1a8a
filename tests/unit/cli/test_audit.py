"""`telefoon audit`: what commands leave on it, verified and exported."""

import json
import sqlite3
from pathlib import Path

from tests.unit.cli.conftest import Run

NUMBER = "+3225550100"


def test_keys_and_numbers_are_on_it_and_no_number_is_told(telefoon: Run, tmp_path: Path) -> None:
    key = json.loads(telefoon("keys", "create", "--account", "demo", "--scope", "privacy", "--json").stdout)
    telefoon("numbers", "add", NUMBER, "--account", "demo")
    telefoon("numbers", "remove", NUMBER)
    telefoon("keys", "revoke", key["id"])
    telefoon("accounts", "secret", "demo", "--rotate")

    assert telefoon("audit", "export", "-o", tmp_path / "audit.jsonl").exit_code == 0

    *rows, last = map(json.loads, (tmp_path / "audit.jsonl").read_text().splitlines())
    assert [row["action"] for row in rows] == [
        "key.create",
        "number.add",
        "number.remove",
        "key.revoke",
        "secret.rotate",
    ]
    assert {row["actor"] for row in rows} == {"cli"}
    assert last == {"last": 5, "hash": rows[-1]["hash"]}
    assert NUMBER[1:] not in (tmp_path / "audit.jsonl").read_text()
    assert key["key"] not in (tmp_path / "audit.jsonl").read_text()
    assert telefoon("audit", "verify", "--anchor", last["hash"]).exit_code == 0


def test_verify_names_the_row_that_was_changed(telefoon: Run, tmp_path: Path) -> None:
    telefoon("keys", "create", "--account", "demo")
    database = sqlite3.connect(tmp_path / "data" / "telefoon.db")
    database.execute("DROP TRIGGER audit_never_changes")
    database.execute("UPDATE audit SET actor = 'nobody'")
    database.commit()
    database.close()

    verified = telefoon("audit", "verify")

    assert verified.exit_code == 1
    assert verified.stdout == "Row 1 is changed: its hash is not that of what it says.\n"
    assert json.loads(telefoon("audit", "verify", "--json").stdout)["ok"] is False
