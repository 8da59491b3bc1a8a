"""docs/compliance/ tells what the product stores today: every table, every column, every period."""

import re

import pytest
from typer.testing import CliRunner

from api.cli.app import app_for
from api.compliance import FOLDER, pages
from api.privacy import periods_of
from config.settings import Settings
from engine.privacy.inventory import HOLDINGS
from engine.privacy.retention import Kept
from engine.store.tables import metadata

pytestmark = pytest.mark.promise


def test_every_table_is_in_the_inventory_and_no_other() -> None:
    assert HOLDINGS.keys() == metadata.tables.keys()


@pytest.mark.parametrize("table", metadata.tables.values(), ids=lambda table: table.name)
def test_every_column_is_said_to_be_personal_or_not(table: object) -> None:
    holding = HOLDINGS[table.name]  # type: ignore[attr-defined]
    named = [*holding.personal, *holding.other]
    assert sorted(named) == sorted(table.columns.keys())  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "holding"), HOLDINGS.items())
def test_it_is_said_how_long_everything_is_kept(name: str, holding: object) -> None:
    assert bool(HOLDINGS[name].kept) != bool(HOLDINGS[name].until)


def test_every_kind_has_a_setting_and_a_default_in_the_records() -> None:
    records = pages()["records-of-processing.md"]
    for kind, days in periods_of(Settings.model_construct()).days.items():
        assert f"| {kind} | `keep_{kind}_days` | {days} |" in records
    settings = {name for name in Settings.model_fields if name.startswith("keep_") and name.endswith("_days")}
    assert settings == {f"keep_{kind}_days" for kind in Kept}


@pytest.mark.parametrize("page", pages())
def test_the_pages_are_as_the_script_makes_them(page: str) -> None:
    assert (FOLDER / page).read_text(encoding="utf-8") == pages()[page], "run: .venv/bin/python -m api.compliance"


def test_every_command_of_the_checklist_is_there() -> None:
    commands = re.findall(r"`telefoon ([a-z -]+)`", pages()["checklist.md"])

    assert len(commands) >= 10
    for command in commands:
        words = [word for word in command.split() if not word.startswith("-")]
        told = CliRunner().invoke(app_for(words[0]), [*words, "--help"])
        assert told.exit_code == 0, command
        assert all(option in told.output for option in command.split() if option.startswith("-")), command


def test_every_page_of_the_checklist_is_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)", pages()["checklist.md"])

    assert links
    assert [link for link in links if not (FOLDER / link).exists()] == []


def test_settings_that_the_pages_name_exist() -> None:
    flow = pages()["data-flow.md"]
    for name in (
        "trunk",
        "tls_ca",
        "trunk_srtp",
        "registrar",
        "egress_allow",
        "http_host",
        "database_url",
        "log_level",
    ):
        assert name in Settings.model_fields
        assert name in flow
