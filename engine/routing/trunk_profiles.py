"""Profiles of trunks: what carriers of one style want, as data, to be the defaults of a trunk that names one.

Each is a file in config/trunks, named after what it does. It names the public document that it follows, and on which
day against what it was compared.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from importlib.resources import files
from typing import Any, Final

from config.codecs import PREFERENCE
from engine.errors import SetupError
from engine.model.trunk import Authentication, SessionTimers, Srtp, Transport
from engine.routing.caller_identity import IdentityHeader
from engine.routing.number_formats import NumberForm, NumberFormat
from engine.routing.number_uris import NumberScheme, NumberUris

_FOLDER: Final = "trunks"
_FACTS: Final[Mapping[str, type]] = {"title": str, "country": str, "document": str, "checked": str, "date": date}

TRUNK_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "transport": tuple(Transport),
    "auth": tuple(Authentication),
    "srtp": tuple(Srtp),
    "session_timers": tuple(SessionTimers),
    "prack": ("off", "supported", "required"),
    "keep_alive": ("none", "crlf", "options"),
    "dtmf": ("rfc4733", "info", "in-band"),
}
"""Fields of a trunk that a profile may set to one of some words."""

TRUNK_NUMBERS: Final[Mapping[str, range]] = {
    "port": range(1, 65536),
    "expires_s": range(60, 86401),
    "ptime": range(10, 61, 10),
}
"""Fields of a trunk that a profile may set to a number."""


@dataclass(frozen=True, slots=True)
class TrunkProfile:
    """A carrier's style: the trunk's fields, how numbers are written in each direction, and how callers are told."""

    name: str
    title: str
    country: str
    """ISO 3166 alpha-2 in lower case; empty for equipment that is of no country."""
    document: str
    checked: str
    date: date
    trunk: Mapping[str, str | int | tuple[str, ...]]
    called: NumberUris
    caller: NumberUris
    received: NumberUris
    header: IdentityHeader = IdentityHeader.NONE
    from_is_user: bool = False
    """Whether From has the account's user, and the number is in the identity header alone."""
    keeps_from: bool = False
    """Whether From stays as it is for a hidden caller, and Privacy alone hides."""


def load_profiles() -> Mapping[str, TrunkProfile]:
    """All profiles of config/trunks, by name. Raises SetupError that names the file, the key, and what is allowed."""
    found = (files("config") / _FOLDER).iterdir()
    texts = {file.name: file.read_text("utf-8") for file in found if file.name.endswith(".toml")}
    return {profile.name: profile for profile in (read_profile(name, texts[name]) for name in sorted(texts))}


def read_profile(file: str, text: str) -> TrunkProfile:
    """The profile in a file. Raises SetupError that names the file, the key, and what is allowed."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{file} is no TOML: {error}.") from error
    _only(file, "", given, (*_FACTS, "trunk", "called", "caller", "received", "identity"))
    for key, kind in _FACTS.items():
        if not isinstance(given.get(key), kind):
            raise SetupError(f"{file}: {key} must be a {kind.__name__}. A profile has {', '.join(_FACTS)}.")
    identity = _table(file, given, "identity")
    _only(file, "identity.", identity, ("header", "from_is_user", "keeps_from"))
    return TrunkProfile(
        name=file.removesuffix(".toml"),
        title=given["title"],
        country=given["country"],
        document=given["document"],
        checked=given["checked"],
        date=given["date"],
        trunk=_trunk(file, _table(file, given, "trunk")),
        called=_uris(file, "called", _table(file, given, "called")),
        caller=_uris(file, "caller", _table(file, given, "caller")),
        received=_uris(file, "received", _table(file, given, "received")),
        header=IdentityHeader(_word(file, "identity.header", identity.get("header", "none"), IdentityHeader)),
        from_is_user=_flag(file, "identity.from_is_user", identity.get("from_is_user", False)),
        keeps_from=_flag(file, "identity.keeps_from", identity.get("keeps_from", False)),
    )


def _trunk(file: str, given: Mapping[str, Any]) -> Mapping[str, str | int | tuple[str, ...]]:
    _only(file, "trunk.", given, (*TRUNK_WORDS, *TRUNK_NUMBERS, "codecs"))
    return {key: _trunk_value(file, key, value) for key, value in given.items()}


def _trunk_value(file: str, key: str, value: Any) -> str | int | tuple[str, ...]:
    name = f"trunk.{key}"
    if key in TRUNK_WORDS:
        return _word(file, name, value, TRUNK_WORDS[key])
    if key == "codecs":
        if not isinstance(value, list):
            raise SetupError(f"{file}: {name} is {value!r}; it is a list of {', '.join(PREFERENCE)}.")
        return tuple(_word(file, name, codec, PREFERENCE) for codec in value)
    allowed = TRUNK_NUMBERS[key]
    if not isinstance(value, int) or value not in allowed:
        raise SetupError(f"{file}: {name} is {value!r}; allowed are {allowed[0]} to {allowed[-1]}.")
    return value


def _uris(file: str, table: str, given: Mapping[str, Any]) -> NumberUris:
    texts = tuple(each.name for each in fields(NumberFormat) if each.name != "form")
    _only(file, f"{table}.", given, ("form", *texts, "scheme", "user_phone"))
    for key in texts:
        if not isinstance(given.get(key, ""), str):
            raise SetupError(f"{file}: {table}.{key} is {given[key]!r}; it is a text.")
    form = NumberForm(_word(file, f"{table}.form", given.get("form", NumberForm.E164), NumberForm))
    scheme = NumberScheme(_word(file, f"{table}.scheme", given.get("scheme", NumberScheme.SIP), NumberScheme))
    user_phone = _flag(file, f"{table}.user_phone", given.get("user_phone", False))
    try:
        return NumberUris(NumberFormat(form, **{key: given[key] for key in texts if key in given}), scheme, user_phone)
    except ValueError as error:
        raise SetupError(f"{file}: {table}: {error}") from error


def _table(file: str, given: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = given.get(key, {})
    if not isinstance(table, dict):
        raise SetupError(f"{file}: {key} is {table!r}; it is a table, [{key}].")
    return table


def _only(file: str, where: str, given: Iterable[str], allowed: tuple[str, ...]) -> None:
    for key in given:
        if key not in allowed:
            raise SetupError(f"{file}: {where}{key} is unknown; allowed are {', '.join(allowed)}.")


def _word(file: str, name: str, value: Any, allowed: Iterable[str]) -> str:
    words = [str(word) for word in allowed]
    if value not in words:
        raise SetupError(f"{file}: {name} is {value!r}; allowed are {', '.join(words)}.")
    return str(value)


def _flag(file: str, name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SetupError(f"{file}: {name} is {value!r}; allowed are true and false.")
    return value
