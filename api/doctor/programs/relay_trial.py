"""A trial of a program as calls talk with it by text (ConversationRelay): prompts, keys, an interruption."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from api.doctor.programs.diary import Diary, TrialSide
from api.doctor.programs.relay_log import RelayLog, RelayTurn
from api.doctor.programs.socket import ProgramSocket
from api.doctor.programs.wrong_message import WrongMessage
from engine.agents import told
from engine.agents.orders import (
    AgentOrder,
    BadOrder,
    EndSession,
    PlayFile,
    SayToken,
    SendKeys,
    SpeakLanguage,
    order_of,
)
from engine.aio.tasks import started, stopped

_GREETS_WITHIN_S: Final = 1.0
_LONGEST_TURN_S: Final = 30.0
_KEYS_ANSWERED_WITHIN_S: Final = 3.0
_INTERRUPTS_AFTER_S: Final = 1.0
_STOPS_WITHIN_S: Final = 0.3
"""What comes so soon after an interruption was on its way."""
_LISTENS_ON_S: Final = 0.7
_LOOKS_EVERY_S: Final = 0.5
_WORDS_A_S: Final = 2.5


@dataclass(frozen=True, slots=True)
class RelayCaller:
    """What the caller of a trial says and presses; what is empty is left out."""

    said: str
    language: str
    digits: str = ""
    interruption: str = ""


class RelayTrial:
    """One trial, on a connection that stands."""

    def __init__(self, socket: ProgramSocket, facts: told.SessionFacts, diary: Diary, patience_s: float) -> None:
        self._socket = socket
        self._facts = facts
        self._diary = diary
        self._patience_s = patience_s
        self._turn = RelayTurn(0.0)
        self._came_s = 0.0
        self._news = asyncio.Event()
        self.log = RelayLog(socket.connected_s)

    async def run(self, caller: RelayCaller) -> RelayLog:
        """All of it, to the end of the connection."""
        listening = started(self._listen())
        try:
            await self._converse(caller)
        finally:
            self.log.close_code = self._socket.close_code if self._socket.closed else None
            await self._socket.close()
            await stopped(listening)
        return self.log

    async def _converse(self, caller: RelayCaller) -> None:
        await self._socket.send(told.setup(self._facts))
        self._turn = self.log.greeting = RelayTurn(self._diary.now_s)
        await self._answered(_GREETS_WITHIN_S)
        if caller.said:
            self.log.answer = await self._prompt(caller.said, caller.language)
        if caller.digits:
            self.log.keys = await self._press(caller.digits)
        if caller.interruption:
            await self._interrupt(caller)

    async def _prompt(self, text: str, language: str) -> RelayTurn:
        self._begin_turn(TrialSide.CALLER, f"says: {text}")
        await self._socket.send(told.prompt(text, language, last=True))
        await self._answered(self._patience_s)
        return self._turn

    async def _press(self, digits: str) -> RelayTurn:
        self._begin_turn(TrialSide.CALLER, f"presses {digits}")
        for digit in digits:
            await self._socket.send(told.key_pressed(digit))
        await self._answered(_KEYS_ANSWERED_WITHIN_S)
        return self._turn

    async def _interrupt(self, caller: RelayCaller) -> None:
        """Ask once more, let it speak for a second, and break in."""
        self._begin_turn(TrialSide.CALLER, f"says: {caller.said}")
        await self._socket.send(told.prompt(caller.said, caller.language, last=True))
        turn = self._turn
        await self._until(lambda: turn.first_sentence_s is not None, self._patience_s)
        await self._until(lambda: False, _INTERRUPTS_AFTER_S)
        if turn.text and not self._over:
            heard = " ".join(turn.text.split()[: round(_WORDS_A_S * _INTERRUPTS_AFTER_S)])
            self._diary.tell(TrialSide.CALLER, f"interrupts, and has heard: {heard}")
            self.log.interrupted_s = self._diary.now_s
            await self._socket.send(told.interrupted(heard, _INTERRUPTS_AFTER_S))
            await self._until(lambda: False, _LISTENS_ON_S)
        self.log.after = await self._prompt(caller.interruption, caller.language)

    def _begin_turn(self, side: TrialSide, what: str) -> None:
        self._diary.tell(side, what)
        self._turn = RelayTurn(self._diary.now_s)

    async def _answered(self, within_s: float) -> None:
        """Wait for the first of an answer, for so long, and then for its end."""
        turn = self._turn
        await self._until(lambda: turn.first_token_s is not None or bool(turn.plays), within_s)
        if turn.text:
            await self._until(lambda: turn.last_s is not None or self._stalls, _LONGEST_TURN_S)
            self._diary.tell(TrialSide.PROGRAM, f"says: {turn.text}")

    @property
    def _stalls(self) -> bool:
        """Whether nothing has come for so long that the rest of a turn will not either."""
        return self._diary.now_s > self._came_s + self._patience_s

    @property
    def _over(self) -> bool:
        return self._socket.closed or self.log.ended

    async def _until(self, there: Callable[[], bool], within_s: float) -> None:
        """Wait for it, for so long, and while the conversation lasts."""
        end_s = self._diary.now_s + within_s
        while not there() and self._diary.now_s < end_s and not self._over:
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(_LOOKS_EVERY_S, end_s - self._diary.now_s)):
                    await self._news.wait()

    async def _listen(self) -> None:
        async for text in self._socket.texts():
            self.log.received += 1
            self._came_s = self._diary.now_s
            try:
                if isinstance(text, WrongMessage):
                    raise text
                self._take(_order(text))
            except WrongMessage as wrong:
                self.log.faults.add(wrong)
                self._diary.tell(TrialSide.PROGRAM, f"sends wrongly: {wrong.detail}")
                await self._socket.send(told.error(wrong.mend))
            self._news.set()
        self._news.set()

    def _take(self, order: AgentOrder) -> None:
        now_s = self._diary.now_s
        match order:
            case SayToken():
                if order.token and self._is_late(now_s):
                    self.log.late_tokens += 1
                else:
                    self._turn.add(now_s, order.token, last=order.last)
            case PlayFile():
                self._turn.plays.append(order.source)
                self._diary.tell(TrialSide.PROGRAM, f"plays {order.source}")
            case SendKeys():
                self._diary.tell(TrialSide.PROGRAM, f"sends the keys {order.digits}")
            case SpeakLanguage():
                self._diary.tell(TrialSide.PROGRAM, f"speaks {order.spoken}, understands {order.understood}")
            case EndSession():
                self.log.ended, self.log.handoff = True, order.handoff_data
                self._diary.tell(TrialSide.PROGRAM, "ends the conversation")

    def _is_late(self, now_s: float) -> bool:
        """Whether it comes between an interruption and the next prompt, and too late to have been on its way."""
        at_s = self.log.interrupted_s
        return at_s is not None and self._turn.asked_s < at_s and now_s > at_s + _STOPS_WITHIN_S


def _order(text: str) -> AgentOrder:
    try:
        return order_of(text)
    except BadOrder as bad:
        raise WrongMessage(f"{text[:60]!r} is no order", str(bad)) from None
