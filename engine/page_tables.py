"""Tables in a page of documentation that are made from declarations; each stands there between two comments."""

import re
from collections.abc import Mapping
from typing import Final

_PLACE: Final = re.compile(r"(<!-- made from the declarations: (\w[\w ]*) -->\n).*?(<!-- end -->)", re.DOTALL)


def renewed(text: str, tables: Mapping[str, str]) -> str:
    """The page with each table as it is now, by the name in its comment. Raises KeyError for a name without a table."""
    return _PLACE.sub(lambda found: f"{found[1]}\n{tables[found[2]]}\n{found[3]}", text)


def row(*cells: str) -> str:
    """A row of a table in Markdown."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
