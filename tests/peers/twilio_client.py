"""The client of the package `twilio` from PyPI, as programs have it, with its base URL changed to a node's."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Final, TypeVar

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from tests.peers.platform import Platform

T = TypeVar("T")
_THEIRS: Final = "https://api.twilio.com"
_PATIENCE_S: Final = 30.0


class _ToNode:
    """Sends what is meant for the cloud to a node, by the package's own client of HTTP."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._http = TwilioHttpClient(timeout=_PATIENCE_S)

    def request(self, method: str, url: str, *arguments: Any, **more: Any) -> Response:
        return self._http.request(method, url.replace(_THEIRS, self._address, 1), *arguments, **more)


def twilio_client(telefoon: Platform, *, secret: str = "") -> Client:
    """A program's client: the node's first account, and its key or another secret."""
    account = json.loads(telefoon.telefoon("accounts", "list", "--json"))[0]["id"]
    return client_of(telefoon.address, account, secret or telefoon.key)


def client_of(address: str, account: str, secret: str) -> Client:
    """A program's client of the interface at an address."""
    return Client(account, secret, http_client=_ToNode(address))


async def does(step: Callable[..., T], *arguments: Any, **more: Any) -> T:
    """What comes of a step of the client, which waits in a thread of its own."""
    return await asyncio.to_thread(step, *arguments, **more)


async def refusal(step: Callable[..., object], *arguments: Any, **more: Any) -> tuple[int, int | None]:
    """The status and number of the error that a step of the client ends in."""
    try:
        done = await does(step, *arguments, **more)
    except TwilioRestException as error:
        return error.status, error.code
    raise AssertionError(f"not refused: {done}")
