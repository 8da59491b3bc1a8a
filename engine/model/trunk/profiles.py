"""What profiles say of a trunk's fields, as one kind of carrier wants them: [trunk] of each file in config/trunks."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from engine.errors import InvalidField
from engine.model.trunk.trunk import Trunk

PROFILE: Final = "profile"
_SUFFIX: Final = ".toml"


@cache
def profiles() -> Mapping[str, Mapping[str, Any]]:
    """The fields of each profile, by its name; what a trunk has no field for yet is left out."""
    found = {
        file.name.removesuffix(_SUFFIX): _fields(tomllib.loads(file.read_text("utf-8")).get("trunk", {}))
        for file in (files("config") / "trunks").iterdir()
        if file.name.endswith(_SUFFIX)
    }
    return dict(sorted(found.items()))


def _fields(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in given.items() if name in Trunk.table()}


def with_profile(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, and where it leaves a field out, as the profile says that it names. Raises InvalidField."""
    others = {name: value for name, value in given.items() if name != PROFILE}
    if PROFILE not in given:
        return others
    if (profile := profiles().get(str(given[PROFILE]))) is None:
        raise InvalidField(PROFILE, f"There is no profile {given[PROFILE]}; there are {', '.join(profiles())}.")
    return {**profile, **others}
