"""A conversation on a live call while it lasts: what happens is worked off one by one, and its deeds are done."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.agents import told
from engine.agents.conversation import UNREAD_CODE, Conversation
from engine.agents.deeds import BreakOff, Deed, FinishTalk, ListenAnew, PerformPiece, TellProgram
from engine.agents.pieces import AgentPiece
from engine.agents.told import Notice
from engine.aio.inbox import Inbox
from engine.aio.tasks import BackgroundTasks, started, stopped
from engine.errors import LegGone, MediaError, TelefoonError
from engine.flow.program_plans import AgentPlan, AgentStatus
from engine.live.agents.ears import AgentEars
from engine.live.agents.happenings import (
    ConnectionLost,
    Happening,
    KeyCame,
    MessageCame,
    NoMoreCame,
    NotListened,
    PersonGone,
    PieceBegan,
    PieceDone,
    SpeechHeard,
)
from engine.live.agents.line import AgentLine
from engine.live.agents.notes import write_down
from engine.live.agents.voice import AgentVoice
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.model.consent import ToStreaming
from engine.ports.recognition import PartialTranscript, SpeechBegan, Transcript, Understood

LOST_CODE: Final = "39001"
"""The field's number where the network lost the program."""
MORE_WITHIN_S: Final = 0.1
"""Models make tokens faster than this; one that calls a tool says so in a whole sentence, and is silent for seconds."""
_ROUND_TRIP_EVERY_S: Final = 10.0
_DEBUGGING: Final = "debugging"
_OURS: Final = "Something of the platform failed."


@dataclass(frozen=True, slots=True)
class TalkParts:
    """A conversation's parts: the call, what was asked for, by which consent, over which line, with which voice."""

    session: Session
    services: CallServices
    plan: AgentPlan
    consent: ToStreaming
    line: AgentLine
    voice: AgentVoice


