"""Which token, which keys in it and how to get in, written as a PKCS #11 URI (RFC 7512)."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from engine.errors import SetupError
from engine.security.private_file import require_private

EXAMPLE: Final = (
    "kms:pkcs11:token=telefoon;object=recordings"
    "?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/telefoon/pin"
)
_PATH: Final = frozenset({"token", "serial", "object"})
_QUERY: Final = frozenset({"module-path", "pin-source"})
_PIN_SOURCE: Final = re.compile("(file|env):.+")


@dataclass(frozen=True, slots=True)
class Pkcs11Place:
    """`object` begins the labels of our keys; `pin_source` is file:PATH or env:NAME."""

    module_path: str
    token: str | None
    serial: bytes | None
    object: str
    pin_source: str

    @classmethod
    def read(cls, text: str) -> Self:
        """What follows `pkcs11:`. Raises SetupError, whose text repeats no value: one may be a PIN."""
        path, _, query = text.partition("?")
        given = dict([*_attributes(path, ";", _PATH), *_attributes(query, "&", _QUERY)])
        if not (given.keys() >= {"module-path", "pin-source"} and {"token", "serial"} & given.keys()):
            raise SetupError(f"A PKCS #11 place needs module-path, pin-source and token or serial, as in {EXAMPLE}")
        if not _PIN_SOURCE.fullmatch(given["pin-source"]):
            raise SetupError("pin-source of a PKCS #11 place is file:PATH, or env:NAME of a variable.")
        serial = given["serial"].encode() if "serial" in given else None
        label = given.get("object", "telefoon")
        return cls(given["module-path"], given.get("token"), serial, label, given["pin-source"])

    def __str__(self) -> str:
        return f"the token {self.token or (self.serial or b'').decode()} of {self.module_path}"

    def pin(self) -> str:
        """Raises SetupError where it is not there, or others can read it."""
        kind, _, place = self.pin_source.partition(":")
        pin = os.environ.get(place, "") if kind == "env" else _content(Path(urlsplit(self.pin_source).path))
        if not pin:
            raise SetupError(f"There is no PIN in {self.pin_source}, which {self} needs.")
        return pin


def _attributes(text: str, between: str, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    for each in filter(None, text.split(between)):
        name, _, value = each.partition("=")
        if name == "pin-value":
            raise SetupError(
                "A PIN does not belong in a setting: write pin-source=file:PATH, or env:NAME of a variable."
            )
        if name not in known or not value:
            raise SetupError(f"A PKCS #11 place has {', '.join(sorted(_PATH | _QUERY))}, as in {EXAMPLE}")
        yield name, unquote(value)


def _content(file: Path) -> str:
    try:
        require_private(file)
        return file.read_text("utf-8", "replace").strip()
    except OSError as error:
        raise SetupError(f"The file {file} with the PIN of a token can't be read: {error.strerror}.") from error
