"""Erasures once more, after a backup from before them was restored: what was erased is known by pseudonym alone.

The restored database knows the numbers again. So each of its numbers is given its pseudonym, and erased where that is
one of an erasure's.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.errors import InvalidField
from engine.privacy.audit import AuditRow
from engine.privacy.pseudonym import Pseudonyms, number_of

_ERASED: Final = "privacy.erase"
_SOMETHING: Final = re.compile(r"\S")


@dataclass(frozen=True, slots=True)
class Erased:
    """An erasure that was made: of whom, in which accounts, and its certificate's hash."""

    subject: str
    accounts: tuple[str, ...]
    certificate: str


def read(text: str) -> list[Erased]:
    """Read erasures from an exported audit log, or from certificates one after the other. Raises InvalidField."""
    found: dict[str, Erased] = {}
    for value in _values(text):
        erased = _of_certificate(value) or _of_row(value)
        if erased is not None:
            found[erased.certificate] = erased
    return list(found.values())


def not_on(log: Iterable[AuditRow], erased: Sequence[Erased]) -> list[Erased]:
    """Erasures that a log does not know: the others were made before the backup, which has nothing of them."""
    known = {json.loads(row.facts).get("certificate") for row in log if row.action == _ERASED}
    return [each for each in erased if each.certificate not in known]


def numbers_behind(subjects: Collection[str], parties: Iterable[str], pseudonyms: Pseudonyms) -> Mapping[str, str]:
    """Find the callers and called, as E.164 numbers by their pseudonym, whose pseudonyms are among these."""
    numbers = {number for party in parties if (number := number_of(party)).startswith("+")}
    return {subject: number for number in numbers if (subject := pseudonyms.pseudonym_of(number)) in subjects}


def _values(text: str) -> list[Any]:
    decoder, found, at = json.JSONDecoder(), [], 0
    while (begin := _SOMETHING.search(text, at)) is not None:
        at = begin.start()
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise InvalidField(
                "file", f"Line {error.lineno} is not JSON. Give an export of the audit log, or certificates."
            ) from None
        found.append(value)
    return found


def _of_certificate(value: Any) -> Erased | None:
    try:
        return Erased(value["subject"], tuple(value["accounts"]), value["sha256"])
    except (KeyError, TypeError):
        return None


def _of_row(value: Any) -> Erased | None:
    try:
        if value["action"] != _ERASED:
            return None
        facts = json.loads(value["facts"])
        return Erased(value["object"], tuple(facts["accounts"]), facts["certificate"])
    except (KeyError, TypeError, json.JSONDecodeError):
        return None
