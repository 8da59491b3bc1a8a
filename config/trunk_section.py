"""Writes the section on the trunk in config/telefoon.toml: `python -m config.trunk_section` renews it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from config.trunk import TrunkSettings

FILE: Final = Path(__file__).with_name("telefoon.toml")
_HEAD: Final = f"# {'--- Trunk: who carries calls to the telephone network ':-<108}\n"
_NEXT: Final = "# --- "


def renewed(text: str) -> str:
    """The file with its section on the trunk as the fields have it."""
    before, head, rest = text.partition(_HEAD)
    if not head:
        raise ValueError(f"{FILE} has no line {_HEAD.strip()}")
    after = rest[rest.index(_NEXT) :]
    return f"{before}{head}\n{''.join(_settings())}{after}"


def _settings() -> Iterator[str]:
    for name, field in TrunkSettings.model_fields.items():
        example = "#" if field.default is None else ""
        value = field.examples[0] if field.examples and example else field.default
        yield f"# {field.description}\n{example}{name} = {json.dumps(value)}\n\n"


if __name__ == "__main__":
    FILE.write_text(renewed(FILE.read_text("utf-8")), "utf-8")
