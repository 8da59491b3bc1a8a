"""Tables in a page of documentation that are made from declarations; each stands there between two comments."""

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

_PLACE: Final = re.compile(r"(<!-- made from the declarations: (\w[\w ]*) -->\n).*?(<!-- end -->)", re.DOTALL)


def renewed(text: str, tables: Mapping[str, str]) -> str:
    """The page with each of these tables as it is now, by the name in its comment.

    Raises KeyError where the page has no place for one; places of tables that are made elsewhere stay as they are.
    """
    for missing in tables.keys() - places(text):
        raise KeyError(missing)

    def as_it_is_now(place: re.Match[str]) -> str:
        return f"{place[1]}\n{tables[place[2]]}\n{place[3]}" if place[2] in tables else place[0]

    return _PLACE.sub(as_it_is_now, text)


def places(text: str) -> set[str]:
    """The names of the tables for which a page has places."""
    return {found[2] for found in _PLACE.finditer(text)}


def renew(tables: Mapping[str, str]) -> None:
    """Renew the page that the command line names."""
    page = Path(sys.argv[1])
    page.write_text(renewed(page.read_text("utf-8"), tables), "utf-8")


def table(columns: Iterable[str], rows: Iterable[str]) -> str:
    """A table in Markdown; a column's heading may be empty."""
    headings = [f" {column} " if column else " " for column in columns]
    return "\n".join([f"|{'|'.join(headings)}|", f"|{'---|' * len(headings)}", *rows]) + "\n"


def row(*cells: str) -> str:
    """A row of a table in Markdown."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
