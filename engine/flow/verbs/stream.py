"""<Stream> of <Start>, <Connect> and <Stop>: a call's sound to a program behind a WebSocket (RFC 6455)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from engine.flow.attribute_types import Choice, Flag, OneNumber
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import HttpMethod
from engine.flow.patterns import NAME, PARAMETER_NAME, PROGRAM_ADDRESS, TEXT
from engine.flow.program_plans import Parameters, StreamOrder, StreamTracks
from engine.flow.shape import attribute, nested
from engine.flow.verbs import telling
from engine.model.stream import StreamNotice
from engine.ports.streams import StreamEncoding, StreamFormat

PARAMETER_LIMIT: Final = 500
"""Characters that a parameter's name and value stay below together."""
_PLAIN: Final = "ws:"
_NO_CONNECTORS: Final = "there are no connectors, which a cloud's console sets up. Write its 'url'."
_RATES_HZ: Final = (8000, 16000, 24000)
_OF_TELEPHONES_HZ: Final = 8000


@dataclass(frozen=True, slots=True)
class ProgramParameter:
    """Something that a program is told at the beginning."""

    ELEMENT: ClassVar = "Parameter"

    name: str = attribute(PARAMETER_NAME, default="", help="Its name")
    value: str = attribute(TEXT, default="", help="Its value; with the name less than 500 characters")

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("write its 'name'.")
        if (length := len(self.name) + len(self.value)) >= PARAMETER_LIMIT:
            raise ValueError(f"its name and value have {length} characters: write less than {PARAMETER_LIMIT}.")


def told(parameters: Sequence[ProgramParameter]) -> Parameters:
    """What a program is told, by name."""
    return tuple((each.name, each.value) for each in parameters)


def require_address(url: str) -> None:
    """A program has an address. Raises ValueError."""
    if not url:
        raise ValueError("write its 'url', where the program is.")


def address_remarks(url: str) -> Iterator[tuple[str, str]]:
    """A connection without encryption is for hosts that the operator names."""
    if url.lower().startswith(_PLAIN):
        yield "url", "ws is not encrypted: it is opened to hosts alone that TELEFOON_EGRESS_ALLOW names. Write wss."


@dataclass(frozen=True, slots=True)
class Stream:
    """A media stream to the program at `url`: one way in Start, both ways in Connect."""

    url: str = attribute(PROGRAM_ADDRESS, default="", help="Where the program is")
    name: str | None = attribute(NAME, help="Its name within the call, by which it can be stopped")
    track: StreamTracks = attribute(
        Choice(StreamTracks),
        default=StreamTracks.INBOUND,
        help="What the far end says (inbound), what it hears (outbound), or both; in Connect inbound_track alone",
    )
    status_callback: str | None = telling.callback_url("its begin, its end and its errors")
    status_callback_method: HttpMethod = telling.method("statusCallback")
    audio_format: StreamEncoding = attribute(
        Choice(StreamEncoding), default=StreamEncoding.MULAW, help="How the sound is written, both ways"
    )
    sample_rate: int = attribute(
        OneNumber(_RATES_HZ), default=_OF_TELEPHONES_HZ, help="Samples a second; other than 8000 with l16 alone"
    )
    reconnect: bool = attribute(
        Flag(), default=False, help="Whether it is tried again for 10 s where the connection is lost (ours)"
    )
    mark_result: bool = attribute(
        Flag(), default=False, help='Whether a mark that a clear sends back has "cleared": true (ours)'
    )
    parameters: tuple[ProgramParameter, ...] = nested(ProgramParameter, help="What to tell the program at the start")

    LATER: ClassVar = {"connectorName": _NO_CONNECTORS}
    DIFFERS: ClassVar = {
        "": "nothing is heard by the program before everybody has consented.",
        "url": "wss; ws to hosts alone that the operator allows. A query string is refused: use Parameter.",
    }

    def __post_init__(self) -> None:
        require_address(self.url)
        if self.audio_format is not StreamEncoding.L16 and self.sample_rate != _OF_TELEPHONES_HZ:
            raise ValueError(f"{self.audio_format.value} has a 'sampleRate' of {_OF_TELEPHONES_HZ}.")

    def differences(self) -> Iterator[tuple[str, str]]:
        """What an address without encryption needs."""
        yield from address_remarks(self.url)

    def order(self, context: ExecutionContext) -> StreamOrder:
        """The order by which the stream is begun. Raises FlowFailed."""
        return StreamOrder(
            context.program_address(self.url),
            name=self.name,
            tracks=self.track,
            sound=StreamFormat(self.audio_format, self.sample_rate),
            parameters=told(self.parameters),
            callback=telling.callback(context, self.status_callback, self.status_callback_method, StreamNotice),
            reconnect=self.reconnect,
            tells_cleared=self.mark_result,
        )


_BY_ITS_NAME: Final = "a stream is stopped by its name."


@dataclass(frozen=True, slots=True)
class StoppedStream:
    """A stream of the call that Start began, by its name."""

    ELEMENT: ClassVar = "Stream"

    name: str = attribute(NAME, default="", help="Its name; its identifier where it was given none")

    IGNORED: ClassVar = dict.fromkeys(
        (
            "audioFormat",
            "connectorName",
            "sampleRate",
            "statusCallback",
            "statusCallbackMethod",
            "track",
            "url",
        ),
        _BY_ITS_NAME,
    )

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("write its 'name'.")
