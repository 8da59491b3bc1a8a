"""The programs that a simulated call reaches over the network: while it is connected, time passes as it does."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

from engine.aio.tasks import BackgroundTasks
from engine.ports import StreamPlan, StreamServer, StreamWire
from engine.ports.agents import AgentConnection, ConnectionEnd
from engine.simulator.narrator import Narrator
from engine.simulator.outside import OutsidePrograms, SoundOfProgram
from engine.simulator.program_script import ProgramScript
from engine.simulator.reached_talk import ReachedBySound, ReachedByText, ReachedTalk
from engine.simulator.recognizer import ScriptedRecognizer
from engine.simulator.transcript import TranscriptMark
from engine.testing.assembly import Surroundings
from engine.testing.clock import SkippingLoop

_ENDS: Final = frozenset({"stream_ended", "agent_ended"})
_SAYS: Final = frozenset({"text", "play"})


class ReachedPrograms:
    """Connects a simulated node's calls to programs outside.

    Implements engine.ports.ProgramFinder, StreamOpener and engine.ports.agents.AgentConnector.
    """

    def __init__(
        self, script: ProgramScript, outside: OutsidePrograms, narrator: Narrator, around: Surroundings,
        recognizer: ScriptedRecognizer, tasks: BackgroundTasks, language: str,
    ) -> None:  # fmt: skip
        self._script = script
        self._outside = outside
        self._narrator = narrator
        self._recognizer = recognizer
        self._tasks = tasks
        self._language = language
        self._talks: dict[str, ReachedTalk] = {}
        """Those under way, by the address in the flow; one that is connected again is the same."""
        self._sought: ReachedTalk | None = None
        around.programs.others = self
        around.agent.others = self

    def happens(self, call_id: str, kind: str, facts: Mapping[str, Any]) -> None:
        """An event of any call."""
        del call_id
        if kind not in _ENDS:
            return
        for url, talk in tuple(self._talks.items()):
            if talk.stream_id in ("", facts.get("stream", "")):
                talk.is_over = True
                del self._talks[url]
        if "reason" in facts:
            self._narrator.fails(f"the program fails: {facts['reason']}")

    async def server(self, account_id: str, url: str) -> StreamServer:
        talk = self._talk_at(url)
        with _passing():
            found = await self._outside.server(account_id, talk.address or url)
        self._sought = talk
        return found

    def open(self, plan: StreamPlan) -> StreamWire:
        talk = self._sought
        assert talk is not None, "a server is found before it is connected to"
        talk.stream_id = plan.sid
        self._outside.prepare(talk.words(self._language), plan.sound.rate_hz)
        watch = _Watch(self._narrator)
        stream = self._outside.open(plan, watch)
        program = ReachedBySound(stream, self._narrator, self._language)
        watch.begin = lambda: self._tasks.begin(talk.perform(program, holds_the_flow=plan.two_way))
        return stream

    async def connect(self, account_id: str, url: str) -> AgentConnection:
        talk = self._talk_at(url)
        passing = _passing()
        passing.__enter__()
        try:
            connection = await self._outside.connect(account_id, talk.address or url)
        except BaseException:
            passing.__exit__(None, None, None)
            raise
        program = ReachedByText(self._narrator, self._recognizer)
        self._tasks.begin(talk.perform(program, holds_the_flow=True))
        return _WatchedConnection(connection, program, passing)

    def _talk_at(self, url: str) -> ReachedTalk:
        if url not in self._talks:
            self._talks[url] = ReachedTalk(*self._script.next_reached(), self._narrator)
        return self._talks[url]


class _Watch:
    """Writes down what happens on a stream. Implements engine.simulator.outside.StreamWatch."""

    def __init__(self, narrator: Narrator) -> None:
        self.begin: Callable[[], None] = lambda: None
        self._narrator = narrator
        self._passing = _passing()
        self._passing.__enter__()

    def hears(self) -> None:
        self.begin()

    def has_sounded(self, sound: SoundOfProgram) -> None:
        self._narrator.program_sounded(sound)

    def mark_returned(self, name: str) -> None:
        self._narrator.line(TranscriptMark.CALL, f"has heard the program up to its mark {name[:40]!r}")

    def ended(self) -> None:
        self._passing.__exit__(None, None, None)


class _WatchedConnection:
    """Notes what the program is told and says. Implements engine.ports.agents.AgentConnection."""

    def __init__(
        self, connection: AgentConnection, program: ReachedByText, passing: AbstractContextManager[None]
    ) -> None:
        self._connection = connection
        self._program = program
        self._passing: AbstractContextManager[None] | None = passing

    @property
    def round_trip_s(self) -> float | None:
        return self._connection.round_trip_s

    async def messages(self) -> AsyncIterator[str | bytes]:
        async for message in self._connection.messages():
            if _type_of(message) in _SAYS:
                self._program.turns += 1
            yield message

    def end(self) -> ConnectionEnd:
        return self._connection.end()

    def send(self, message: str) -> bool:
        told = json.loads(message)
        if told["type"] == "prompt" and told["last"]:
            self._program.is_prompted()
        return self._connection.send(message)

    def unsent(self) -> Sequence[str]:
        return self._connection.unsent()

    async def close(self, code: int = 1000) -> None:
        try:
            await self._connection.close(code)
        finally:
            passing, self._passing = self._passing, None
            if passing is not None:
                passing.__exit__(None, None, None)


def _type_of(message: str | bytes) -> str:
    try:
        read = json.loads(message)
    except (ValueError, RecursionError):
        return ""
    return str(read.get("type", "")) if isinstance(read, dict) else ""


def _passing() -> AbstractContextManager[None]:
    """Time that is not skipped: a program outside takes part."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SkippingLoop)
    return loop.passing_as_it_does()
