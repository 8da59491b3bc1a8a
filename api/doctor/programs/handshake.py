"""Opens a WebSocket to a program step by step, so that what is wrong can be told: name, address, TLS, handshake."""

import asyncio
import base64
import hashlib
import secrets
import socket
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from yarl import URL

from api.doctor.finding import Finding
from api.doctor.programs import advice
from api.http.served_certificate import SOON
from config.version import USER_AGENT
from engine.errors import EgressDenied, TelefoonError
from engine.security.egress import Egress

NAME: Final = "Program's name"
ADDRESS: Final = "Program's address"
CERTIFICATE: Final = "Program's certificate"
HANDSHAKE: Final = "Program's handshake"

_GUID: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What a server adds to the key before it hashes it (RFC 6455 §1.3)."""
_MOST_HEAD_BYTES: Final = 16 * 1024


class ProgramUnfit(TelefoonError):
    """A program that can't be reached, or does not open a WebSocket; carries what to say of it."""

    def __init__(self, subject: str, detail: str, mend: str) -> None:
        super().__init__(detail)
        self.finding = Finding(subject, False, detail, mend)


@dataclass(frozen=True, slots=True)
class HandshakeTrial:
    """What to open: where, by which rules for what leaves, and with which headers beside those of each handshake.

    `patience_s` is for each step.
    """

    url: URL
    egress: Egress
    headers: Mapping[str, str] = field(default_factory=dict)
    patience_s: float = 10.0

    @property
    def host(self) -> str:
        return self.url.raw_host or ""

    @property
    def secure(self) -> bool:
        return self.url.scheme == "wss"


async def examine_handshake(trial: HandshakeTrial) -> AsyncIterator[Finding]:
    """Every finding in its order; the first fault is the last."""
    try:
        addresses = await _resolved(trial)
        yield Finding(NAME, True, f"{trial.host} is {', '.join(addresses)}")
        yield _permitted(trial, addresses)
        async with _connected(trial) as (reader, writer):
            if trial.secure:
                yield _certificate(writer)
            yield await _opened(trial, reader, writer)
    except ProgramUnfit as unfit:
        yield unfit.finding


async def examine_address(trial: HandshakeTrial) -> Finding:
    """Whether the platform's rules let calls reach it, without a connection."""
    try:
        return _permitted(trial, await _resolved(trial))
    except ProgramUnfit as unfit:
        return unfit.finding


async def _resolved(trial: HandshakeTrial) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(trial.patience_s):
            found = await loop.getaddrinfo(trial.host, trial.url.port, type=socket.SOCK_STREAM)
    except TimeoutError:
        detail = f"no name server answered for {trial.host} within {trial.patience_s:g} s"
        raise ProgramUnfit(NAME, detail, advice.NOT_RESOLVED) from None
    except OSError as error:
        raise ProgramUnfit(NAME, f"{trial.host} is not resolved: {error.strerror}", advice.NOT_RESOLVED) from None
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _permitted(trial: HandshakeTrial, addresses: list[str]) -> Finding:
    refused = [each for each in addresses if not trial.egress.permits(each)]
    if len(refused) == len(addresses):
        raise ProgramUnfit(ADDRESS, f"{', '.join(refused)} is not public, so no call reaches it", advice.NOT_PUBLIC)
    try:
        trial.egress.check_country(trial.host, addresses)
    except EgressDenied as denied:
        raise ProgramUnfit(ADDRESS, str(denied), advice.OTHER_COUNTRY) from None
    if not trial.secure and not all(trial.egress.is_named(each) for each in addresses):
        raise ProgramUnfit(ADDRESS, "ws is without TLS: anybody on the way hears the call", advice.NO_TLS)
    return Finding(ADDRESS, True, "it may be reached by the rules for what leaves the platform")


@asynccontextmanager
async def _connected(trial: HandshakeTrial) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    context = ssl.create_default_context() if trial.secure else None
    try:
        async with asyncio.timeout(trial.patience_s):
            reader, writer = await asyncio.open_connection(
                trial.host, trial.url.port, ssl=context, limit=_MOST_HEAD_BYTES
            )
    except TimeoutError:
        raise ProgramUnfit(ADDRESS, f"no answer within {trial.patience_s:g} s", advice.NO_ANSWER) from None
    except ssl.SSLCertVerificationError as error:
        raise ProgramUnfit(CERTIFICATE, error.verify_message, advice.of_certificate(error.verify_code)) from None
    except ssl.SSLError as error:
        raise ProgramUnfit(CERTIFICATE, f"TLS fails: {error.reason or error}", advice.NO_TLS_THERE) from None
    except OSError as error:
        raise ProgramUnfit(ADDRESS, f"port {trial.url.port}: {error.strerror or error}", advice.REFUSED) from None
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def _certificate(writer: asyncio.StreamWriter) -> Finding:
    shown = writer.get_extra_info("ssl_object").getpeercert()
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC)
    left = until - datetime.now(UTC)
    detail = f"it is of this host, and valid for {left.days} days more, until {until:%Y-%m-%d %H:%M} UTC"
    return Finding(CERTIFICATE, True, detail, "" if left >= SOON else advice.EXPIRES_SOON)


async def _opened(trial: HandshakeTrial, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Finding:
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    began = time.monotonic()
    writer.write(_request(trial, key))
    try:
        async with asyncio.timeout(trial.patience_s):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except TimeoutError:
        detail = f"the connection stands, and nothing comes within {trial.patience_s:g} s"
        raise ProgramUnfit(HANDSHAKE, detail, advice.SILENT) from None
    except asyncio.IncompleteReadError as error:
        said = f" after {error.partial[:60]!r}" if error.partial else ""
        raise ProgramUnfit(HANDSHAKE, f"the connection was closed{said}", advice.CLOSED) from None
    except (asyncio.LimitOverrunError, OSError) as error:
        raise ProgramUnfit(HANDSHAKE, f"what came is no answer: {error}", advice.NOT_HTTP) from None
    _judge(head, key)
    return Finding(HANDSHAKE, True, f"it opened after {1000 * (time.monotonic() - began):.0f} ms")


def _request(trial: HandshakeTrial, key: str) -> bytes:
    usual = trial.url.is_default_port()
    lines = {
        "Host": trial.url.raw_authority if not usual else trial.url.raw_authority.removesuffix(f":{trial.url.port}"),
        "User-Agent": USER_AGENT,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
        **trial.headers,
    }
    head = f"GET {trial.url.raw_path_qs} HTTP/1.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in lines.items()
    )
    return f"{head}\r\n".encode()


def _judge(head: str, key: str) -> None:
    """Raises ProgramUnfit for what does not open a WebSocket to this key."""
    first, *lines = head.split("\r\n")
    version, _, answer = first.partition(" ")
    status = answer[:3]
    if not version.startswith("HTTP/1.") or not status.isdigit():
        raise ProgramUnfit(HANDSHAKE, f"what came is not HTTP: {first[:60]!r}", advice.NOT_HTTP)
    headers = {name.strip().lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    if int(status) != 101:
        where = f", which leads to {headers['location']}" if "location" in headers else ""
        raise ProgramUnfit(HANDSHAKE, f"the answer is {answer[:60]}{where}, not 101", advice.of_status(int(status)))
    expected = base64.b64encode(hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()).decode()
    if headers.get("sec-websocket-accept") != expected:
        raise ProgramUnfit(HANDSHAKE, "101 is answered, but not to the key of this handshake", advice.OTHER_KEY)
