"""The sources of settings: variables of the environment, and a TOML file that gives what these leave out.

Read by hand, as a command has to be quick: pydantic-settings takes 15 ms to load.
"""

import json
import os
import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from config.errors import SettingsError

PREFIX: Final = "TELEFOON_"
_TRUNKS: Final = re.compile(r"\s*(?:\[\s*)?[\"']?trunks[\"']?\s*[\]=.]")


def settings_file() -> Path:
    """What TELEFOON_CONFIG names; it need not be there."""
    return Path(os.environ.get(f"{PREFIX}CONFIG", "telefoon.toml"))


def given_settings(names: Collection[str], tables: Collection[str]) -> dict[str, Any]:
    """Values by the names of settings; `tables` are those that variables write as JSON.

    Other variables are none of ours, other names in the file are returned. Raises SettingsError where a source can't
    be read.
    """
    return _over(_of_environment(names, tables), _of_file(settings_file()))


def _of_environment(names: Collection[str], tables: Collection[str]) -> dict[str, Any]:
    # Containers pass on variables that are empty where nothing was chosen.
    given = {name.lower(): value for name, value in os.environ.items() if value}
    chosen: dict[str, Any] = {name: given[key] for name in names if (key := f"{PREFIX}{name}".lower()) in given}
    return {name: _table(name, value) if name in tables else value for name, value in chosen.items()}


def _table(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        # What was given stays unsaid: it may hold a server's key.
        told = f'{PREFIX}{name.upper()}, {name} in the file: write a table as JSON, such as {{"nl": ["pyttsx3"]}}.'
        raise SettingsError(told) from None


def _of_file(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        text = file.read_text("utf-8")
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not TOML: {error}.") from None
    trunks = given.get("trunks", [])
    if not isinstance(trunks, list) or not all(isinstance(each, dict) for each in trunks):
        line = next((at for at, line in enumerate(text.splitlines(), 1) if _TRUNKS.match(line)), 1)
        raise SettingsError(f"{file}, line {line}: trunks are tables; begin each with [[trunks]], its fields below.")
    return given


def _over(chosen: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """Tables of both are joined, entry by entry."""
    joined = {**others, **chosen}
    for name in chosen.keys() & others.keys():
        if isinstance(chosen[name], dict) and isinstance(others[name], dict):
            joined[name] = _over(chosen[name], others[name])
    return joined
