"""The command as a whole: help, exit codes, and errors of one line."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import typer
import typer.testing

from api.cli.app import app_for
from tests.peers.databases import migrated_sqlite
from tests.unit.cli.conftest import Run

COMMANDS = [
    ("serve",), ("demo",), ("call",), ("phone",), ("say",), ("doctor",), ("simulate",), ("events",), ("version",),
    ("explain",), ("drain",), ("agents", "try"),
    ("flow", "check"), ("flow", "convert"), ("database", "move"),
    ("audit", "export"), ("audit", "list"), ("audit", "verify"),
    ("retention", "show"), ("retention", "set"), ("retention", "sweep"),
    ("privacy", "export"), ("privacy", "erase"), ("privacy", "replay"),
    ("privacy", "recipients"),
    ("holds", "list"), ("holds", "set"), ("holds", "lift"),
    ("keys", "create"), ("keys", "list"), ("keys", "revoke"), ("keys", "rotate"), ("keys", "rotate-master"),
    ("accounts", "list"), ("accounts", "secret"), ("accounts", "options"),
    ("balance", "show"), ("balance", "add"), ("balance", "prepaid"),
    ("accounts", "beep"), ("accounts", "pace"), ("accounts", "region"), ("accounts", "consent"), ("accounts", "text"),
    ("accounts", "spoken-name"), ("accounts", "notice"), ("accounts", "disclosure"),
    ("webhooks", "list"), ("webhooks", "replay"), ("webhooks", "verify"),
    ("refusals",), ("bans", "add"), ("bans", "export"), ("bans", "lift"), ("bans", "list"),
    ("nodes", "drain"), ("nodes", "forget"), ("nodes", "list"), ("nodes", "lists"),
    ("numbers", "add"), ("numbers", "list"), ("numbers", "remove"),
    ("applications", "add"), ("applications", "list"), ("applications", "set"), ("applications", "remove"),
    ("trunks", "add"), ("trunks", "list"), ("trunks", "show"), ("trunks", "set"), ("trunks", "remove"),
    ("trunks", "test"), ("trunks", "calls"), ("trunks", "costs"), ("trunks", "events"),
    ("routes", "add"), ("routes", "list"), ("routes", "show"), ("routes", "remove"), ("routes", "test"),
    ("policies", "show"), ("policies", "set"), ("policies", "test"),
    ("voices", "add"), ("voices", "disable"), ("voices", "enable"), ("voices", "list"), ("voices", "remove"),
    ("voices", "try"),
    ("calls", "list"), ("calls", "show"), ("calls", "explain"), ("calls", "trace"), ("calls", "end"),
    ("conferences", "list"), ("conferences", "show"), ("conferences", "end"),
    ("queues", "list"), ("queues", "show"), ("recordings", "list"), ("recordings", "download"),
]  # fmt: skip
LISTS = [command for command in COMMANDS if command[-1] == "list"]


@pytest.mark.promise
def test_these_are_all_commands() -> None:
    root = typer.main.get_command(app_for(None))
    assert isinstance(root, typer.core.TyperGroup)
    found: set[tuple[str, ...]] = set()
    for name, command in root.commands.items():
        inner = getattr(command, "commands", None)
        found |= {(name, each) for each in inner} if inner else {(name,)}
    assert found == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_with_an_example(telefoon: Run, command: tuple[str, ...]) -> None:
    helped = telefoon(*command, "--help")
    assert helped.exit_code == 0
    assert "Examples:" in helped.stdout
    assert f"telefoon {' '.join(command)}" in helped.stdout.partition("Examples:")[2]


@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_whatever_is_listed_can_be_json(telefoon: Run, command: tuple[str, ...]) -> None:
    assert "--json" in telefoon(*command, "--help").stdout


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("keys", "create"), ("numbers", "add"), ("phone", "--port", "x"), ("call", "+32")]
)
def test_wrong_usage_exits_2(telefoon: Run, arguments: tuple[str, ...]) -> None:
    assert telefoon(*arguments).exit_code == 2


def test_the_version_is_the_packages(telefoon: Run) -> None:
    assert telefoon("version").stdout == f"telefoon {version('telefoon')}\n"


def test_a_wrong_setting_stops_any_command_with_one_line(telefoon: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_HTTP_PORT", "99999")
    stopped = telefoon("keys", "list")
    assert stopped.exit_code == 1
    assert stopped.stderr.startswith("telefoon: TELEFOON_HTTP_PORT is '99999': ")


@pytest.mark.processes
def test_help_loads_nothing_slow() -> None:
    code = (
        "import sys\n"
        "sys.argv = ['telefoon', '--help']\n"
        "from api.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "slow = {'pjsua2', 'sqlalchemy', 'aiohttp', 'numpy', 'phonenumbers'} & set(sys.modules)\n"
        "assert not slow, slow\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


_SLOW = (
    "aiohttp", "alembic", "boto3", "cryptography", "dotenv", "engine.store.tables.calls",
    "engine.store.tables.recordings", "jsonschema", "numpy", "phonenumbers", "pjsua2", "pydantic_settings",
    "rich.console", "sqlalchemy", "sqlalchemy.orm", "ulid", "yarl",
)  # fmt: skip
_STORE = ("cryptography", "sqlalchemy")
_TABLES = ("rich.console",)
"""Help pages have some too."""


@pytest.mark.processes
@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (("version",), ()),
        (("flow", "check", "--help"), _TABLES),
        (("numbers", "list"), _STORE),
        (("numbers", "list", "--help"), _TABLES),
        (("keys", "list"), _STORE),
        (("holds", "list"), (*_STORE, "engine.store.tables.calls")),
        (("audit", "verify"), _STORE),
        (("retention", "show"), (*_STORE, *_TABLES)),
        (
            ("retention", "sweep"),
            (*_STORE, "engine.store.tables.calls", "engine.store.tables.recordings", "yarl"),
        ),
        (("webhooks", "list", "--help"), _TABLES),
        (("privacy", "export", "--help"), _TABLES),
        (("voices", "list"), _TABLES),
        (("numbers", "add", "+3225550100", "--account", "demo"), (*_STORE, "phonenumbers", "ulid")),
        (
            ("numbers", "add", "+3225550100", "--account", "demo", "--url", "https://example.com/flow"),
            (*_STORE, "phonenumbers", "ulid", "yarl"),
        ),
        (("calls", "list", "--help"), _TABLES),
        (("phone", "--help"), _TABLES),
        (("say", "--help"), _TABLES),
        (("doctor", "--help"), _TABLES),
        (("serve", "--help"), _TABLES),
    ],
    ids=" ".join,
)
def test_a_command_loads_no_more_than_it_needs(
    arguments: tuple[str, ...], needed: tuple[str, ...], tmp_path: Path
) -> None:
    settings = {
        "TELEFOON_DATA_DIR": str(tmp_path / "var"),
        "TELEFOON_CONFIG": str(tmp_path / "telefoon.toml"),
        "TELEFOON_DATABASE_URL": migrated_sqlite(tmp_path / "telefoon.db"),
    }
    (tmp_path / "telefoon.toml").touch()
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "api.cli", *arguments],
        capture_output=True, check=True, text=True, env={**os.environ, **settings},
    )  # fmt: skip
    loaded = {line.rpartition("|")[2].strip() for line in told.stderr.splitlines() if line.startswith("import time:")}
    assert "typer" in loaded
    assert loaded & set(_SLOW) <= set(needed)


def test_the_version_is_an_option_too() -> None:
    told = typer.testing.CliRunner().invoke(app_for(None), ["--version"])

    assert (told.exit_code, told.stdout) == (0, f"telefoon {version('telefoon')}\n")


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [(("calls", "list", "--json"), 1, None), (("numbers", "add", "12", "--account", "a", "--json"), 2, "number")],
)
def test_who_asks_for_json_gets_errors_as_json(
    telefoon: Run, arguments: tuple[str, ...], code: int, field: str | None
) -> None:
    refused = telefoon(*arguments)

    told = json.loads(refused.stderr)
    assert (refused.exit_code, told.get("field")) == (code, field)
    assert told["error"]
