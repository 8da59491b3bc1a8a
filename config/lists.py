"""Settings that are lists, which environments do not have: there they are words between commas or spaces."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import BeforeValidator


def _words(value: object) -> object:
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return value


Network = IPv4Network | IPv6Network
AsWords = BeforeValidator(_words)
Words = Annotated[list[str], AsWords]
Networks = Annotated[list[Network], AsWords]
