"""One OPTIONS request over a socket of our own: does anyone answer SIP there (RFC 3261 §11)?

Not by the SIP library: the doctor must tell of a library that does not load, too.
"""

import asyncio
import re
import secrets
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from api.doctor.peer_certificate import PeerCertificate
from config.system_authorities import system_authorities
from config.version import USER_AGENT
from engine.model.hosts import before_port

TIMEOUT_S: Final = 4.0
T1_S: Final = 0.5  # RFC 3261 §17.1.2.2: resent over UDP after T1, then twice as long each time
PORT: Final = 5060
TLS_PORT: Final = 5061

_TARGET: Final = re.compile(
    r"^(?P<scheme>sips?):(?:[^@]*@)?(?P<host>\[[^\]]+\]|[^:;?]+)(?::(?P<port>\d+))?(?P<rest>[;?].*)?$", re.IGNORECASE
)
_STATUS: Final = re.compile(rb"^SIP/2\.0 (?P<code>\d{3}) ?(?P<reason>[^\r\n]*)")


Source = tuple[str, int] | None
"""The address and port (0 is any) that a request leaves from; None leaves that to the system."""


class NoAnswer(Exception):
    """Nobody answered; the text says in what way."""


class Silent(NoAnswer):
    """Nothing came back in time, not even that nobody is there."""


class NotTrusted(NoAnswer):
    """Somebody is there, but shows a certificate that nobody whom we trust vouches for."""


@dataclass(frozen=True, slots=True)
class OptionsTarget:
    """The target of an OPTIONS request; `transport` is udp, tcp or tls.

    `address` is where DNS says that the host is; the system is asked where it is left out.
    """

    uri: str
    host: str
    port: int
    transport: str
    address: str = ""

    @classmethod
    def of(cls, uri: str) -> "OptionsTarget":
        """Raises ValueError for what is no SIP URI."""
        found = _TARGET.match(uri)
        if found is None:
            raise ValueError(f"{uri} is no SIP URI")
        named = re.search(r";transport=(\w+)", found["rest"] or "", re.IGNORECASE)
        secure = found["scheme"].lower() == "sips"
        transport = "tls" if secure else (named[1].lower() if named else "udp")
        port = int(found["port"] or (TLS_PORT if transport == "tls" else PORT))
        return cls(uri, found["host"].strip("[]"), port, transport)


@dataclass(frozen=True, slots=True)
class OptionsAnswer:
    """The status of a final answer; any of them shows that SIP is spoken there.

    `flaw` is what strict checking (RFC 5280) says against a certificate that is trusted otherwise.
    """

    code: int
    reason: str
    flaw: str = ""
    certificate: PeerCertificate | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files, as in the settings: who is trusted (None: the system's authorities), and who we are.

    Without `verify` anyone is trusted.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    verify: bool = True

    def context(self, *, strict: bool) -> ssl.SSLContext:
        """Checks what OpenSSL does by itself, as for calls; the default context of Python 3.13 is always strict."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif authorities := self.ca or system_authorities():
            context.load_verify_locations(authorities)
        if strict:
            context.verify_flags |= ssl.VERIFY_X509_STRICT
        if self.certificate and self.key:
            context.load_cert_chain(self.certificate, self.key)
        return context


def leaving_from(hosts: Sequence[str], towards: str) -> str | None:
    """The address that calls to a host leave from where SIP listens on `hosts`; None where that is every address."""
    same = (each for each in hosts if (":" in each) == (":" in towards))
    host = next(same, hosts[0])
    try:
        return None if ip_address(host).is_unspecified else host
    except ValueError:
        return host


async def ask(
    target: OptionsTarget, certificates: Certificates, timeout_s: float = TIMEOUT_S, *, source: str | None = None
) -> OptionsAnswer:
    """Send OPTIONS, from the address `source` if there is one, and wait for an answer. Raises NoAnswer, NotTrusted."""
    own = (source, 0) if source is not None else None
    where = f"{before_port(target.host)}:{target.port} over {target.transport.upper()}"
    try:
        async with asyncio.timeout(timeout_s):
            match target.transport:
                case "udp":
                    return await _over_udp(target, own)
                case "tls":
                    return await _over_tls(target, certificates, own)
                case _:
                    return await _over_stream(target, None, own)
    except TimeoutError:
        raise Silent(f"{where} did not answer within {timeout_s:.0f} s") from None
    except ssl.SSLCertVerificationError as error:
        raise NotTrusted(f"{where} is not trusted: certificate verify failed: {error.verify_message}") from None
    except OSError as error:
        raise NoAnswer(f"{where} can't be reached: {error.strerror or error}") from None


class _Datagrams(asyncio.DatagramProtocol):
    """Puts what comes in, or the error that came instead, into a future."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[OptionsAnswer] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr
        answer = _read(data)
        if answer is not None and not self.answer.done():
            self.answer.set_result(answer)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc)