class LiveTalk:
    """Runs one conversation to its end."""

    def __init__(self, parts: TalkParts) -> None:
        self._parts = parts
        self._session = parts.session
        self._clock = parts.services.clock
        self._line = parts.line
        self._voice = parts.voice
        self._conversation = Conversation(parts.plan, parts.session.language)
        self._happenings = Inbox[Happening]()
        self._ears = AgentEars(
            parts.session, parts.services, parts.plan, self._conversation.languages, parts.consent,
            self._happenings.put, partials=self._conversation.wants_partials,
        )  # fmt: skip
        self._performing: asyncio.Task[None] | None = None
        self._waiting: asyncio.Task[None] | None = None
        """For more of what may be a whole sentence."""
        self._piece = 0
        """The number of the piece that is being performed."""
        self._untold: str | None = None
        """Why the person is not understood, as the program was told last."""
        self._finish: FinishTalk | None = None

    async def to_the_end(self) -> FinishTalk:
        """Converse until the program ends it, the person hangs up, or the connection is lost."""
        call_id = self._session.call.id
        beside = BackgroundTasks("agent", call_id=call_id, on_failure=self._part_failed)
        for work in (
            self._line.read(self._happenings.put),
            self._listen(),
            self._read_keys(),
            self._wait_for_the_end(),
        ):
            beside.begin(work)
        if _DEBUGGING in self._parts.plan.debug:
            beside.begin(self._tell_round_trips())
        try:
            await self._do(self._conversation.begin(self._now))
            while self._finish is None:
                await self._work_off(await self._happenings.next())
            return self._finish
        finally:
            await beside.close()
            await self._break_off()
            await self._stop_waiting()
            if self._ears.gate is not None:
                self._ears.gate.close()

    @property
    def _now(self) -> float:
        return self._clock.monotonic()

    async def _work_off(self, happening: Happening) -> None:
        match happening:
            case ConnectionLost(code=code, why=why):
                number = LOST_CODE if code is None else UNREAD_CODE
                self._finish = FinishTalk(AgentStatus.FAILED, error_code=number, error_message=why)
            case NotListened(why=why):
                self._not_listened(why)
            case PieceBegan(number=number) | PieceDone(number=number) if number != self._piece:
                """It was broken off meanwhile."""
            case _:
                await self._do(self._deeds_of(happening, self._now))
        if isinstance(happening, MessageCame):
            await self._wait_for_more()

    def _deeds_of(self, happening: Happening, now: float) -> Iterable[Deed]:
        talk = self._conversation
        match happening:
            case MessageCame(message=bytes()):
                return talk.received_unread("A message is text.")
            case MessageCame(message=str() as message):
                return talk.received(message, now)
            case NoMoreCame():
                return talk.no_more_came()
            case SpeechHeard(heard=heard):
                self._untold = None
                return self._of_speech(heard, now)
            case KeyCame(digit=digit):
                return talk.pressed(digit, now)
            case PieceBegan(seconds=seconds):
                return talk.sounding(seconds, now)
            case PieceDone(why=failure):
                return talk.done(now) if failure is None else talk.failed(failure, now)
            case _:
                return talk.hung_up()

    def _of_speech(self, heard: Understood, now: float) -> Iterable[Deed]:
        match heard:
            case SpeechBegan():
                self._warm()
                return self._conversation.speech_began(now)
            case PartialTranscript(text=text):
                return self._conversation.understood_so_far(text, now)
            case Transcript(text=text, confidence=confidence):
                return self._conversation.understood(text, confidence, now)
            case _:
                return ()  # a pause, after which it may go on

    async def _wait_for_more(self) -> None:
        await self._stop_waiting()
        if self._conversation.awaits_more:
            self._waiting = started(self._until_no_more_came())

    async def _until_no_more_came(self) -> None:
        await self._clock.sleep(MORE_WITHIN_S)
        self._happenings.put(NoMoreCame())

    async def _stop_waiting(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            await stopped(waiting)

    def _warm(self) -> None:
        """An answer is to be spoken soon."""
        languages = self._conversation.languages
        self._voice.warm(languages.spoken, languages.voice(languages.spoken))

    def _not_listened(self, why: str) -> None:
        if why != self._untold:
            self._untold = why
            self._session.note_event("speech_not_heard", reason=why)
            self._line.send(told.error(why))

    async def _do(self, deeds: Iterable[Deed]) -> None:
        for deed in tuple(deeds):
            match deed:
                case TellProgram(message=message):
                    self._line.send(self._dated(message))
                case PerformPiece(piece=piece):
                    self._perform(piece)
                case BreakOff():
                    await self._break_off()
                case ListenAnew():
                    self._ears.listen_anew()
                case FinishTalk():
                    self._finish = deed
                case _:
                    write_down(self._session, deed)
        self._voice.make_ahead(self._conversation.following)

    def _dated(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """The same message; a notice of the platform says when it was (ms since 1970)."""
        if message["type"] != "info":
            return message
        return {**message, "ts": round(self._clock.now().timestamp() * 1000)}

    def _perform(self, piece: AgentPiece) -> None:
        self._piece += 1
        self._performing = started(self._performed(piece, self._piece))

    async def _performed(self, piece: AgentPiece, number: int) -> None:
        def began(wav: Path, seconds: float) -> None:
            if self._ears.gate is not None:
                self._ears.gate.plays(wav)
            self._happenings.put(PieceBegan(number, seconds))

        why = None
        try:
            await self._voice.perform(piece, began)
        except LegGone:
            return
        except TelefoonError as error:  # whatever it is, the next piece may be heard
            why = str(error)
        except Exception:
            self._happenings.put(PieceDone(number, _OURS))
            raise
        self._happenings.put(PieceDone(number, why))

    async def _break_off(self) -> None:
        self._piece += 1
        performing, self._performing = self._performing, None
        if performing is not None:
            await stopped(performing)
        if self._ears.gate is not None:
            self._ears.gate.stops()

    def _part_failed(self, task: str, error: BaseException) -> None:
        """Nothing goes on without one of its parts; the call does."""
        self._session.background_failed(task, error)
        self._happenings.put(ConnectionLost(None, _OURS))

    async def _listen(self) -> None:
        try:
            await self._ears.listen()
        except MediaError as error:
            self._happenings.put(NotListened(f"The person is not heard: {error}"))

    async def _read_keys(self) -> None:
        with self._session.keys.diverted() as keys:
            while True:
                key = await keys.next(None)
                if key is not None:
                    self._happenings.put(KeyCame(key))

    async def _wait_for_the_end(self) -> None:
        await self._session.over.wait()
        self._happenings.put(PersonGone())

    async def _tell_round_trips(self) -> None:
        while True:
            await self._clock.sleep(_ROUND_TRIP_EVERY_S)
            if self._line.round_trip_s is not None:
                round_trip = told.info(Notice.ROUND_TRIP, round(self._line.round_trip_s * 1000))
                self._line.send(self._dated(round_trip))
