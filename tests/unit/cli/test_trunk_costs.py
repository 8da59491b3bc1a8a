"""`telefoon trunks costs`, on the database of the data folder."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "costs.csv"


@pytest.fixture(autouse=True)
def trunk(telefoon: Run) -> None:
    telefoon("trunks", "add", "a", "--host", "a.example")


def test_costs_are_set_and_shown(telefoon: Run, sheet: Path) -> None:
    sheet.write_text("prefix,per_minute\n+32,0.0125\n,0.25\n")

    assert "2 costs" in telefoon("trunks", "costs", "a", "--file", sheet).stdout

    shown = json.loads(telefoon("trunks", "costs", "a", "--json").stdout)
    assert shown == [{"prefix": "", "per_minute": "0.25"}, {"prefix": "+32", "per_minute": "0.0125"}]
    assert "all others" in telefoon("trunks", "costs", "a").stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prefix,per_minute\n+32,cheap\nBelgium,1\n", ("line 2, per_minute", "line 3, prefix")),
        ("number,price\n", ("line 1, prefix", "line 1, per_minute")),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_nothing_is_set(
    telefoon: Run, sheet: Path, text: str, said: tuple[str, ...]
) -> None:
    sheet.write_text(text)

    refused = telefoon("trunks", "costs", "a", "--file", sheet)

    assert refused.exit_code != 0
    assert all(each in refused.output for each in said)
    assert json.loads(telefoon("trunks", "costs", "a", "--json").stdout) == []


def test_a_trunk_that_is_not_there_is_told(telefoon: Run) -> None:
    assert telefoon("trunks", "costs", "nobody").exit_code != 0