async def _over_udp(target: OptionsTarget, own: Source) -> OptionsAnswer:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        _Datagrams, local_addr=own, remote_addr=(target.address or target.host, target.port)
    )
    try:
        request = _request(target, transport.get_extra_info("sockname"))
        wait_s = T1_S
        while True:
            transport.sendto(request)
            done, _ = await asyncio.wait({protocol.answer}, timeout=wait_s)
            if done:
                return protocol.answer.result()
            wait_s *= 2
    finally:
        transport.close()
        protocol.answer.cancel()


async def _over_tls(target: OptionsTarget, certificates: Certificates, own: Source) -> OptionsAnswer:
    try:
        return await _over_stream(target, certificates.context(strict=True), own)
    except ssl.SSLCertVerificationError as error:
        answer = await _over_stream(target, certificates.context(strict=False), own)
        return replace(answer, flaw=error.verify_message)


async def _over_stream(target: OptionsTarget, tls: ssl.SSLContext | None, own: Source) -> OptionsAnswer:
    name = target.host if tls is not None else None
    reader, writer = await asyncio.open_connection(
        target.address or target.host, target.port, ssl=tls, server_hostname=name, local_addr=own
    )
    try:
        writer.write(_request(target, writer.get_extra_info("sockname")))
        return replace(await _first_final(reader), certificate=_shown_by(writer))
    finally:
        await _closed(writer)


def _shown_by(writer: StreamWriter) -> PeerCertificate | None:
    session = writer.get_extra_info("ssl_object")
    shown = session.getpeercert(binary_form=True) if session is not None else None
    return PeerCertificate.read(shown) if shown else None


async def _first_final(reader: StreamReader) -> OptionsAnswer:
    while line := await reader.readline():
        if (answer := _read(line)) is not None:
            return answer
    raise ConnectionResetError(0, "the connection was closed without an answer")


async def _closed(writer: StreamWriter) -> None:
    """Not by a farewell: some, such as Asterisk over TLS, never answer it."""
    writer.transport.abort()
    try:
        await writer.wait_closed()
    except OSError:
        return


def _request(target: OptionsTarget, own: tuple[str, int]) -> bytes:
    host = before_port(own[0])
    branch, tag, call = (secrets.token_hex(8) for _ in range(3))
    lines = (
        f"OPTIONS {target.uri} SIP/2.0",
        f"Via: SIP/2.0/{target.transport.upper()} {host}:{own[1]};rport;branch=z9hG4bK{branch}",
        "Max-Forwards: 70",
        f"From: <sip:telefoon@{host}>;tag={tag}",
        f"To: <{target.uri}>",
        f"Call-ID: {call}@{host}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:telefoon@{host}:{own[1]};transport={target.transport}>",
        "Accept: application/sdp",
        f"User-Agent: {USER_AGENT} (doctor)",
        "Content-Length: 0",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def _read(data: bytes) -> OptionsAnswer | None:
    found = _STATUS.match(data)
    if found is None or found["code"].startswith(b"1"):
        return None
    return OptionsAnswer(int(found["code"]), found["reason"].decode(errors="replace").strip())
