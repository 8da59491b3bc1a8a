"""The numbering plans of all countries, by the library that has them."""

import re
from collections.abc import Iterator
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult

NO_NUMBER: Final = "is no telephone number"
_NO_COUNTRY: Final = "has no known country code"
_TOO_SHORT: Final = "is too short for its country"
_UNREADABLE: Final = {
    NumberParseException.INVALID_COUNTRY_CODE: _NO_COUNTRY,
    NumberParseException.TOO_SHORT_AFTER_IDD: _TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: _TOO_SHORT,
}
_FAULTS: Final = {
    ValidationResult.INVALID_COUNTRY_CODE: _NO_COUNTRY,
    ValidationResult.TOO_SHORT: _TOO_SHORT,
    ValidationResult.TOO_LONG: "is too long for its country",
    ValidationResult.INVALID_LENGTH: "has a length that its country does not use",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "lacks its area code",
}
_KINDS: Final = {
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed",
    PhoneNumberType.TOLL_FREE: "toll-free",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "shared-cost",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.PAGER: "other",
    PhoneNumberType.UAN: "other",
    PhoneNumberType.VOICEMAIL: "other",
}


# How people write a number: digits, what they put between, and in some countries letters that stand for digits.
_BETWEEN: Final = " ()./\\-\u00a0\u2009\u202f\u2010-\u2015\u2212"
_WRITTEN: Final = re.compile(rf"[+(]?[0-9][0-9A-Za-z{_BETWEEN}]{{1,40}}")
# RFC 3966: a number as a link, with parameters such as its phone-context.
_SCHEME: Final = "tel:"
_LINK: Final = re.compile(
    rf"{_SCHEME}[+(]?[0-9][0-9{_BETWEEN}]{{1,40}}(?:;[A-Za-z0-9\-]{{1,20}}=[A-Za-z0-9+.\-]{{1,60}}){{0,4}}",
    re.IGNORECASE,
)
_ABROAD: Final = re.compile(r"\(?00\)?")
_WITHIN_COUNTRY: Final = "(0)"
# Marks of direction, which address books put around numbers, and nobody sees.
_UNSEEN: Final = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"))


def dialled_from(text: str, country: str) -> str | None:
    """The E.164 number that somebody of the country means by a text; None where it is none.

    `country` is ISO 3166 alpha-2, lower case; where it is empty, the text has to have a country code, after + or 00.
    """
    text = text.translate(_UNSEEN).strip()
    if _LINK.fullmatch(text):
        text = text.lower()
    elif not _WRITTEN.fullmatch(text):
        return None
    meant = (_possible(spelling, country) for spelling in _spellings(text))
    return next((number for number in meant if number is not None), None)


def _spellings(text: str) -> Iterator[str]:
    """The text, and where it is no number as it stands, what its 00 and its (0) are mostly written for."""
    prefix = _ABROAD.match(text)
    for spelling in (text, f"+{text[prefix.end() :]}") if prefix else (text,):
        yield spelling
        if _WITHIN_COUNTRY in spelling:
            yield spelling.replace(_WITHIN_COUNTRY, "", 1)


def _possible(text: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def fault(e164: str) -> str | None:
    """Why it can't be a number of its country; None if it can."""
    try:
        number = phonenumbers.parse(e164)
    except NumberParseException as error:
        return _UNREADABLE.get(error.error_type, NO_NUMBER)
    return _FAULTS.get(phonenumbers.is_possible_number_with_reason(number))


def country(e164: str) -> str:
    """ISO 3166 alpha-2 in lower case; empty for numbers of no country. For one without a fault."""
    number = phonenumbers.parse(e164)
    region = phonenumbers.region_code_for_number(number)
    if region is None:  # a range that the library does not know: the country code's main country
        region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return region.lower() if region.isalpha() and region != phonenumbers.UNKNOWN_REGION else ""


def national(e164: str) -> str:
    """The number as people of its country write it, as 02 555 01 00. For one without a fault."""
    return str(phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.NATIONAL))


def parts(e164: str) -> tuple[str, str]:
    """The country code, and the number within the country. For one without a fault."""
    number = phonenumbers.parse(e164)
    return str(number.country_code), phonenumbers.national_significant_number(number)


def calling_code(country: str) -> str:
    """The country code of a country, by its ISO 3166 alpha-2 in lower case; 0 for one that has none."""
    return str(phonenumbers.country_code_for_region(country.upper()))


def is_mobile(e164: str) -> bool:
    """Whether it is of a range for mobile telephones alone. For one without a fault."""
    return bool(phonenumbers.number_type(phonenumbers.parse(e164)) == phonenumbers.PhoneNumberType.MOBILE)


def kind(e164: str) -> str:
    """What its range is for, as engine.model.call_policy.NumberKind has it. For one without a fault."""
    return _KINDS.get(phonenumbers.number_type(phonenumbers.parse(e164)), "unknown")
