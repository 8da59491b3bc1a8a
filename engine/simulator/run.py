"""Simulates one call of a flow, on time that is never waited for.

Customers' tests of their flows have it by the name `telefoon.testing.simulate`.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from engine.errors import FlowFailed, LegGone, WebhookError
from engine.flow.document import Document
from engine.flow.interpreter import Interpreter
from engine.flow.next_step import GoTo
from engine.flow.parse import parse
from engine.model.call import Call, Direction, Status
from engine.model.call_options import STANDARD
from engine.ports import Speech
from engine.simulator.script import Script
from engine.simulator.stage import SimulatedStage
from engine.simulator.transcript import Request, SimulationTranscript, TranscriptMark
from engine.testing.clock import SkippingLoop
from engine.webhooks.payloads.call import webhook_params

LIMIT_S: Final = 600.0
CALLER: Final = "+3225550100"
CALLED: Final = "+3225550199"

Fetch = Callable[[str, str, Mapping[str, str]], Document]
"""Get a document: absolute URL, GET or POST, parameters. May block. Raises WebhookError, DocumentError."""
Measure = Callable[[Speech], float | None]
"""How long a text takes to speak, in seconds, where that is known. Raises SpeechError where it can't be spoken."""


@dataclass(frozen=True, slots=True)
class Pages:
    """A customer's server in memory: documents by URL, with or without the query."""

    by_url: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, url: str, method: str, params: Mapping[str, str]) -> Document:
        body = self.by_url.get(url, self.by_url.get(url.partition("?")[0]))
        if body is None:
            raise WebhookError(f"{url} is not reachable in this simulation.")
        return parse(body)


def simulate(
    flow: str,
    *,
    digits: str = "",
    answers: str = "",
    pages: Mapping[str, str] | None = None,
    caller: str = CALLER,
    called: str = CALLED,
    language: str = "en-GB",
    base_url: str | None = None,
    limit_s: float = LIMIT_S,
    measure: Measure = lambda _: None,
) -> SimulationTranscript:
    """The transcript of a call: `flow` is a document, or the URL of one of the `pages`.

    `digits` are the keys for each Gather in turn, as "1,42#,say:yes"; `answers` how those answer who are dialled,
    as "busy,answer". `measure` reads what is said: `tts.proofreading.Proofreader().measure` finds prompts that would
    fail. Raises DocumentError if a document is refused, and InvalidField.
    """
    start: Document | GoTo = GoTo(flow) if flow.startswith(("http://", "https://")) else parse(flow)
    call = simulated_call(caller, called, language)
    return run(
        start, call, Script.of(digits, answers), Pages(pages or {}), base_url=base_url, limit_s=limit_s, measure=measure
    )


def simulated_call(caller: str, called: str, language: str) -> Call:
    """An inbound call that rings."""
    return Call(
        id=f"CA{1:032x}",
        account_id=f"AC{1:032x}",
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
) -> SimulationTranscript:
    """The transcript of a call. Raises DocumentError if a document is refused."""
    transcript = SimulationTranscript()
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(_Simulation(call, script, fetch, measure, transcript).run(start, base_url, limit_s))
    return transcript


class _Simulation:
    def __init__(
        self, call: Call, script: Script, fetch: Fetch, measure: Measure, transcript: SimulationTranscript
    ) -> None:
        self._fetch = fetch
        self._transcript = transcript
        self._interpreter = Interpreter(self._fetched, lambda: asyncio.get_running_loop().time())
        self._stage = SimulatedStage(call, script, transcript, measure, self._part)

    async def run(self, start: Document | GoTo, base_url: str | None, limit_s: float) -> None:
        try:
            async with asyncio.timeout(limit_s):
                await self._interpreter.run(start, self._stage, base_url)
        except TimeoutError:
            self._end(f"the limit of {limit_s:g} s is reached; the simulation ends here")
        except (WebhookError, FlowFailed) as error:
            self._transcript.faults.append(f"the call takes its fallback here: {error}")
            self._end(self._transcript.faults[-1])
        self._transcript.seconds = self._stage.now_s

    def _end(self, why: str) -> None:
        self._transcript.ended_by = why
        self._stage.line(TranscriptMark.REMARK, why)

    async def _fetched(
        self, url: str, method: str, params: Mapping[str, str], *, hidden: frozenset[str] = frozenset()
    ) -> Document:
        shown = " ".join(f"{name}={'•' if name in hidden else value}" for name, value in params.items())
        self._stage.line(TranscriptMark.ASKS, f"{method} {url}  {shown}".rstrip())
        told = {**webhook_params(self._stage.call), **params}
        self._transcript.requests.append(Request(method, url, told))
        return self._fetch(url, method, told)

    async def _part(self, to: GoTo, stage: SimulatedStage) -> None:
        try:
            await self._interpreter.run_part(to, stage)
        except (WebhookError, FlowFailed) as error:
            self._transcript.faults.append(str(error))
            stage.line(TranscriptMark.REMARK, str(error))
        except LegGone as error:
            stage.line(TranscriptMark.REMARK, str(error))
