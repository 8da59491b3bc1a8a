"""Profiles of trunks: what carriers of one style want, as the fields of a trunk that names one.

Each is a file in config/trunks, named after what it does. It names the public document that it follows, and on which
day against what it was compared.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from engine.errors import InvalidField, SetupError
from engine.model.trunk.field import Kind, WholeNumber
from engine.model.trunk.hosts import MOST_PORT, host_json, read_host
from engine.model.trunk.trunk import Trunk

PROFILE: Final = "profile"
_PORT: Final = "port"
_SUFFIX: Final = ".toml"
_FACTS: Final[Mapping[str, type]] = {"title": str, "country": str, "document": str, "checked": str, "date": date}


@dataclass(frozen=True, slots=True)
class TrunkProfile:
    """A carrier's style. `fields` are those of a trunk, as JSON has them."""

    title: str
    country: str
    """ISO 3166 alpha-2 in lower case; empty for equipment that is of no country."""
    document: str
    checked: str
    date: date
    fields: Mapping[str, Any]
    port: int | None = None
    """That of a host which is given without one."""


@cache
def profiles() -> Mapping[str, TrunkProfile]:
    """All of config/trunks, by name. Raises SetupError."""
    found = {file.name: file.read_text("utf-8") for file in (files("config") / "trunks").iterdir()}
    return {name.removesuffix(_SUFFIX): read_profile(name, found[name]) for name in sorted(found) if _SUFFIX in name}


def with_profile(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, and where it leaves a field out, as the profile says that it names. Raises InvalidField."""
    others = {name: value for name, value in given.items() if name != PROFILE}
    if PROFILE not in given:
        return others
    if (profile := profiles().get(str(given[PROFILE]))) is None:
        raise InvalidField(PROFILE, f"There is no profile {given[PROFILE]}; there are {', '.join(profiles())}.")
    trunk = {**profile.fields, **others}
    if profile.port is not None and isinstance(hosts := trunk.get("hosts"), list | tuple):
        trunk["hosts"] = [_at_port(host, profile.port) for host in hosts]
    return trunk


def _at_port(host: object, port: int) -> object:
    try:
        read = read_host(host)
    except ValueError:
        return host  # whoever makes the trunk says what is wrong with it
    return host_json(replace(read, port=read.port or port))


def read_profile(file: str, text: str) -> TrunkProfile:
    """The profile in a file. Raises SetupError that names the file, the key, and what is allowed."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{file} is no TOML: {error}.") from error
    _only(file, "", given, (*_FACTS, "trunk"))
    for key, kind in _FACTS.items():
        if not isinstance(given.get(key), kind):
            raise SetupError(f"{file}: {key} must be a {kind.__name__}. A profile has {', '.join(_FACTS)}.")
    trunk = given.get("trunk", {})
    if not isinstance(trunk, dict):
        raise SetupError(f"{file}: trunk is {trunk!r}; it is a table, [trunk].")
    kinds = {**{name: facts.kind for name, facts in Trunk.table().items()}, _PORT: WholeNumber(1, MOST_PORT)}
    _only(file, "trunk.", trunk, tuple(kinds))
    for name, value in trunk.items():
        _check(f"{file}: trunk.{name}", kinds[name], value)
    return TrunkProfile(
        **{key: given[key] for key in _FACTS},
        fields={name: value for name, value in trunk.items() if name != _PORT},
        port=trunk.get(_PORT),
    )


def _only(file: str, where: str, given: Iterable[str], allowed: tuple[str, ...]) -> None:
    for key in given:
        if key not in allowed:
            raise SetupError(f"{file}: {where}{key} is unknown; allowed are {', '.join(allowed)}.")


def _check(where: str, kind: Kind, value: object) -> None:
    try:
        kind.read(value)
    except ValueError as error:
        raise SetupError(f"{where}: {error}") from None
