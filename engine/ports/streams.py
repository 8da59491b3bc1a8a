"""Media streams: a call's sound to a program behind a WebSocket, and the program's sound to the call."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from engine.model.disclosure import Disclosure
from engine.ports.wires import Ear, Source, StreamTrack

SECURE_PORT = 443


class StreamEncoding(StrEnum):
    """How the samples of a stream are written."""

    MULAW = "mulaw"
    ALAW = "alaw"
    L16 = "l16"
    """16 bits, the lower byte first."""


@dataclass(frozen=True, slots=True)
class StreamFormat:
    """Sound as a stream carries it. G.711 has 8000 Hz; L16 has that, 16000 or 24000."""

    encoding: StreamEncoding = StreamEncoding.MULAW
    rate_hz: int = 8000


@dataclass(frozen=True, slots=True)
class StreamServer:
    """Where a stream's program is: the address is resolved, and allowed by the rules for what leaves, already."""

    address: str
    """An IP address: no name is looked up any more."""
    host: str
    """The host as its URL names it; the certificate must name it too."""
    path: str = "/"
    port: int = SECURE_PORT
    secure: bool = True
    """TLS: certificate and name are always compared."""
    headers: tuple[tuple[str, str], ...] = ()
    """Headers of the handshake beside those that every handshake has."""
    authorities: Path | None = None
    """A file of the certificates that are believed, in place of the system's."""


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """What a stream is to be."""

    server: StreamServer
    sid: str
    greeting: tuple[str, ...]
    """Messages that are sent first, as they are; the last has sequence number 1."""
    sound: StreamFormat = StreamFormat()
    two_way: bool = False
    """Whether the program may say anything."""
    marks_tell: bool = False
    """Whether a mark that was cleared comes back to the program with "cleared": true."""
    cushion_s: float = 0.04
    """How much of the program's sound waits before the first of it is heard."""
    patience_s: float = 10.0
    """How long the server may take for the handshake, for a pong, and to read any of what waits for it."""
    ping_every_s: float = 10.0


@dataclass(frozen=True, slots=True)
class StreamOpened:
    """The handshake is done: the stream's time begins."""


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """Nothing goes to the program or comes from it any more, and what of its sound waits is thrown away."""

    code: int
    """The code of its Close; 1006 without one; the status of HTTP where that refused the handshake."""
    why: str
    """Why, in words; empty where nothing is wrong."""


@dataclass(frozen=True, slots=True)
class MessageUnread:
    """The program has sent what is none of the published messages; of each stream the first ten are told."""

    why: str


StreamEvent = StreamOpened | StreamEnded | MessageUnread


@dataclass(frozen=True, slots=True)
class StreamCounts:
    """What has gone over a stream so far."""

    sent_messages: int
    sent_bytes: int
    dropped_ms: int
    """Media that the program was not sent, since it did not read."""
    received_messages: int
    received_bytes: int
    unread: int
    """Messages that are none."""
    marks: int
    """Those that have gone back to the program."""
    refused_ms: int
    """The program's sound beyond ten minutes that would wait."""
    waiting_bytes: int
    """Bytes that are still to be sent."""
    waiting_ms: int
    """The program's sound that is still to be heard."""
    underruns: int
    """How often the program's sound broke off and went on within half a second."""
    ping_ms: int | None
    """The last way to the program and back; None before there is one."""


class StreamWire(Protocol):
    """A stream to a program. It outlives the re-INVITEs of the legs that are wired to it."""

    def events(self) -> AsyncIterator[StreamEvent]:
        """All that happens on it, in order, to StreamEnded; for one reader."""
        ...

    async def hear(self, source: Source, track: StreamTrack) -> None:
        """Send the program what a source says from now on, silence where it says nothing. Raises MediaError."""
        ...

    async def hear_no_more(self, source: Source, track: StreamTrack) -> None:
        """Send the program silence in its place."""
        ...

    async def speak(self, disclosure: Disclosure, ear: Ear) -> None:
        """Let a far end hear the program: there is no other way for its sound. Raises MediaError."""
        ...

    async def hush(self, ear: Ear) -> None:
        """Let a far end hear it no more; what waits goes on waiting where nobody hears it."""
        ...

    def send(self, event: str, members: Mapping[str, object]) -> None:
        """Send a message of that event, which is numbered, with these members; after `stop` there is no other."""
        ...

    def clear(self) -> None:
        """Throw away what of the program's sound waits; its marks go back."""
        ...

    def counts(self) -> StreamCounts: ...

    async def close(self) -> None:
        """Send what waits, then close it."""
        ...


class ProgramFinder(Protocol):
    """Finds the servers of programs, such as engine.webhooks.program_servers.ProgramServers."""

    async def server(self, account_id: str, url: str) -> StreamServer:
        """The server of an absolute wss URL, and what its handshake says. Raises WebhookError."""
        ...


class StreamOpener(Protocol):
    """Connects to programs."""

    def open(self, plan: StreamPlan) -> StreamWire:
        """Begin to connect; events tell how it goes. Raises MediaError where the plan is none."""
        ...
