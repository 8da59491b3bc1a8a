"""Numbers as people write them: thousands apart, decimals behind a comma or a point."""

import re
from decimal import Decimal
from typing import Final

from tts.spoken.tables import table_of

NUMBER: Final = r"\d{1,12}(?:[.,'\u2019 \u00a0\u202f]\d{3}(?!\d)){0,4}(?:[.,]\d{1,2}(?!\d))?"
"""A pattern for such a number; what it finds may still be none (12.34.567)."""

_SEPARATORS: Final = re.compile(r"['\u2019 \u00a0\u202f]")
_MOST_DIGITS: Final = 14


def quantity(text: str, language: str) -> Decimal | None:
    """The number that is written; None if it can't be told, such as 1.5.20."""
    table = table_of(language)
    thousands = "." if table is None else table.numbers.thousands
    sign = -1 if text[:1] in {"-", "\u2212"} else 1
    digits = text.strip().lstrip("+-\u2212").strip()
    if not re.fullmatch(r"\d{1,3}(?:['\u2019 \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*", digits, re.ASCII):
        return None
    digits = _SEPARATORS.sub("", digits)
    whole, mark, part = digits, "", ""
    marks = re.findall("[.,]", digits)
    if len(set(marks)) == 2 and marks[-1] not in marks[:-1]:
        mark = marks[-1]
    elif len(marks) == 1 and not (marks[0] == thousands and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits)):
        mark = marks[0]
    if mark:
        whole, _, part = digits.rpartition(mark)
    if re.search("[.,]", whole) and not re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", whole):
        return None
    whole = re.sub("[.,]", "", whole)
    if len(whole) + len(part) > _MOST_DIGITS or len(whole) > 12:
        return None
    return sign * Decimal(f"{whole}.{part}" if part else whole)
