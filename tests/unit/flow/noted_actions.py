"""A call that is none: what a flow asks of it is noted, and has the outcome that the test prepared."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from engine.errors import UnknownVoice
from engine.flow import plans, program_plans, queue_plans
from engine.flow.call_actions import Waiting
from engine.flow.next_step import GoTo
from engine.model.call import Call, Direction, Status
from engine.ports import Cause, Speech

T = TypeVar("T")


class NotedActions:
    """CallActions without a call. `outcomes` are by the action's name: what it returns, or the error that it raises."""

    def __init__(self, *, language: str = "en-GB", recognized: Iterable[str] = (), **outcomes: object) -> None:
        self.call = Call("CA1", "AC1", Direction.INBOUND, "+3225550100", "+3225550199", Status.RINGING,
                         datetime.now(UTC), "n1")  # fmt: skip
        self.language = language
        self.recognized_languages = frozenset(recognized)
        self.asked: list[tuple[object, ...]] = []
        """Each action's name and arguments, in order."""
        self.unknown_voices: set[str] = set()
        self._outcomes = outcomes

    def asked_to(self, action: str) -> list[object]:
        """The first argument of an action, each time that it was asked for."""
        return [asked[1] for asked in self.asked if asked[0] == action]

    async def performing(self, verb: str) -> None:
        del verb

    async def answer(self) -> None:
        self._does("answer")

    async def say(self, speech: Speech) -> None:
        self._does("say", speech)
        if speech.voice in self.unknown_voices:
            raise UnknownVoice(f"No voice '{speech.voice}' speaks {speech.language}.")

    async def play(self, url: str, rounds: Iterable[int] = (0,)) -> None:
        self._does("play", url, *rounds)

    async def pause(self, seconds: float) -> None:
        self._does("pause", seconds)

    async def digit(self, timeout_s: float | None, *, hidden: bool = False) -> str | None:
        key = self._does("digit", timeout_s, hidden)
        return key if isinstance(key, str) else None

    def forget_digits(self) -> None:
        self._does("forget_digits")

    async def hide(self, hidden: bool) -> None:
        self._does("hide", hidden)

    async def send_digits(self, digits: str) -> None:
        self._does("send_digits", digits)

    async def hear(self, plan: plans.HearPlan) -> plans.Spoken | None:
        spoken = self._does("hear", plan)
        return spoken if isinstance(spoken, plans.Spoken) else None

    async def tell(self, url: str, method: str, params: Mapping[str, str]) -> None:
        self._does("tell", url, method, params)

    async def record(self, plan: plans.RecordPlan) -> plans.RecordOutcome:
        return self._gives(plans.RecordOutcome, "record", plan)

    async def record_call(self, plan: plans.CallRecordingPlan) -> None:
        self._does("record_call", plan)

    async def start_stream(self, order: program_plans.StreamOrder) -> None:
        self._does("start_stream", order)

    async def stop_stream(self, name: str) -> None:
        self._does("stop_stream", name)

    async def connect_stream(self, order: program_plans.StreamOrder) -> program_plans.StreamOutcome:
        return self._gives(program_plans.StreamOutcome, "connect_stream", order)

    async def converse(self, plan: program_plans.AgentPlan) -> program_plans.AgentOutcome:
        return self._gives(program_plans.AgentOutcome, "converse", plan)

    async def application(self, application_id: str) -> Sequence[GoTo]:
        starts = self._does("application", application_id)
        return starts if isinstance(starts, tuple) else ()

    async def dial(self, plan: plans.DialPlan) -> plans.DialOutcome:
        return self._gives(plans.DialOutcome, "dial", plan)

    async def join(self, plan: plans.RoomPlan, waiting: Waiting | None) -> plans.RoomOutcome:
        return self._gives(plans.RoomOutcome, "join", plan, waiting)

    async def enqueue(self, plan: queue_plans.QueuePlan, waiting: Waiting | None) -> queue_plans.QueueOutcome:
        return self._gives(queue_plans.QueueOutcome, "enqueue", plan, waiting)

    async def serve(self, plan: queue_plans.ServePlan) -> plans.DialOutcome:
        return self._gives(plans.DialOutcome, "serve", plan)

    async def echo(self) -> None:
        self._does("echo")

    async def refer(self, plan: plans.ReferPlan) -> plans.ReferOutcome:
        return self._gives(plans.ReferOutcome, "refer", plan)

    async def hang_up(self) -> None:
        self._does("hang_up")

    async def reject(self, cause: Cause) -> None:
        self._does("reject", cause)

    async def note(self, kind: str, **facts: object) -> None:
        self._does("note", kind, facts)

    def _does(self, action: str, *arguments: object) -> object:
        self.asked.append((action, *arguments))
        outcome = self._outcomes.get(action)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _gives(self, kind: type[T], action: str, *arguments: object) -> T:
        outcome = self._does(action, *arguments)
        assert isinstance(outcome, kind), f"The test has prepared no {kind.__name__}."
        return outcome
