"""docs/migrating.md tells what is served at /2010-04-01, and what of it is refused."""

from pathlib import Path

import pytest

from api.http.v2010.reference import tables
from engine.flow import migration
from engine.page_tables import places, renewed

pytestmark = pytest.mark.promise

TEXT = (Path(__file__).parents[4] / "docs" / "migrating.md").read_text(encoding="utf-8")


def test_its_tables_are_those_of_the_document_that_is_served() -> None:
    assert renewed(TEXT, tables()) == TEXT, "renew them: python -m api.http.v2010.reference docs/migrating.md"


def test_each_place_for_a_table_is_filled_by_somebody() -> None:
    assert places(TEXT) == tables().keys() | migration.tables().keys()
