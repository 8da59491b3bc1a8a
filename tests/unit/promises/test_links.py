"""Links between pages lead to a file, and to a heading, that is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.promises.pages import DOCS, Page, pages

pytestmark = pytest.mark.promise

LINK = re.compile(r"\]\(([^)\s]+)\)")


def links_of(page: Page) -> Iterator[str]:
    """Targets of links that stay in the checkout."""
    yield from (target for target in LINK.findall(page.prose) if "://" not in target)


def anchors_of(path: Path) -> set[str]:
    """What a forge makes of a page's headings: lower case, hyphens for blanks, other signs left out."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_somewhere(page: Page, target: str) -> bool:
    """Whether what a link names is there."""
    file, _, anchor = target.partition("#")
    path = page.path.parent / file if file else page.path
    return path.exists() and (not anchor or anchor in anchors_of(path))


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_link_of_a_page_leads_somewhere(page: Page) -> None:
    assert [target for target in links_of(page) if not leads_somewhere(page, target)] == []


def test_every_page_of_the_folder_is_in_its_index() -> None:
    index = Page(DOCS / "README.md", (DOCS / "README.md").read_text("utf-8"))
    listed = {(DOCS / target.partition("#")[0]).resolve() for target in links_of(index)}

    assert {page.path for page in pages() if DOCS in page.path.parents} - listed - {index.path} == set()
