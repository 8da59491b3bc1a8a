"""A data folder for each test, and none of the settings of whoever runs the tests."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import URL
from typer.testing import CliRunner, Result

from engine.store import database
from tests.peers.databases import template

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("TELEFOON_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELEFOON_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def tables_from_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new database gets its tables from one that was migrated in this run: each command would migrate its own."""
    migrated, migrate = template(), database._migrate

    async def copy(url: URL) -> None:
        file = Path(url.database or "")
        if url.get_backend_name() == "sqlite" and file.stat().st_size == 0:
            shutil.copyfile(migrated, file)
        else:
            await migrate(url)

    monkeypatch.setattr(database, "_migrate", copy)


@pytest.fixture
def telefoon() -> Run:
    """The command, run in this process: `telefoon("keys", "list").exit_code`."""
    from api.cli.app import app_for

    def run(*arguments: str | Path | float) -> Result:
        words = [str(each) for each in arguments]
        return CliRunner().invoke(app_for(words[0]), words, prog_name="telefoon", env={"COLUMNS": "100"})

    return run
