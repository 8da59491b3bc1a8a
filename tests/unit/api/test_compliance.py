"""docs/compliance/ tells what the product stores today: every table, every column, every period."""

import re
from typing import Final

import pytest
from sqlalchemy import Table
from typer.testing import CliRunner

from api.cli.app import app_for
from api.compliance.pages import FOLDER, pages
from api.node.periods import periods_of
from config.settings import Settings
from engine.privacy.retention import DataCategory
from engine.store.data_kinds import data_of, data_of_table
from engine.store.tables.complete import metadata

pytestmark = pytest.mark.promise

TABLES: Final = tuple(metadata.tables.values())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_says_what_it_is_for_and_how_long_it_is_kept(table: Table) -> None:
    data = data_of_table(table)

    assert data.purpose.endswith(".")
    assert bool(data.kept) != bool(data.until)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_says_whether_it_tells_of_a_person(table: Table) -> None:
    assert [column.name for column in table.columns if "data" not in column.info] == []


def test_what_is_emptied_at_an_erasure_may_be_empty_and_tells_of_a_person() -> None:
    emptied = [column for table in TABLES for column in table.columns if data_of(column).emptied]

    assert {str(column) for column in emptied} >= {"calls.url", "calls.sip_call_id", "participants.label"}
    assert all(column.nullable and data_of(column).personal for column in emptied)


def test_every_kind_has_a_setting_and_a_default_in_the_records() -> None:
    records = pages()["records-of-processing.md"]
    for kind, days in periods_of(Settings.model_construct()).days.items():
        assert f"| {kind} | `keep_{kind}_days` | {days} |" in records
    settings = {name for name in Settings.model_fields if name.startswith("keep_") and name.endswith("_days")}
    assert settings == {f"keep_{kind}_days" for kind in DataCategory}


@pytest.mark.parametrize("page", pages())
def test_the_pages_are_as_the_script_makes_them(page: str) -> None:
    assert (FOLDER / page).read_text(encoding="utf-8") == pages()[page], "run: .venv/bin/python -m api.compliance.pages"


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
