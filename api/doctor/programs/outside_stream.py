"""A media stream from a simulated call to a program outside: the messages of a call's stream, at real pace."""

import asyncio
import base64
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from api.doctor.programs.g711 import Samples
from api.doctor.programs.heard_sound import HeardSound
from api.doctor.programs.played_row import PlayedRow
from api.doctor.programs.stream_messages import ClearSent, MarkSent, SoundSent, program_message
from api.doctor.programs.stream_sound import FRAME_S, decoded, encoded
from api.doctor.programs.wrong_message import WrongMessage
from engine.aio.inbox import Inbox
from engine.aio.signal import Signal
from engine.aio.tasks import started, stopped
from engine.errors import WebhookError
from engine.model.disclosure import Disclosure
from engine.ports import (
    Ear,
    MessageUnread,
    Said,
    Source,
    StreamCounts,
    StreamEnded,
    StreamEvent,
    StreamOpened,
    StreamPlan,
    StreamTrack,
)
from engine.ports.agents import AgentConnection
from engine.simulator.outside import PersonsWords, StreamWatch

_IN_ORDER: Final = frozenset({1000, 1001})
_LOST: Final = 1006
_MOST_TOLD: Final = 10

Voice = Callable[[PersonsWords, int], Awaitable[Samples]]
"""The samples of what a person says, at a rate. Raises SpeechError, MediaError."""


@dataclass(slots=True)
class _Traffic:
    sent_messages: int = 0
    sent_bytes: int = 0
    received_messages: int = 0
    received_bytes: int = 0
    unread: int = 0
    marks: int = 0


