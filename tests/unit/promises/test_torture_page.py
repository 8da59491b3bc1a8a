"""docs/torture.md tells of each torture message what the tests hold it to."""

import pytest

from tests.sip.torture.messages import MESSAGES
from tests.sip.torture.page import PAGE, with_tables

pytestmark = pytest.mark.promise


def test_the_page_is_made_of_the_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == with_tables(page), "python -m tests.sip.torture.page renews it"


def test_all_messages_of_both_documents_are_there() -> None:
    names = [each.name for each in MESSAGES]

    assert len(set(names)) == 49 + 12
    assert sum(each.section.startswith("RFC 4475") for each in MESSAGES) == 49
