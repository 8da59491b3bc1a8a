"""Plans by which a flow lets a program hear a call, speak on it or talk by text, and their outcomes: plain values."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.model.callback import Callback
from engine.ports.streams import StreamFormat


class StreamTracks(StrEnum):
    """Which of a call's sound a program gets: what the far end says, what it hears, or both."""

    INBOUND = "inbound_track"
    OUTBOUND = "outbound_track"
    BOTH = "both_tracks"


MULAW: Final = StreamFormat()
"""What telephones speak, which programs expect where nothing else is agreed."""

Parameters = tuple[tuple[str, str], ...]
"""What the program is told at the beginning, by name."""


@dataclass(frozen=True, slots=True)
class StreamOrder:
    """A media stream to the program at `url`, an absolute wss address; it has no query string.

    `reconnect`: tried again for 10 s where the connection is lost. `tells_cleared`: a mark that comes back because of
    a clear says so.
    """

    url: str
    name: str | None = None
    """Names it within its call; its identifier does where there is none."""
    tracks: StreamTracks = StreamTracks.INBOUND
    sound: StreamFormat = MULAW
    parameters: Parameters = ()
    callback: Callback | None = None
    reconnect: bool = False
    tells_cleared: bool = False


@dataclass(frozen=True, slots=True)
class StreamOutcome:
    """How a two-way stream ended: `error` in words where something went wrong, else empty."""

    stream_id: str
    seconds: int
    error: str = ""


class InterruptedBy(StrEnum):
    """What of the person on the line stops the agent's speech."""

    NOTHING = "none"
    KEYS = "dtmf"
    SPEECH = "speech"
    ANYTHING = "any"


class Sensitivity(StrEnum):
    """How easily speech counts as an interruption."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class AgentLanguage:
    """What holds while a language is spoken and understood: the voice, and words that the reader expects."""

    code: str
    voice: str | None = None
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentPlan:
    """A conversation with the program at `url`, an absolute wss address, which talks by text (ConversationRelay).

    `spoken` and `understood` are BCP 47; None is the call's language. `debug` names the notices that it asks for.
    `end_silence_s` is how long a person is silent who has done speaking; None where the platform chooses.
    """

    url: str
    spoken: str | None = None
    understood: str | None = None
    voice: str | None = None
    languages: tuple[AgentLanguage, ...] = ()
    hints: tuple[str, ...] = ()
    parameters: Parameters = ()
    welcome: str = ""
    welcome_interruptible: InterruptedBy = InterruptedBy.ANYTHING
    interruptible: InterruptedBy = InterruptedBy.ANYTHING
    sensitivity: Sensitivity = Sensitivity.HIGH
    reports_while_speaking: InterruptedBy = InterruptedBy.NOTHING
    """What of the person is told to the program while it speaks and is not interrupted."""
    preemptible: bool = False
    tells_keys: bool = False
    partial_prompts: bool = False
    partial_prompt_on_hangup: bool = False
    ignores_backchannel: bool = False
    filters_echo: bool = True
    end_silence_s: float | None = None
    debug: frozenset[str] = frozenset()
    reconnects: bool = False
    tells_turn_state: bool = False
    """Whether a prompt says if the program is being heard meanwhile."""


class AgentStatus(StrEnum):
    """How a conversation ended: the person hung up, the program ended it, or it failed."""

    COMPLETED = "completed"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AgentOutcome:
    """How a conversation ended; `handoff_data` is what the program gave, and `error_code` the field's."""

    session_id: str
    status: AgentStatus
    seconds: int
    handoff_data: str = ""
    error_code: str = ""
    error_message: str = ""
