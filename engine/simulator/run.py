"""Simulates one call of a flow, on time that is never waited for.

Customers' tests of their flows have it by the name `telefoon.testing.simulate`.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from structlog.testing import capture_logs

from engine.aio.tasks import BackgroundTasks
from engine.errors import InvalidField, WebhookError
from engine.flow.document import Document
from engine.flow.manner import BY_SPELLING, ReadingManner
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.parse import read_flow
from engine.model.call import Call, Direction, Status
from engine.model.call_options import STANDARD, NumberOptions
from engine.model.flow_reading import FlowReading
from engine.model.numbers import country_around
from engine.ports import Speech
from engine.simulator.narrator import Narrator
from engine.simulator.outside import OutsidePrograms
from engine.simulator.people import People
from engine.simulator.programs import SimulatedPrograms
from engine.simulator.reached_programs import ReachedPrograms
from engine.simulator.recognizer import ScriptedRecognizer
from engine.simulator.script import Script
from engine.simulator.transcript import SimulationTranscript
from engine.simulator.web import Fetch, SimulatedWeb
from engine.testing.clock import SimulatedClock, SkippingLoop
from engine.testing.database import memory_database
from engine.testing.node import FakeNode, fake_node

LIMIT_S: Final = 600.0
CALLER: Final = "+3225550100"
SPOKEN_NAME: Final = "Example"
"""For whom programs speak in a simulation, as its people are told."""
CALLED: Final = "+3225550199"
ACCOUNT_ID: Final = f"AC{1:032x}"
_one_at_a_time: Final = threading.Lock()
"""A process has one database in memory."""

Measure = Callable[[Speech], float | None]
"""How long a text takes to speak, in seconds, where that is known. Raises SpeechError where it can't be spoken."""
Reach = Callable[[], OutsidePrograms]
"""Make, within the simulation, what connects to programs outside."""


@dataclass(frozen=True, slots=True)
class Pages:
    """A customer's server in memory: documents by URL, with or without the query."""

    by_url: Mapping[str, str] = field(default_factory=dict)
    manner: ReadingManner = BY_SPELLING

    def __call__(self, url: str, method: str, params: Mapping[str, str]) -> Document:
        body = self.by_url.get(url, self.by_url.get(url.partition("?")[0]))
        if body is None:
            raise WebhookError(f"{url} is not reachable in this simulation.")
        return read_flow(body, None, self.manner)


def simulate(
    flow: str,
    *,
    digits: str = "",
    answers: str = "",
    agent: str = "",
    pages: Mapping[str, str] | None = None,
    caller: str = CALLER,
    called: str = CALLED,
    language: str = "en-GB",
    base_url: str | None = None,
    limit_s: float = LIMIT_S,
    reading: str | None = None,
    measure: Measure = lambda _: None,
) -> SimulationTranscript:
    """The transcript of a call: `flow` is a document, or the URL of one of the `pages`.

    `digits` are the keys for each Gather in turn, as "1,42#,say:yes"; `answers` how those answer who are dialled,
    as "busy,answer"; `agent` what the programs of Connect do, and what is said to them, as
    "say:Hello;hear:two pizzas;end:ordered", a program's steps to its end each. `reading` says what becomes of
    mistakes: "strict" refuses a document with one, as a test may want.
    `measure` reads what is said: `tts.proofreading.Proofreader().measure` finds prompts that would fail. Raises
    DocumentError if a document is refused, and InvalidField.
    """
    manner = ReadingManner(FlowReading(reading) if reading else None, country_around(called))
    is_url = flow.startswith(("http://", "https://"))
    start: Document | GoTo = GoTo(flow) if is_url else read_flow(flow, None, manner)
    call = simulated_call(caller, called, language)
    return run(
        start, call, Script.of(digits, answers, agent), Pages(pages or {}, manner),
        base_url=base_url, limit_s=limit_s, measure=measure,
    )  # fmt: skip


