"""Plans that verbs hand to a queue, and their outcomes: plain values."""

from dataclasses import dataclass

from engine.flow.plans import NOT_RECORDED, BridgeRecording, WhisperPlan
from engine.model.queue import QueueResult


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """Wait in the queue of this name (made if missing), those of higher priority first."""

    name: str
    priority: int = 0
    longest: int = 100


@dataclass(frozen=True, slots=True)
class QueueOutcome:
    """The outcome of a wait in a queue; `queue_id` is None if there was no place."""

    result: QueueResult
    queue_id: str | None
    seconds: int


@dataclass(frozen=True, slots=True)
class ServePlan:
    """Talk to the first of a queue; who is taken out hears the whisper before."""

    name: str
    answer_timeout_s: int
    whisper: WhisperPlan | None = None
    limit_s: int | None = None
    recording: BridgeRecording = NOT_RECORDED
    hang_up_on_star: bool = False
