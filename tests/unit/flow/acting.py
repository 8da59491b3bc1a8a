"""A stage without a telephone: what verbs do is written into a story, on a clock that skips all waiting."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from engine.errors import LegGone, TelefoonError, WebhookError
from engine.flow.call_actions import Waiting
from engine.flow.document import Document
from engine.flow.interpreter import Interpreter
from engine.flow.parse import parse
from engine.flow.plans import (
    CallRecordingPlan,
    DialOutcome,
    DialPlan,
    HearPlan,
    QueueEntry,
    RecordOutcome,
    RecordPlan,
    ReferOutcome,
    ReferPlan,
    RoomOutcome,
    RoomPlan,
    Spoken,
)
from engine.flow.queue_plans import QueueOutcome, QueuePlan, ServePlan
from engine.model.call import Call, Direction, Status
from engine.model.queue import QueueResult
from engine.ports import Cause, Speech
from engine.testing.clock import SkippingLoop

T = TypeVar("T")

_TALKED = DialOutcome(Status.COMPLETED, "CA2", 7)
_SPOKEN = RecordOutcome("RE1", "https://node/RE1.wav", 3, "#")
_STAYED = RoomOutcome("CF1", QueueEntry.ENTERED, 9)
_HANDED_OVER = ReferOutcome(202, 200)


@dataclass
class ScriptedStage:
    """Keys come at their seconds; every prompt lasts `prompt_s`; the far end leaves at `leaves_at_s`."""

    keys: Sequence[tuple[float, str]] = ()
    prompt_s: float = 2.0
    leaves_at_s: float | None = None
    unspeakable: Mapping[str, TelefoonError] = field(default_factory=dict)
    dialled: DialOutcome = _TALKED
    recorded: RecordOutcome | TelefoonError = _SPOKEN
    entered: RoomOutcome = _STAYED
    referred: ReferOutcome | TelefoonError = _HANDED_OVER
    speech: tuple[float, Spoken] | None = None
    recognized_languages: frozenset[str] = frozenset()
    language: str = "en-GB"
    story: list[str] = field(default_factory=list)
    plans: list[object] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.call = Call(
            "CA1", "AC1", Direction.INBOUND, "+3225550100", "+3225550199", Status.RINGING, datetime.now(UTC), "n1"
        )

    def opens(self) -> None:
        """From now on the script runs."""
        self._gone = asyncio.Event()
        self._pressed: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        for at_s, key in self.keys:
            loop.call_later(at_s, self._pressed.put_nowait, key)
        if self.leaves_at_s is not None:
            loop.call_later(self.leaves_at_s, self._gone.set)

    async def performing(self, verb: str) -> None:
        self.verbs.append(verb)

    async def answer(self) -> None:
        if "answered" not in self.story:
            self._tell("answered")

    async def say(self, speech: Speech) -> None:
        await self._prompt(f"said {speech.text} ({speech.language})", speech.text)
        self.plans.append(speech)

    async def play(self, url: str, rounds: Iterable[int] = (0,)) -> None:
        for _ in rounds:
            await self._prompt(f"played {url}", url)

    async def pause(self, seconds: float) -> None:
        await self._here(asyncio.sleep(seconds))
        self._tell(f"paused {seconds:g}")

    async def digit(self, timeout_s: float | None, *, hidden: bool = False) -> str | None:
        try:
            async with asyncio.timeout(timeout_s):
                key = await self._here(self._pressed.get())
        except TimeoutError:
            return None
        if hidden:
            self._tell("took a key in secret")
        return key

    async def hide(self, hidden: bool) -> None:
        self._tell("hidden" if hidden else "shown again")

    async def hear(self, plan: HearPlan) -> Spoken | None:
        self.plans.append(plan)
        if self.speech is None:
            await self._here(asyncio.Event().wait())
            return None
        begins_s, spoken = self.speech
        await self._here(asyncio.sleep(begins_s))
        assert plan.partial is not None
        await plan.partial("")
        await self._here(asyncio.sleep(1))
        await plan.partial(spoken.text.partition(" ")[0])
        await self._here(asyncio.sleep(1))
        return spoken

    async def tell(self, url: str, method: str, params: Mapping[str, str]) -> None:
        self._tell(f"told {url} {dict(params)}")

    def forget_digits(self) -> None:
        while not self._pressed.empty():
            self._pressed.get_nowait()

    async def send_digits(self, digits: str) -> None:
        await self._here(asyncio.sleep(0))
        self._tell(f"sent {digits}")

    async def record(self, plan: RecordPlan) -> RecordOutcome:
        self.plans.append(plan)
        self._tell("recorded")
        if isinstance(self.recorded, TelefoonError):
            raise self.recorded
        return self.recorded

    async def dial(self, plan: DialPlan) -> DialOutcome:
        self.plans.append(plan)
        self._tell("dialled")
        return self.dialled

    async def record_call(self, plan: CallRecordingPlan) -> None:
        self.plans.append(plan)
        self._tell("recording")
        if isinstance(self.recorded, TelefoonError):
            raise self.recorded

    async def join(self, plan: RoomPlan, waiting: Waiting | None) -> RoomOutcome:
        self.plans.append(plan)
        if waiting is not None:
            await waiting({"ConferenceSid": "CF1"})
        self._tell("joined")
        return self.entered

    async def enqueue(self, plan: QueuePlan, waiting: Waiting | None) -> QueueOutcome:
        self.plans.append(plan)
        self._tell("waits")
        if waiting is not None and await waiting({"QueuePosition": "1"}):
            return QueueOutcome(QueueResult.LEAVE, "QU1", 4)
        return QueueOutcome(QueueResult.BRIDGED, "QU1", 9)

    async def serve(self, plan: ServePlan) -> DialOutcome:
        self.plans.append(plan)
        self._tell("served")
        return self.dialled

    async def echo(self) -> None:
        self._tell("echoed")
        await self._here(asyncio.Event().wait())

    async def refer(self, plan: ReferPlan) -> ReferOutcome:
        self.plans.append(plan)
        self._tell("referred")
        if isinstance(self.referred, TelefoonError):
            raise self.referred
        return self.referred

    async def hang_up(self) -> None:
        self._tell("hung up")

    async def reject(self, cause: Cause) -> None:
        self._tell(f"rejected {cause.name}")

    async def note(self, kind: str, **facts: object) -> None:
        self._tell(f"noted {kind}: {facts.get('reason')}")

    def _tell(self, what: str) -> None:
        self.story.append(what)

    async def _prompt(self, done: str, name: str) -> None:
        if name in self.unspeakable:
            raise self.unspeakable[name]
        try:
            await self._here(asyncio.sleep(self.prompt_s))
        except asyncio.CancelledError:
            self._tell(done.replace(" ", " (interrupted) ", 1))
            raise
        self._tell(done)

    async def _here(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it unless or until the far end leaves."""
        doing, leaving = asyncio.ensure_future(work), asyncio.ensure_future(self._gone.wait())
        try:
            await asyncio.wait({doing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                raise LegGone("the caller has left")
            return doing.result()
        finally:
            doing.cancel()
            leaving.cancel()
            await asyncio.gather(doing, leaving, return_exceptions=True)


@dataclass
class Customer:
    """The customer's server: documents by URL; what was asked stays in `asked`."""

    documents: Mapping[str, str] = field(default_factory=dict)
    answers_in_s: float = 0.0
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    hidden: frozenset[str] = frozenset()

    async def fetch(
        self, url: str, method: str, params: Mapping[str, str], *, hidden: frozenset[str] = frozenset()
    ) -> Document:
        self.asked.append((method, url, dict(params)))
        self.hidden |= hidden
        await asyncio.sleep(self.answers_in_s)
        if url not in self.documents:
            raise WebhookError(f"{url} answered 404")
        return parse(self.documents[url])

    def was_asked_for(self, url: str) -> dict[str, str]:
        """The parameters of the only request for the URL."""
        [params] = [params for _, asked, params in self.asked if asked == url]
        return params


def perform(
    flow: str,
    stage: ScriptedStage | None = None,
    customer: Customer | None = None,
    *,
    base_url: str | None = None,
) -> list[str]:
    """The story of a flow: of an inline document, or of the one at a URL."""
    stage = stage or ScriptedStage()
    customer = customer or Customer()
    start = flow if flow.startswith("http") else parse(flow)

    async def act() -> None:
        stage.opens()
        now = asyncio.get_running_loop().time
        await Interpreter(customer.fetch, now).run(start, stage, base_url)

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(act())
    return stage.story


def seconds_of(flow: str, stage: ScriptedStage) -> float:
    """How long the flow takes."""
    took: list[float] = []

    async def act() -> None:
        stage.opens()
        await Interpreter(Customer().fetch, asyncio.get_running_loop().time).run(parse(flow), stage)
        took.append(asyncio.get_running_loop().time())

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(act())
    return took[0]
