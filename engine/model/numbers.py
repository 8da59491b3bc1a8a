"""Telephone numbers: E.164, their countries, and what a node knows of its own."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from engine.model.call_options import NumberOptions
from engine.model.callback import BodyFormat

_SHAPE: Final = re.compile(r"\+[1-9][0-9]{1,14}")
"""ITU-T E.164 §6.2.1: at most 15 digits, of which the first is no zero."""

_SHORTEST: Final = 7
"""Digits of a number with its country code; what is shorter is an extension or a service's."""

_SEPARATORS: Final = re.compile(r"[\s\-.()/]")
_HOW: Final = "Write it in E.164: a plus sign, the country code and the number, as in +493023125001."
_LONGEST_QUOTE: Final = 40


@dataclass(frozen=True, slots=True)
class Number:
    """A number of an account. Calls to it are run by `url`, or by `fallback_url` when that fails.

    Where it names an application, that one's URLs count in place of these. `friendly_name` is for people; None where
    nobody has given it one. `method` and `fallback_method` are those of the first requests, GET or POST;
    `webhook_format` is how the POSTs of its calls carry their parameters. `options` are what it has chosen for its
    calls.
    """

    id: str
    account_id: str
    e164: str
    created_at: datetime
    url: str | None = None
    fallback_url: str | None = None
    method: str = "POST"
    fallback_method: str = "POST"
    webhook_format: BodyFormat = BodyFormat.FORM
    options: NumberOptions = NumberOptions()
    friendly_name: str | None = None
    application_id: str | None = None


def parse_e164(text: str) -> str:
    """The number as it was given, if it is one. Raises ValueError with a sentence for the user.

    Lengths are checked against the country's plan, ranges are not: countries open new ones all the time.
    """
    fault = _fault(text)
    if fault is not None:
        raise ValueError(f"{text[:_LONGEST_QUOTE]!r} {fault}. {_HOW}")
    return text


def read_number(text: str, country: str) -> str:
    """The number that somebody of the country (ISO 3166 alpha-2, lower case) means, in E.164.

    It may be written as people do: with blanks, 00, (0), letters, as a link (RFC 3966), and without the country's code
    where there is a country. Raises ValueError with a sentence for the user.
    """
    # Commands that look at no number are spared loading all plans.
    from engine.model import number_plans

    number = number_plans.dialled_from(text, country)
    # Of several zeros that no number of the country begins with, each reading takes one away.
    while number is not None and (again := number_plans.dialled_from(number, country)) not in (None, number):
        number = again
    if number is None:
        fault = _fault(_SEPARATORS.sub("", text)) or number_plans.NO_NUMBER
        raise ValueError(f"{text[:_LONGEST_QUOTE]!r} {fault}. {_HOW}")
    return number


def from_carrier(text: str) -> str:
    """A number as carriers send it (with plus, with 00, bare) in E.164; anything else as it is.

    So are extensions, and national numbers: which country's they are is not told, and no country code begins with 0.
    """
    number = text.removeprefix("00")
    if not (number.isascii() and number.isdigit()) or number.startswith("0") or len(number) < _SHORTEST:
        return text
    return f"+{number}"


def country_of(e164: str) -> str:
    """ISO 3166 alpha-2 in lower case; empty for numbers of no country, such as +800. Raises ValueError."""
    from engine.model.number_plans import country

    return country(parse_e164(e164))


@lru_cache(maxsize=4096)  # each request about a call asks, and the accounts' own numbers are few
def country_around(number: str) -> str:
    """The country of a number, ISO 3166 alpha-2 in lower case; empty where it has none, or is none."""
    try:
        return country_of(number)
    except ValueError:
        return ""


@lru_cache(maxsize=4096)  # lists of calls have the same numbers again and again
def written_nationally(party: str) -> str:
    """A number as people of its country write it; who has none (an address, a pseudonym) as it is."""
    from engine.model.number_plans import national

    return party if _fault(party) is not None else national(party)


def _fault(text: str) -> str | None:
    # Commands that look at no number are spared loading all plans.
    from engine.model import number_plans

    return number_plans.fault(text) if _SHAPE.fullmatch(text) else number_plans.NO_NUMBER
