"""A trial of a program as calls speak to it by Media Streams: a caller who talks, presses keys and interrupts."""

import asyncio
import base64
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from api.doctor.programs.diary import Diary, TrialSide
from api.doctor.programs.g711 import Samples
from api.doctor.programs.playout import Playout
from api.doctor.programs.socket import ProgramSocket
from api.doctor.programs.stream_log import CallerTurn, ClearSeen, StreamLog
from api.doctor.programs.stream_messages import ClearSent, MarkSent, SoundSent, program_message
from api.doctor.programs.stream_sound import FRAME_S, decoded, encoded
from api.doctor.programs.wrong_message import WrongMessage
from engine.aio.tasks import started, stopped
from engine.flow.program_plans import StreamOrder
from engine.live.streams.greeting import farewell, greeting
from engine.model.stream import MediaStream

_POLL_S: Final = 0.02
_GREETS_WITHIN_S: Final = 2.0
_DONE_AFTER_S: Final = 0.8
"""A program that has been silent for so long has said what it had to say."""
_LONGEST_ANSWER_S: Final = 30.0
_KEYS_ANSWERED_WITHIN_S: Final = 3.0
_BETWEEN_KEYS_S: Final = 0.2
_INTERRUPTS_AFTER_S: Final = 1.0
_LEAST_LEFT_S: Final = 0.5
"""So much must be left to say for an interruption to mean anything."""
_AFTER_INTERRUPTION_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class StreamCaller:
    """What the caller of a trial does; sounds are at the rate of the format, and what is empty is left out."""

    said: Samples
    digits: str = ""
    interruption: Samples | None = None


@dataclass(frozen=True, slots=True)
class StreamTrialCall:
    """The stream of a call that a program is told of, as the flow would have ordered it."""

    stream: MediaStream
    order: StreamOrder


