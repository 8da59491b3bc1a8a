"""Piper's published voices in our languages whose licence is known to us (known.toml), recognised by their content."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

_BLOCK_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class KnownVoice:
    """`md5` and `bytes` are of the .onnx file as published, `licence` is that of the recordings it was made from."""

    name: str
    bytes: int
    md5: str
    licence: str
    data: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Digests:
    """The digests of one file of a voice: sha256 is what we go by, md5 is how Piper's own list names its files."""

    sha256: str
    md5: str
    bytes: int


@cache
def known_voices() -> tuple[KnownVoice, ...]:
    """All of them, by name."""
    table = tomllib.loads((files("tts.added_voices") / "known.toml").read_text(encoding="utf-8"))
    return tuple(KnownVoice(name, **fields) for name, fields in sorted(table.items()))


def recognised(digests: Digests) -> KnownVoice | None:
    """The published voice that this is."""
    return next((each for each in known_voices() if (each.md5, each.bytes) == (digests.md5, digests.bytes)), None)


def digests_of(path: Path) -> Digests:
    """Reads the file once. Raises OSError."""
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            sha256.update(block)
            md5.update(block)
            size += len(block)
    return Digests(sha256.hexdigest(), md5.hexdigest(), size)
