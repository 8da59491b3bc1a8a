"""docs/scanners.md tells of each scanner what the test of it asserts."""

import pytest

from tests.product.scans.page import PAGE, with_table

pytestmark = pytest.mark.promise


def test_the_page_is_made_of_the_scans() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == with_table(page), "python -m tests.product.scans.page renews it"
