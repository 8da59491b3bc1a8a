"""Reads trunks: of JSON and TOML field by field, of one SIP URI, and of words on the command line."""

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Final

from engine.errors import InvalidField
from engine.model.trunk.choices import Transport
from engine.model.trunk.field import TrunkField
from engine.model.trunk.hosts import read_host
from engine.model.trunk.trunk import Trunk

_TRANSPORT: Final = "transport="


def new_trunk(given: Mapping[str, object]) -> Trunk:
    """A trunk of the fields that are given. Raises InvalidField for the first that is wrong or missing."""
    values = _read(given)
    for name in Trunk.table():
        if name not in values and name not in Trunk.defaults():
            raise InvalidField(name, f"{name} is missing: a trunk needs it.")
    return Trunk(**values)


def changed_trunk(trunk: Trunk, given: Mapping[str, object]) -> Trunk:
    """The trunk with some of its fields changed; its name stays. Raises InvalidField."""
    values = _read(given)
    if values.get("name", trunk.name) != trunk.name:
        raise InvalidField("name", "A trunk keeps its name; add another, and remove this one.")
    return replace(trunk, **values)


def worded(field: str, text: str) -> object:
    """What a word on the command line means for a field. Raises InvalidField where there is no such field."""
    return _facts(field).kind.of_text(text)


def written_trunk(trunk: Trunk) -> dict[str, Any]:
    """Its fields as JSON has them, without those that are never shown."""
    return {name: facts.kind.written(getattr(trunk, name)) for name, facts in Trunk.table().items() if not facts.secret}


def trunk_at(uri: str, name: str = "default", **fields: Any) -> Trunk:
    """A trunk whose one host is a SIP URI, such as sip:127.0.0.1:5080;transport=tcp. Raises InvalidField."""
    scheme, _, rest = uri.partition(":")
    place, _, parameters = rest.partition(";")
    given = [each for each in parameters.split(";") if each]
    transports = [each for each in given if each.lower().startswith(_TRANSPORT)]
    sips = scheme.lower() == "sips"
    transport = transports[0].partition("=")[2].lower() if transports else "tls" if sips else "udp"
    try:
        host = read_host(place.rpartition("@")[2])
        return Trunk(
            name=name,
            hosts=(host,),
            transport=Transport(transport),
            sips=sips and transport == Transport.TLS,
            uri_parameters=";".join(each for each in given if each not in transports),
            **fields,
        )
    except ValueError as error:
        raise InvalidField("hosts", f"{uri}: {error}") from None


def _read(given: Mapping[str, object]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in given.items()}


def _value(name: str, given: object) -> Any:
    try:
        return _facts(name).kind.read(given)
    except ValueError as error:
        raise InvalidField(name, f"{name}: {error}") from None


def _facts(name: str) -> TrunkField:
    if (facts := Trunk.table().get(name)) is not None:
        return facts
    meant = get_close_matches(name, Trunk.table(), 1)
    hint = f"is {meant[0]} meant?" if meant else f"there are {', '.join(Trunk.table())}."
    raise InvalidField(name, f"A trunk has no field {name}; {hint}")
