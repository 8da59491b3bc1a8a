"""A number in words: num2words where it is right, mended where it is not.

Not right are its Dutch (honderdéén, and no space behind duizend), its French of Belgium and Switzerland (un millions,
quatre-vingt et un), French ordinals (quatre-vingtsième), German compounds (einhunderteinstausend), and commas that
an English voice takes for pauses.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final

from engine.model.languages import primary_language
from tts.spoken.libraries import num2words
from tts.spoken.tables import Noun, table_of

_NAMES: Final = {"nb": "no", "nn": "no"}
"""Languages that num2words calls otherwise."""

_REGIONAL: Final = {
    "fr-BE": (*range(70, 80), *range(90, 100)),
    "fr-LU": (*range(70, 80), *range(90, 100)),
    "fr-CH": tuple(range(70, 100)),
}
"""Where French counts otherwise than in France. huitante is Switzerland's alone."""

_TENS: Final = {7: "septante", 8: "huitante", 9: "nonante"}


def spells(language: str) -> bool:
    """Whether numbers of the language can be written as words."""
    return _name(language) in num2words().CONVERTER_CLASSES


@lru_cache(maxsize=8192)
def cardinal(number: int, language: str) -> str:
    """One, two, three. The number has at most twelve digits."""
    return _mended(num2words().num2words(number, lang=_name(language)), language)


@lru_cache(maxsize=2048)
def ordinal(number: int, language: str) -> str:
    """First, second, third; in German without an ending: the stem to which r, n or m is added."""
    return _mended(num2words().num2words(number, lang=_name(language), to="ordinal"), language)


@lru_cache(maxsize=2048)
def year(number: int, language: str) -> str:
    """A year as it is said: in hundreds where the language does so."""
    hundreds, rest = divmod(number, 100)
    in_hundreds = 10 < hundreds < 20
    match primary_language(language):
        case "nl" if in_hundreds:
            return f"{cardinal(hundreds, language)}honderd{cardinal(rest, language) if rest else ''}"
        case "de" if in_hundreds:
            return f"{cardinal(hundreds, language)}hundert{cardinal(rest, language) if rest else ''}"
        case "en":
            return _mended(num2words().num2words(number, lang="en", to="year"), language)
    return cardinal(number, language)


def decimal(number: Decimal, language: str) -> str:
    """A number with its decimals, in a language with a table.

    Two decimals are one number in Dutch and French; elsewhere each stands alone.
    """
    table = table_of(language)
    assert table is not None  # num2words loses the decimals in some languages
    whole, _, part = f"{abs(number):f}".partition(".")
    words = cardinal(int(whole), language)
    if part:
        behind = list(part)
        if primary_language(language) in {"nl", "fr"} and len(part) == 2 and part[0] != "0":
            behind = [part]
        words = " ".join([words, table.numbers.point, *(cardinal(int(each), language) for each in behind)])
    return words if number >= 0 else f"{table.numbers.minus} {words}"


def counted(number: Decimal, noun: Noun, language: str) -> str:
    """The number with what it counts: ein Euro, vingt et une heures, un million d'euros."""
    words = decimal(number, language)
    whole = number == number.to_integral_value()
    match primary_language(language):
        case "de" if whole and words.endswith("eins"):
            words = f"{words[:-1]}e" if noun.feminine else words[:-1]
        case "fr" if whole and noun.feminine and words.endswith("un"):
            words = f"{words}e"
    # French counts as one whatever is less than two.
    one = abs(number) == 1 or (primary_language(language) == "fr" and abs(number) < 2)
    return beside(words, noun.one if one else noun.many, language)


def beside(words: str, name: str, language: str) -> str:
    """The name behind its number; French puts de or d' between millions and what they count."""
    table = table_of(language)
    of = "" if table is None else table.numbers.of
    if not of or not re.search(r"(?:million|milliard)s?$", words):
        return f"{words} {name}"
    return f"{words} {of[:-1]}'{name}" if name[:1] in "aeiou" else f"{words} {of} {name}"


def _name(language: str) -> str:
    return _NAMES.get(primary_language(language), primary_language(language))


def _mended(words: str, language: str) -> str:
    match primary_language(language):
        case "nl":
            if words != "één":
                words = words.replace("één", "een")
            return re.sub(r"duizend(?!ste)(?=\w)", "duizend ", words)
        case "de":
            return re.sub(r"eins(?=tausend|hundert)", "ein", words)
        case "en":
            words = words.replace(",", "")
            return words.replace(" and ", " ") if language == "en-US" else words
        case "fr":
            return _regional(words.replace("tsième", "tième"), language)
    return words


def _regional(words: str, language: str) -> str:
    forms = _forms(language)
    if not forms:
        return words
    return re.sub("|".join(sorted(forms, key=len, reverse=True)), lambda found: forms[found.group()], words)


@cache
def _forms(language: str) -> Mapping[str, str]:
    """What is said in France, and what is said in the region instead."""
    forms: dict[str, str] = {}
    for number in _REGIONAL.get(language, ()):
        tens, ones = divmod(number, 10)
        regional = _TENS[tens]
        regional_ordinal = f"{regional[:-1]}ième"
        if ones:
            joint = " et " if ones == 1 else "-"
            regional_ordinal = f"{regional}{joint}{ordinal(ones, 'fr') if ones > 1 else 'unième'}"
            regional = f"{regional}{joint}{cardinal(ones, 'fr')}"
        forms[cardinal(number, "fr")] = regional
        forms[ordinal(number, "fr")] = regional_ordinal
        if number == 80:
            forms["quatre-vingt"] = "huitante"
    return forms
