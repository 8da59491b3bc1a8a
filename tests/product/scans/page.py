"""The scans as the table of docs/scanners.md.

python -m tests.product.scans.page        renews the page
"""

from pathlib import Path
from typing import Final

from tests.product.scans.scans import SCANS, Scan

PAGE: Final = Path(__file__).parents[3] / "docs/scanners.md"
_BEGINS: Final = "<!-- made by tests.product.scans.page -->\n"
_ENDS: Final = "<!-- end -->\n"


def written() -> str:
    """The table: a row for each scan."""
    heads = ["Scanner", "What it tries", "By default it learns", "Where strangers are refused", "Its address is banned"]
    rows = [_row(each) for each in SCANS]
    return "".join(f"| {' | '.join(each)} |\n" for each in [heads, ["---"] * len(heads), *rows])


def with_table(page: str) -> str:
    """The page with this table in place of the one that it has."""
    before, _, rest = page.partition(_BEGINS)
    _, _, after = rest.partition(_ENDS)
    return f"{before}{_BEGINS}\n{written()}\n{_ENDS}{after}"


def _row(scan: Scan) -> list[str]:
    banned = "yes" if scan.is_banned else "yes, where it is answered" if scan.goes_on else "no"
    return [scan.name, scan.tries, scan.learned_of_silence, scan.learned_of_refusal, banned]


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