def simulated_call(caller: str, called: str, language: str, account_id: str = ACCOUNT_ID) -> Call:
    """An inbound call that rings."""
    return Call(
        id=f"CA{1:032x}",
        account_id=account_id,
        direction=Direction.INBOUND,
        from_=caller,
        to=called,
        status=Status.RINGING,
        start_time=datetime.now(UTC),
        node="simulator",
        options=replace(STANDARD, language=language),
    )


def run(
    start: Document | GoTo,
    call: Call,
    script: Script,
    fetch: Fetch,
    *,
    measure: Measure = lambda _: None,
    base_url: str | None = None,
    limit_s: float = LIMIT_S,
    reach: Reach | None = None,
) -> SimulationTranscript:
    """The transcript of a call; `reach` makes what connects it to programs that are reached.

    Raises DocumentError if a document is refused, and InvalidField where a program is to be reached by nothing.
    """
    if script.programs.reaches and reach is None:
        raise InvalidField("agent", "a program that is reached takes part in `telefoon simulate`, and not here.")
    simulation = _Simulation(start, call, script, fetch, measure, base_url, limit_s, reach)
    with _one_at_a_time, capture_logs(), asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(simulation.run())


class _Simulation:
    """One call on a node of its own, whose surroundings are fakes."""

    def __init__(
        self, start: Document | GoTo, call: Call, script: Script, fetch: Fetch, measure: Measure,
        base_url: str | None, limit_s: float, reach: Reach | None,
    ) -> None:  # fmt: skip
        self._reach = reach
        self._call = call
        self._script = script
        self._measure = measure
        self._limit_s = limit_s
        self._method = start.method if isinstance(start, GoTo) else HttpMethod.POST
        self._transcript = SimulationTranscript()
        self._narrator = Narrator(call, self._transcript)
        self._web = SimulatedWeb(fetch, start, base_url, self._narrator)
        self._broken: BaseException | None = None

    async def run(self) -> SimulationTranscript:
        recognizer = ScriptedRecognizer(SimulatedClock())
        with TemporaryDirectory() as folder:
            async with memory_database() as database:
                account_id = self._call.account_id
                node_ = fake_node(database, Path(folder), account_id=account_id, recognizer=recognizer, web=self._web)
                async with node_ as node:
                    await self._call_comes_in(node, recognizer)
        for error in (self._narrator.refused, self._broken):
            if error is not None:
                raise error
        return self._transcript

    async def _call_comes_in(self, node: FakeNode, recognizer: ScriptedRecognizer) -> None:
        around, call = node.around, self._call
        self._web.own = around.customer
        around.synthesizer.measure = self._measure
        people_tasks = BackgroundTasks("people", on_failure=self._breaks)
        people = People(node, self._script, self._narrator, recognizer, people_tasks)
        self._connect_programs(node, recognizer, people_tasks)
        await node.services.stores.accounts.speak_as(node.account.id, SPOKEN_NAME, call.language)
        around.bridge.listeners.extend([self._narrator.hears, people.hears])
        around.carrier.listeners.append(people.is_called)
        node.services.ledger.listeners.extend([self._narrator.happens, people.happens])
        options = NumberOptions(language=call.language)
        await node.services.stores.numbers.add(
            node.account.id, call.to, options, url=self._web.start_url, method=self._method.value
        )
        people.calls(around.carrier.brings(call.to, call.from_, node.switchboard))
        try:
            async with asyncio.timeout(self._limit_s):
                await self._narrator.ended.wait()
        except TimeoutError:
            self._narrator.ends(f"the limit of {self._limit_s:g} s is reached; the simulation ends here")
        self._transcript.seconds = self._narrator.now_s
        await people_tasks.close()

    def _connect_programs(self, node: FakeNode, recognizer: ScriptedRecognizer, tasks: BackgroundTasks) -> None:
        programs, around = self._script.programs, node.around
        if self._reach is None or not programs.reaches:
            SimulatedPrograms(programs, self._narrator, around, recognizer, tasks)
            return
        reached = ReachedPrograms(
            programs, self._reach(), self._narrator, around, recognizer, tasks, self._call.language
        )
        node.services.ledger.listeners.append(reached.happens)

    def _breaks(self, _: str, error: BaseException) -> None:
        self._broken = error
        self._narrator.ended.set()
