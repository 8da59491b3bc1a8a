"""Gather's input: keys and speech beside prompts, the first to come stops the others."""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from engine.aio.signal import Signal
from engine.aio.waits import race
from engine.errors import SpeechError
from engine.flow.document import Verb
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import HttpMethod
from engine.flow.plans import HearPlan, Spoken

_END_SILENCE_S = 1.0


class Input(StrEnum):
    """The kinds of input that Gather may listen for."""

    DTMF = "dtmf"
    SPEECH = "speech"


@dataclass(frozen=True, slots=True)
class Taken:
    """The keys, and the one that ended them if any did; or what was said."""

    digits: str = ""
    ended_by: str = ""
    spoken: Spoken | None = None

    def __bool__(self) -> bool:
        return bool(self.digits or self.spoken)


class Wanted(Protocol):
    """The attributes of Gather that say what to take."""

    @property
    def input(self) -> tuple[Input, ...]: ...
    @property
    def num_digits(self) -> int | None: ...
    @property
    def timeout(self) -> int: ...
    @property
    def finish_on_key(self) -> str: ...
    @property
    def barge_in(self) -> bool: ...
    @property
    def speech_timeout(self) -> int | None: ...
    @property
    def max_speech_time(self) -> int: ...
    @property
    def hints(self) -> str: ...
    @property
    def partial_result_callback(self) -> str | None: ...
    @property
    def partial_result_callback_method(self) -> HttpMethod: ...
    @property
    def mask(self) -> bool: ...
    @property
    def prompts(self) -> Sequence[Verb]: ...


class Listening:
    """One Gather at work; `language` is the one in which speech is listened to, None where keys alone are taken."""

    def __init__(self, wanted: Wanted, context: ExecutionContext, language: str | None) -> None:
        self._wanted = wanted
        self._context = context
        self._language = language
        self._speaking = Signal()
        self._partials = 0

    async def take(self) -> Taken:
        """Raises LegGone."""
        if not self._wanted.barge_in:
            await self._prompt()
            self._context.stage.forget_digits()
        if self._language is None:
            return await self._keys()
        async with race(self._keys(), self._speech(self._language)) as (keys, speech):
            if speech.done() and (spoken := speech.result()) is not None and not keys.done():
                return Taken(spoken=spoken)
            taken = await keys
            if taken or not self._speaking.is_set():
                return taken
            return Taken(spoken=await speech)

    async def _keys(self) -> Taken:
        digits = ""
        key = await self._first_key()
        while key is not None:
            if key in self._wanted.finish_on_key:
                return Taken(digits, key)
            digits += key
            if len(digits) == self._wanted.num_digits:
                break
            key = await self._digit(self._wanted.timeout)
        return Taken(digits)

    async def _first_key(self) -> str | None:
        if Input.DTMF not in self._wanted.input:
            await self._until_speech_or(self._prompt_and_wait())
            return None
        if self._wanted.barge_in and (self._wanted.prompts or self._language is not None):
            return await self._key_that_interrupts()
        return await self._digit(self._wanted.timeout)

    async def _key_that_interrupts(self) -> str | None:
        prompts = self._until_speech_or(self._prompt_and_wait())
        async with race(self._digit(None), prompts) as (listening, prompting):
            if listening.done():
                return listening.result()
            prompting.result()
            return None

    async def _until_speech_or(self, prompting: Coroutine[Any, Any, None]) -> None:
        """Prompts stop when the caller begins to speak."""
        async with race(prompting, self._speaking.wait()) as (working, _):
            if working.done():
                working.result()

    async def _prompt(self) -> None:
        for prompt in self._wanted.prompts:
            await prompt.run(self._context)

    async def _prompt_and_wait(self) -> None:
        if self._wanted.barge_in:
            await self._prompt()
        await self._context.stage.pause(self._wanted.timeout)

    async def _digit(self, timeout_s: float | None) -> str | None:
        return await self._context.stage.digit(timeout_s, hidden=self._wanted.mask)

    async def _speech(self, language: str) -> Spoken | None:
        plan = HearPlan(
            language,
            hints=tuple(hint.strip() for hint in self._wanted.hints.split(",") if hint.strip()),
            end_silence_s=self._wanted.speech_timeout or _END_SILENCE_S,
            longest_s=self._wanted.max_speech_time,
            partial=self._understood,
            partials=bool(self._wanted.partial_result_callback) and not self._wanted.mask,
            hidden=self._wanted.mask,
        )
        try:
            return await self._context.stage.hear(plan)
        except SpeechError as error:
            await self._context.stage.note("speech_not_heard", reason=str(error))
            return None

    async def _understood(self, text: str) -> None:
        """Part of what is said; the first makes the prompts stop."""
        self._speaking.set()
        url = self._wanted.partial_result_callback
        if url and text and not self._wanted.mask:
            params = {"UnstableSpeechResult": text, "SequenceNumber": str(self._partials)}
            self._partials += 1
            method = self._wanted.partial_result_callback_method
            await self._context.stage.tell(self._context.absolute(url), method.value, params)
