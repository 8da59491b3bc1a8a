"""Hides telephone numbers, and users of SIP addresses, in text that is not meant to tell them."""

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Any, Final

_SHOWN_START: Final = 5
_HIDDEN: Final = "•••••"
_SHOWN_END: Final = 2
_SIP_USER: Final = re.compile(r"\bsips?:[^@\s;<>\"]+@[^\s;<>\"]+")
_NUMBER: Final = re.compile(r"(?:(?<![\w+])(?:\+|00)|(?<=%2B)|(?<=%2b))[1-9][0-9]{6,14}\b")
_MAY_BE_NUMBER: Final = re.compile(r"[0-9]{7}|sips?:")
"""Has to be in a text for a number or a SIP user to be in it; most texts have neither."""
_WEB_ADDRESS: Final = re.compile(r"\bhttps?://[^\s\"'<>]+", re.IGNORECASE)
_PARAMETER: Final = re.compile(r"([?&])([^=&#]+)=([^&#]*)")
HIDDEN_VALUE: Final = "•••"
_BARE: Final = re.compile(r"(?<![\w.+%:-])0?[1-9][0-9]{8,14}(?!\w|\.[0-9])")
"""Digits as carriers and people write a number without its plus; identifiers have letters too."""


def without_query_values(text: str, keeps: Callable[[str], bool] = lambda _: False) -> str:
    """The text with the values of every URL's query hidden, but for names that `keeps` says yes to."""

    def hidden(found: re.Match[str]) -> str:
        return _PARAMETER.sub(
            lambda each: each.group() if keeps(each[2]) else f"{each[1]}{each[2]}={HIDDEN_VALUE}", found.group()
        )

    return _WEB_ADDRESS.sub(hidden, text) if "://" in text and "=" in text else text


def everywhere(change: Callable[[str], str], value: Any) -> Any:
    """The value with each text changed that is in it, at any depth of mappings and lists."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: everywhere(change, each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [everywhere(change, each) for each in value]
    return value


def masked(text: str) -> str:
    """The text with every number as +3247•••••56."""
    if _MAY_BE_NUMBER.search(text) is None:
        return text
    for pattern in (_SIP_USER, _NUMBER, _BARE):
        text = pattern.sub(_mask_found, text)
    return text


def masked_address(address: IPv4Address | IPv6Address) -> str:
    """The network that an IP address is in, which tells an office or a provider and no machine: /24, of IPv6 /48."""
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def _mask_found(found: re.Match[str]) -> str:
    return mask(found.group())


def mask(number: str) -> str:
    """A number that tells the country and little more: +3225550199 becomes +3225•••••99.

    Of a SIP URI the user is hidden, since that may be a person's name or number.
    """
    scheme, colon, rest = number.partition(":")
    if colon and scheme in ("sip", "sips"):
        user, at, host = rest.rpartition("@")
        return f"{scheme}:{user[:1]}{_HIDDEN}@{host}" if at else number
    if len(number) <= _SHOWN_START + _SHOWN_END:
        return f"{number[:_SHOWN_END]}{_HIDDEN}"
    shown = _SHOWN_START if number.startswith("+") else _SHOWN_START - 1
    return f"{number[:shown]}{_HIDDEN}{number[-_SHOWN_END:]}"
