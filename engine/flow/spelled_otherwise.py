"""What a text is meant to be that was written otherwise: a number without its country, keys by name, an odd address.

Each takes the text and the country of the call (ISO 3166 alpha-2, lower case; empty where it is not known).
"""

import re
from typing import Final

from engine.flow.attribute_types import NotAllowed
from engine.model.number_plans import dialled_from

_NO_KEY: Final = re.compile(r"[^0-9A-D*#]")
_NO_TONE: Final = re.compile(r"[^0-9A-D*#wW]")
_TONES_MOST: Final = 512
_WORD: Final = re.compile(r"[a-z]{2,}")
_KEY_NAMES: Final = {"star": "*", "asterisk": "*", "pound": "#", "hash": "#"}
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_SCHEME: Final = re.compile(r"(https?):[/\\]*", re.IGNORECASE)


def number(text: str, country: str) -> str:
    """The telephone number, in E.164."""
    return dialled_from(text, country) or text


def caller(text: str, country: str) -> str:
    """Who calls, in E.164 where that is a number in national form; a client's name or anonymous is left as it is."""
    return text if text.startswith("+") else number(text, country)


def keys(text: str, _: str) -> str:
    """The keys among other signs. Raises NotAllowed where there are none: no keys at all is another order."""
    found = dict.fromkeys(_NO_KEY.sub("", _WORD.sub(_key_named, text.lower()).upper()))
    if not found:
        raise NotAllowed
    return "".join(found)


def tones(text: str, _: str) -> str:
    """The keys to send; a comma is a pause on many telephones."""
    return _NO_TONE.sub("", text.replace(",", "w"))[:_TONES_MOST]


def web_address(text: str, _: str) -> str:
    """The URL with slashes, and without blanks."""
    return _SCHEME.sub(r"\1://", text.strip().replace("\\", "/"), count=1).replace(" ", "%20")


def program_address(text: str, country: str) -> str:
    """The URL of a program's WebSocket, without a query, which clouds do not send either."""
    address = re.split(r"[?#]", web_address(text, country), maxsplit=1)[0]
    return _WEB.sub("wss://", address, count=1)


def _key_named(word: re.Match[str]) -> str:
    return _KEY_NAMES.get(word[0], "")