class StreamTrial:
    """One trial, on a connection that stands."""

    def __init__(self, socket: ProgramSocket, call: StreamTrialCall, diary: Diary, patience_s: float) -> None:
        self._socket = socket
        self._call = call
        self._sound = call.order.sound
        self._diary = diary
        self._patience_s = patience_s
        self._sequence = 0
        self._to_say: deque[Samples] = deque()
        self._marks: deque[tuple[float, str]] = deque()
        self.log = StreamLog(Playout(call.order.sound.rate_hz), socket.connected_s)

    async def run(self, caller: StreamCaller) -> StreamLog:
        """All of it, to the end of the connection."""
        await self._begin()
        working = [started(self._talk()), started(self._listen())]
        try:
            await self._converse(caller)
            if not self._socket.closed:
                await self._number("stop", **farewell(self._call.stream))
        finally:
            ended_by_program = self._socket.closed
            self.log.close_code = self._socket.close_code if ended_by_program else None
            await stopped(working[0])
            await self._socket.close()
            await stopped(working[1])
        return self.log

    async def _begin(self) -> None:
        for message in greeting(self._call.stream, self._call.order, resumed=False):
            await self._socket.send_text(message)
        self._sequence = 1  # that of `start`

    async def _number(self, event: str, **members: Any) -> None:
        self._sequence += 1
        numbered = {"event": event, "sequenceNumber": str(self._sequence), "streamSid": self._call.stream.id}
        await self._socket.send({**numbered, **members})

    async def _converse(self, caller: StreamCaller) -> None:
        self.log.greeting_s = await self._heard_since(0.0, _GREETS_WITHIN_S)
        await self._has_done()
        if len(caller.said):
            self.log.answer = await self._say(caller.said, "speaks", self._patience_s)
            await self._has_done()
        if caller.digits:
            self.log.keys = await self._press(caller.digits)
            await self._has_done()
        if caller.interruption is not None:
            await self._interrupt(caller)

    async def _interrupt(self, caller: StreamCaller) -> None:
        """Speak again, and over the answer."""
        await self._say(caller.said, "speaks again, to interrupt the answer", self._patience_s)
        await self._pass(_INTERRUPTS_AFTER_S)
        left_s = self.log.playout.until_s - self._diary.now_s
        last = self.log.playout.last_loud_s()
        self.log.was_interrupted = left_s > _LEAST_LEFT_S and last is not None and last > self._diary.now_s
        assert caller.interruption is not None
        self.log.interruption = await self._say(caller.interruption, "interrupts", 0.0)
        await self._pass(_AFTER_INTERRUPTION_S)
        await self._has_done()

    async def _say(self, samples: Samples, how: str, patience_s: float) -> CallerTurn:
        begins_s = self._diary.now_s
        seconds = len(samples) / self._sound.rate_hz
        self._diary.tell(TrialSide.CALLER, f"{how} for {seconds:.1f} s")
        frame = round(FRAME_S * self._sound.rate_hz)
        self._to_say.extend(samples[at : at + frame] for at in range(0, len(samples), frame))
        await self._until(lambda: not self._to_say, _LONGEST_ANSWER_S + seconds)
        ends_s = self._diary.now_s
        return CallerTurn(begins_s, ends_s, await self._heard_since(begins_s, patience_s))

    async def _press(self, digits: str) -> CallerTurn:
        begins_s = self._diary.now_s
        for digit in digits:
            self._diary.tell(TrialSide.CALLER, f"presses {digit}")
            await self._number("dtmf", dtmf={"track": "inbound_track", "digit": digit})
            await self._pass(_BETWEEN_KEYS_S)
        ends_s = self._diary.now_s
        return CallerTurn(begins_s, ends_s, await self._heard_since(begins_s, _KEYS_ANSWERED_WITHIN_S))

    async def _heard_since(self, since_s: float, within_s: float) -> float | None:
        """When the program was first heard; waits so long for it."""
        playout = self.log.playout
        await self._until(lambda: playout.first_loud_s(since_s) is not None, within_s)
        return playout.first_loud_s(since_s)

    async def _has_done(self) -> None:
        """Wait until the program has been silent for a while."""

        def silent() -> bool:
            last = self.log.playout.last_loud_s()
            return last is None or self._diary.now_s > last + _DONE_AFTER_S

        await self._until(silent, _LONGEST_ANSWER_S)

    async def _pass(self, seconds: float) -> None:
        await self._until(lambda: False, seconds)

    async def _until(self, there: Callable[[], bool], within_s: float) -> None:
        """Wait for it, for so long, and while the program has not closed; marks go back meanwhile."""
        end_s = self._diary.now_s + within_s
        while not there() and self._diary.now_s < end_s and not self._socket.closed:
            await asyncio.sleep(_POLL_S)
            await self._return_marks()

    async def _talk(self) -> None:
        """Send 20 ms of sound every 20 ms, silence where the caller says nothing."""
        sound, chunk = self._sound, 0
        silence = np.zeros(round(FRAME_S * sound.rate_hz), np.int16)
        began_s = self._diary.now_s
        while not self._socket.closed:
            frame = self._to_say.popleft() if self._to_say else silence
            if len(frame) < len(silence):
                frame = np.concatenate([frame, silence[len(frame) :]])
            payload = base64.b64encode(encoded(frame, sound.encoding)).decode()
            timestamp = str(round(1000 * FRAME_S * chunk))
            chunk += 1
            await self._number("media", media={
                "track": "inbound", "chunk": str(chunk), "timestamp": timestamp, "payload": payload
            })  # fmt: skip
            await asyncio.sleep(max(0.0, began_s + chunk * FRAME_S - self._diary.now_s))

    async def _listen(self) -> None:
        async for text in self._socket.texts():
            self.log.received += 1
            try:
                if isinstance(text, WrongMessage):
                    raise text
                await self._take(program_message(text, self._call.stream.id, self._sound.encoding))
            except WrongMessage as wrong:
                self.log.faults.add(wrong)
                self._diary.tell(TrialSide.PROGRAM, f"sends wrongly: {wrong.detail}")

    async def _take(self, message: SoundSent | MarkSent | ClearSent) -> None:
        now_s, playout = self._diary.now_s, self.log.playout
        match message:
            case SoundSent(coded):
                if playout.until_s <= now_s:
                    self._diary.tell(TrialSide.PROGRAM, "begins to send sound")
                self.log.sound_came_s.append(now_s)
                playout.add(now_s, decoded(coded, self._sound.encoding))
            case MarkSent(name):
                self.log.marks_asked += 1
                self._marks.append((playout.until_s, name))
            case ClearSent():
                thrown_s = playout.clear(now_s)
                self.log.clears.append(ClearSeen(now_s, thrown_s))
                self._diary.tell(TrialSide.PROGRAM, f"clears {thrown_s:.2f} s of sound that waited")
                self._marks = deque((now_s, name) for _, name in self._marks)
        await self._return_marks()

    async def _return_marks(self) -> None:
        while self._marks and self._marks[0][0] <= self._diary.now_s:
            _, name = self._marks.popleft()
            self._diary.tell(TrialSide.PLATFORM, f"returns the mark {name[:40]}")
            await self._number("mark", mark={"name": name})