class SimulatedStream:
    """The stream. What the flow says is silence to its program. Implements engine.simulator.outside.OutsideStream."""

    def __init__(
        self, plan: StreamPlan, connect: Callable[[], Awaitable[AgentConnection]], voice: Voice, heard: HeardSound,
        watch: StreamWatch,
    ) -> None:  # fmt: skip
        self._plan = plan
        self._voice = voice
        self._watch = watch
        self._frame = round(FRAME_S * plan.sound.rate_hz)
        self._row = PlayedRow(self._frame, plan.sound.rate_hz)
        self._heard = heard
        self._events = Inbox[StreamEvent]()
        self._connection: AgentConnection | None = None
        self._sources: dict[StreamTrack, set[Source]] = {}
        self._to_say: deque[Samples] = deque()
        self._has_said = Signal()
        """Set once the person has said it all, or nobody listens any more."""
        self._spoken_to: set[Ear] = set()
        self._sequence = 1
        """That of `start`."""
        self._chunk = 0
        self._counted = _Traffic()
        self._is_closed_by_us = False
        self._following = started(self._follow(connect))

    @property
    def sounds(self) -> int:
        return self._heard.stretches

    @property
    def is_heard(self) -> bool:
        return self._heard.goes_on or bool(self._spoken_to and self._row.waiting)

    async def hear_person(self, words: PersonsWords) -> None:
        samples = await self._voice(words, self._plan.sound.rate_hz)
        if self._following.done():
            return
        self._to_say.extend(samples[at : at + self._frame] for at in range(0, len(samples), self._frame))
        self._has_said.clear()
        await self._has_said.wait()

    async def events(self) -> AsyncIterator[StreamEvent]:
        event: StreamEvent | None = None
        while not isinstance(event, StreamEnded):
            event = await self._events.next()
            yield event

    async def hear(self, source: Source, track: StreamTrack) -> None:
        self._sources.setdefault(track, set()).add(source)
        self._watch.hears()

    async def hear_no_more(self, source: Source, track: StreamTrack) -> None:
        self._sources.get(track, set()).discard(source)

    async def speak(self, disclosure: Disclosure, ear: Ear) -> None:
        disclosure.require(ear.leg)
        self._spoken_to.add(ear)

    async def hush(self, ear: Ear) -> None:
        self._spoken_to.discard(ear)

    def send(self, event: str, members: Mapping[str, object]) -> None:
        if self._connection is None:
            return
        self._sequence += 1
        sid = self._plan.sid
        numbered = {"event": event, "sequenceNumber": str(self._sequence), **members, "streamSid": sid}
        self._send_text(self._connection, json.dumps(numbered, ensure_ascii=False))

    def clear(self) -> None:
        thrown, marks = self._row.clear()
        self._heard.cleared(thrown)
        self._return(marks, cleared=True)

    def counts(self) -> StreamCounts:
        counted, trip_s = self._counted, self._connection.round_trip_s if self._connection is not None else None
        return StreamCounts(
            counted.sent_messages, counted.sent_bytes, 0, counted.received_messages, counted.received_bytes,
            counted.unread, counted.marks, self._ms(self._row.refused), 0, self._ms(self._row.waiting), 0,
            round(trip_s * 1000) if trip_s is not None else None,
        )  # fmt: skip

    async def close(self) -> None:
        self._is_closed_by_us = True
        if self._connection is not None:
            await self._connection.close()
        else:
            self._following.cancel()

    async def _follow(self, connect: Callable[[], Awaitable[AgentConnection]]) -> None:
        """All of it, to the end that is told."""
        end = StreamEnded(_LOST, "closed before it was open")
        try:
            connection = await connect()
            try:
                await self._converse(connection)
            finally:
                await connection.close()
            told = connection.end()
            code = _LOST if told.code is None else told.code
            end = StreamEnded(code, "" if self._is_closed_by_us or code in _IN_ORDER else told.why)
        except WebhookError as error:
            end = StreamEnded(_LOST, str(error))
        finally:
            self._watch.ended()
            self._events.put(end)

    async def _converse(self, connection: AgentConnection) -> None:
        for message in self._plan.greeting:
            self._send_text(connection, message)
        self._connection = connection
        self._events.put(StreamOpened())
        pumping = started(self._pump(connection))
        try:
            async for received in connection.messages():
                self._counted.received_messages += 1
                self._counted.received_bytes += len(received)
                self._take(received)
        finally:
            await stopped(pumping)
            self._to_say.clear()
            self._has_said.set()
            self._heard.ends()

    async def _pump(self, connection: AgentConnection) -> None:
        """Every 20 ms, let the program hear 20 ms, and have the person hear as much of it."""
        clock = asyncio.get_running_loop()
        began_s, frames = clock.time(), 0
        while True:
            self._send_sound(frames)
            self._play(clock.time())
            frames += 1
            await asyncio.sleep(max(0.0, began_s + frames * FRAME_S - clock.time()))

    def _send_sound(self, frames: int) -> None:
        said = self._to_say.popleft() if self._to_say else np.zeros(0, np.int16)
        if not self._to_say:
            self._has_said.set()
        for track in StreamTrack:
            if (sources := self._sources.get(track)) is None:
                continue
            is_heard = track is StreamTrack.INBOUND and any(isinstance(each, Said) for each in sources)
            frame = np.zeros(self._frame, np.int16)
            if is_heard:
                frame[: len(said)] = said
            self._chunk += 1
            payload = base64.b64encode(encoded(frame, self._plan.sound.encoding)).decode()
            timestamp = str(round(1000 * FRAME_S * frames))
            self.send("media", {"media": {
                "track": track.value, "chunk": str(self._chunk), "timestamp": timestamp, "payload": payload
            }})  # fmt: skip

    def _play(self, now_s: float) -> None:
        if not self._spoken_to:
            return
        samples, marks = self._row.take()
        self._heard.takes(samples, now_s)
        self._return(marks, cleared=False)

    def _take(self, received: str | bytes) -> None:
        try:
            if isinstance(received, bytes):
                raise WrongMessage(f"a binary message of {len(received)} bytes", "Send JSON in text messages.")
            message = program_message(received, self._plan.sid, self._plan.sound.encoding)
        except WrongMessage as wrong:
            self._counted.unread += 1
            if self._counted.unread <= _MOST_TOLD:
                self._events.put(MessageUnread(f"{wrong.detail}. {wrong.mend}"))
            return
        match message:
            case SoundSent(coded):
                self._row.add(decoded(coded, self._plan.sound.encoding))
            case MarkSent(name):
                self._row.mark(name)
            case ClearSent():
                self.clear()

    def _return(self, marks: list[str], *, cleared: bool) -> None:
        more = {"cleared": True} if cleared and self._plan.marks_tell else {}
        for name in marks:
            self.send("mark", {"mark": {"name": name, **more}})
            self._counted.marks += 1
            if not cleared:
                self._watch.mark_returned(name)

    def _send_text(self, connection: AgentConnection, text: str) -> None:
        if connection.send(text):
            self._counted.sent_messages += 1
            self._counted.sent_bytes += len(text)

    def _ms(self, samples: int) -> int:
        return round(1000 * samples / self._plan.sound.rate_hz)
