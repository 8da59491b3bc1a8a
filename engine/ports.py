"""What the engine needs from outside, in its own words; sip/ and tts/ fit themselves to it.

Audio is wired by values: a *source* makes sound, a *sink* takes it. The engine names them, the bridge finds
the media behind them, so nothing of the media library is ever held by the engine.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import NewType, Protocol

from engine.call import Event

LegId = NewType("LegId", int)
PlayerId = NewType("PlayerId", int)
RecorderId = NewType("RecorderId", int)

LONGEST_LISTEN_S = 600.0
"""After which a stream of `Bridge.listen` ends: all of it is kept in memory until then."""


@dataclass(frozen=True, slots=True)
class Said:
    """Source: what the far end of a leg says."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class Heard:
    """Source: everything that the far end of a leg is given to hear, now and later."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class Played:
    """Source: a file being played."""

    player: PlayerId


@dataclass(frozen=True, slots=True)
class Ear:
    """Sink: the far end of a leg."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class Track:
    """Sink: one channel of a recording, counted from 0."""

    recorder: RecorderId
    number: int


Source = Said | Heard | Played
Sink = Ear | Track


class Cause(Enum):
    """Why we end a leg; (SIP code before answer, Q.850 cause). Q.850 §2.2.7, RFC 3398 §7.2."""

    NORMAL = (603, 16)
    BUSY = (486, 17)
    REJECTED = (603, 21)
    NOT_FOUND = (404, 1)
    FORBIDDEN = (403, 21)
    FAULT = (500, 41)
    UNAVAILABLE = (503, 41)

    @property
    def sip_code(self) -> int:
        return self.value[0]

    @property
    def q850(self) -> int:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Alerted:
    """A provisional answer: 180, or 183 with early media."""

    sip_code: int
    early_media: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The dialog is confirmed (ACK sent or received)."""


@dataclass(frozen=True, slots=True)
class MediaChanged:
    """Media was (re)negotiated: `sending` and `receiving` as the far end allows, the codec's name."""

    sending: bool
    receiving: bool
    codec: str
    remote_address: str


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A key of the far end: 0-9 * # A-D; `method` is rfc4733 or info."""

    digit: str
    method: str


@dataclass(frozen=True, slots=True)
class ReferRequested:
    """The far end asks us to call somebody else (REFER, RFC 3515); it is told no, for the flow decides."""

    target: str


@dataclass(frozen=True, slots=True)
class ReferAnswered:
    """What the far end tells of our REFER; the last one is `final`."""

    code: int
    final: bool


@dataclass(frozen=True, slots=True)
class HungUp:
    """The dialog is over. `by_us` tells who ended it; code and reason are SIP's last word.

    `outcome` is what that means for the call (hung up, engaged, expired, broke).
    """

    outcome: Event
    by_us: bool
    sip_code: int
    sip_reason: str
    q850_cause: int | None = None


LegEvent = Alerted | Answered | MediaChanged | DigitPressed | ReferRequested | ReferAnswered | HungUp


@dataclass(frozen=True, slots=True)
class DialRequest:
    """An INVITE to send: `target` is E.164 (sent to the trunk) or a SIP URI (sent there).

    `user` and `password` are for digest authentication with that target; empty for the trunk's own.
    """

    target: str
    caller: str
    call_id: str
    display_name: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An INVITE that came in: the called number as given (Request-URI), the caller, where it came from.

    `addressed` is the number in To, which some carriers use while they address the trunk itself.
    """

    called: str
    caller: str
    source: str
    display_name: str = ""
    addressed: str = ""


class Leg(Protocol):
    """One dialog with one far end. Commands raise LegGone once it is over, except hang_up."""

    @property
    def id(self) -> LegId: ...
    @property
    def sip_call_id(self) -> str: ...
    @property
    def via(self) -> str:
        """Name of the trunk or peer that carries it, for explanations."""
        ...

    def events(self) -> AsyncIterator[LegEvent]:
        """All events in order, for one reader; ends after HungUp."""
        ...

    async def ring(self) -> None:
        """Send 180 (inbound)."""
        ...

    async def answer(self) -> None:
        """Send 200 (inbound)."""
        ...

    async def press(self, digits: str) -> None:
        """Send keys 0-9 * # A-D by RFC 4733, or by INFO where that was not negotiated."""
        ...

    async def refer(self, target: str) -> None:
        """Send REFER to a SIP URI; ReferAnswered events follow. Raises SipError."""
        ...

    async def hang_up(self, cause: Cause = Cause.NORMAL) -> None:
        """Refuse, CANCEL or BYE, as the dialog's state asks for. Nothing happens if it is over."""
        ...


