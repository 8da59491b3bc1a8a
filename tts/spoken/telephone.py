"""Phone numbers in the groups of their country; phones.toml says how each country does it."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tts.spoken.numerals import cardinal
from tts.spoken.tables import table_of
from tts.text import spaced_digits, with_spelled_phone_numbers

_NATIONAL: Final = re.compile(
    r"(?<![\w+.,/:€$£-])(?:\(0\d{1,4}\)|0\d{1,4})(?:[ \-/.]{0,3}\d{2,8}){1,5}(?![\w%€]|[.,/:-]\d| ?[€%])"
)
_AMERICAN: Final = re.compile(r"(?<![\w+.,/:€$£-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\w%€]|[.,/:-]\d)")
_UNGROUPED: Final = 5
"""Digits in a row that nobody would say in one breath."""

_REGION_OF: Final = {"nl": "NL", "fr": "FR", "de": "DE", "en": "GB"}


@dataclass(frozen=True, slots=True)
class _Country:
    code: str
    digits: Sequence[int]
    pairs: bool
    groups: Mapping[str, Sequence[int]]

    def grouped(self, digits: str) -> list[str]:
        """A number that nobody grouped. What is longer than its groups is in the last one."""
        start = max((each for each in self.groups if digits.startswith(each)), key=len, default=None)
        return [digits] if start is None else _cut(digits, self.groups[start])

    def grouped_behind(self, prefix: str, rest: str) -> list[str]:
        """The rest of a number in groups, behind a prefix that was written apart."""
        start = max((each for each in self.groups if prefix.startswith(each)), key=len, default=None)
        if start is not None and self.groups[start][0] == len(prefix):
            return [prefix, *_cut(rest, self.groups[start][1:])]
        return [prefix, *_cut(rest, [2 + len(rest) % 2, *[2] * (len(rest) // 2 - 1)])]


def _cut(digits: str, lengths: Sequence[int]) -> list[str]:
    groups, at = [], 0
    for length in lengths:
        groups.append(digits[at : at + length])
        at += length
    groups[-1] += digits[at:]
    return [group for group in groups if group]


def with_phone_numbers(text: str, language: str) -> str:
    """The text with phone numbers spelled: international ones, and national ones that can be nothing else."""
    text = with_spelled_phone_numbers(text)
    country = _countries().get(_region(language))
    if country is None or table_of(language) is None:
        return text

    def said(found: re.Match[str]) -> str:
        written = found.group()
        return _national(written, country, language) if _count(written) in country.digits else written

    return (_AMERICAN if country.code == "1" else _NATIONAL).sub(said, text)


def phone_number(text: str, country_code: str, language: str) -> str | None:
    """A number that is said to be a telephone's; None if it has no digit. `country_code` is 32, +32, BE or nothing."""
    if not _count(text):
        return None
    if "+" in text:
        return spaced_digits(_international(text))
    wanted = country_code.strip().lstrip("+0").upper() or _region(language)
    country = next((each for name, each in _countries().items() if wanted in {name, each.code}), None)
    if country is None:
        return spaced_digits(text)
    return _national(text, country, language)


def _international(text: str) -> str:
    """A number behind +, in the groups of its country where it stands in none."""
    digits = "".join(re.findall(r"\d", text))
    country = next((each for each in _countries().values() if digits.startswith(each.code)), None)
    rest = digits.removeprefix(country.code) if country else ""
    if country is None or not rest or len(re.findall(r"\d+", text)) > 1:
        return text
    trunk = "" if "" in country.groups else "0"
    groups = country.grouped(trunk + rest)
    groups[0] = groups[0].removeprefix(trunk)
    return " ".join([f"+{country.code}", *groups])


def _national(written: str, country: _Country, language: str) -> str:
    groups = re.findall(r"\d+", written)
    if len(groups) == 1:
        groups = country.grouped(groups[0])
    elif len(groups) == 2 and len(groups[1]) > _UNGROUPED:
        groups = country.grouped_behind(*groups)
    if not country.pairs or table_of(language) is None:
        return spaced_digits(" , ".join(groups))
    return ", ".join(_as_number(group, language) for group in groups)


def _as_number(group: str, language: str) -> str:
    """Belgium and France: 0470 is nul vierhonderdzeventig, 05 is nul vijf."""
    rest = group.lstrip("0")
    noughts = [cardinal(0, language)] * (len(group) - len(rest))
    if len(rest) > 3:
        return spaced_digits(group)
    return " ".join([*noughts, *([cardinal(int(rest), language)] if rest else [])])


def _count(text: str) -> int:
    return sum(character.isdecimal() for character in text)


def _region(language: str) -> str:
    primary, _, region = language.partition("-")
    return region.upper() or _REGION_OF.get(primary, "")


@cache
def _countries() -> Mapping[str, _Country]:
    raw = tomllib.loads(Path(__file__).with_name("phones.toml").read_text(encoding="utf-8"))
    return {name: _Country(**each) for name, each in raw.items()}