class Dialer(Protocol):
    """Makes outbound legs."""

    async def dial(self, request: DialRequest) -> Leg:
        """Send INVITE. Raises SipError if it can't be sent at all (no trunk, bad URI)."""
        ...


class Player(Protocol):
    """A WAV file being played."""

    @property
    def source(self) -> Played: ...

    async def finished(self) -> None:
        """Returns at the file's end, or when stopped."""
        ...

    async def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A closed recording: mono or one channel a track, 16-bit PCM WAV."""

    path: Path
    seconds: float
    channels: int
    rate_hz: int
    size_bytes: int
    sha256: str


class Recorder(Protocol):
    """A recording being written."""

    @property
    def tracks(self) -> tuple[Track, ...]: ...

    async def stop(self, *, trim: bool = False) -> RecordedFile:
        """Close, sync and rename into place; `trim` cuts silence off at both ends.

        Raises RecordingError, after which nothing is left open.
        """
        ...


class Bridge(Protocol):
    """Joins sources to sinks, plays, records and lets programs hear. Connections of a leg outlive its re-INVITEs."""

    @property
    def rate_hz(self) -> int:
        """The mixing rate: prompts are wanted at this rate."""
        ...

    async def play(self, wav: Path, *, to: Sequence[Sink], loop: bool = False) -> Player:
        """Play a mono WAV to sinks. Raises MediaError if it can't be opened."""
        ...

    async def record(self, path: Path, *, tracks: Sequence[Sequence[Source]]) -> Recorder:
        """Record to `path`, one channel for each group of sources. Raises RecordingError."""
        ...

    async def connect(self, source: Source, sink: Sink) -> None: ...
    async def disconnect(self, source: Source, sink: Sink) -> None: ...

    async def mute(self, leg: LegId, *, muted: bool) -> None:
        """Nobody hears what the leg's far end says, nor is it recorded; until undone."""
        ...

    async def hold(self, leg: LegId, *, held: bool) -> None:
        """As mute, and the far end hears nobody: only what is played to it; until undone."""
        ...

    def listen(self, source: Said) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """What the far end of a leg says from now on: mono 16-bit little-endian PCM at rate_hz, silence included.

        It ends when the context is left, or after LONGEST_LISTEN_S. Raises MediaError.
        """
        ...

    async def level(self, source: Said) -> float:
        """Loudness of what the far end says now, 0.0 (silence) to 1.0."""
        ...


@dataclass(frozen=True, slots=True)
class Speech:
    """What to say: plain text or our safe SSML subset, in a BCP 47 language such as nl-BE.

    `voice` is an engine's voice id or None for the language's default; `rate` is in words per minute.
    """

    text: str
    language: str
    voice: str | None = None
    ssml: bool = False
    rate: int | None = None


class Synthesizer(Protocol):
    """Text to speech."""

    async def render(self, speech: Speech, *, rate_hz: int) -> Path:
        """Path of a mono 16-bit WAV at rate_hz. Raises SpeechError or UnknownLanguage."""
        ...

    def languages(self) -> frozenset[str]: ...


class Tones(Protocol):
    """Signals that are computed, not spoken; each gives the path of a mono 16-bit WAV."""

    async def ringback(self, country: str, *, rate_hz: int) -> Path:
        """One cadence period, made to loop; `country` is ISO 3166 alpha-2 in lower case."""
        ...

    async def beep(self, *, rate_hz: int) -> Path: ...

    async def hold_music(self, *, rate_hz: int) -> Path: ...


class AudioDecoder(Protocol):
    """Turns foreign audio files into WAV files for the bridge."""

    async def to_wav(self, source: Path, dest: Path, *, rate_hz: int) -> None:
        """Mono 16-bit WAV at rate_hz. Raises MediaError."""
        ...


class Clock(Protocol):
    """Time, handed in."""

    def now(self) -> datetime:
        """UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds."""
        ...

    async def sleep(self, seconds: float) -> None: ...
