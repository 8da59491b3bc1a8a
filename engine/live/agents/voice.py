"""An agent's voice on a live leg: sentences, sounds and keys, one after the other."""

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path

from engine.agents.pieces import AgentPiece, LastPiece, PlayedSound, PressedKeys, SpokenSentence
from engine.aio.signal import Signal
from engine.aio.tasks import started, stopped
from engine.aio.waits import joined, to_its_end
from engine.errors import UnknownVoice
from engine.flow.keys import press
from engine.live.session.far_end_keys import FarEndKeys
from engine.live.speaker import Speaker
from engine.model.disclosure import Disclosure
from engine.ports import Ear, Player, Speech
from engine.webhooks.call_web import CallWeb

Began = Callable[[Path, float], None]
"""Told that a file begins to be heard, and for how many seconds."""


class AgentVoice:
    """What an agent says and plays. Nobody hears any of it but by `speak`, which takes a Disclosure: until then it
    waits, and so it does while nobody may hear it. Implements engine.live.session.leg_disclosure.ProgramSound.
    """

    def __init__(self, speaker: Speaker, web: CallWeb, keys: FarEndKeys) -> None:
        self._speaker = speaker
        self._web = web
        self._keys = keys
        self._ear: Ear | None = None
        self._may_speak = Signal()
        self._player: Player | None = None
        self._was_hushed = False
        self._ahead: tuple[SpokenSentence, asyncio.Task[Path]] | None = None
        self._warming: asyncio.Task[None] | None = None

    async def speak(self, disclosure: Disclosure, ear: Ear, /) -> None:
        """Let a far end hear it, who knows that a program speaks."""
        disclosure.require(ear.leg)
        self._ear = ear
        self._may_speak.set()

    async def hush(self, ear: Ear, /) -> None:
        """Let it hear nothing; what is being said is said from its beginning once it may be heard again."""
        del ear
        self._ear = None
        self._may_speak.clear()
        self._was_hushed = True
        if self._player is not None:
            await self._player.stop()

    def warm(self, language: str, voice: str | None) -> None:
        """Have ready who will speak soon: processes that nobody has asked for a while have ended."""
        if self._warming is None or self._warming.done():
            self._warming = started(self._speaker.synthesizer.warm(language, voice))

    def make_ahead(self, sentence: SpokenSentence | None) -> None:
        """Make the sound of the sentence that comes next, while another is heard."""
        if sentence is None or (self._ahead is not None and self._ahead[0] is sentence):
            return
        self.forget()
        self._ahead = sentence, started(self._made(sentence))

    def forget(self) -> None:
        """Drop what was made ahead."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead[1].add_done_callback(_let_go)
            ahead[1].cancel()

    async def perform(self, piece: AgentPiece, began: Began) -> None:
        """Do it to its end. Cancelling stops the sound. Raises SpeechError, MediaError, WebhookError, LegGone."""
        match piece:
            case SpokenSentence():
                await self._play(await self._sentence(piece), began)
            case PlayedSound(source=source, loop=loop):
                async with self._speaker.file(source, self._web) as wav:
                    for _ in count() if loop == 0 else range(loop):
                        await self._play(wav, began)
            case PressedKeys(digits=digits):
                await press(self._keys, digits)
            case LastPiece():
                """The end is nothing that is heard."""

    async def close(self) -> None:
        """Nothing is made any more."""
        making = self._ahead[1] if self._ahead is not None else None
        self.forget()
        for task in (making, self._warming):
            if task is not None:
                await stopped(task)

    async def _sentence(self, sentence: SpokenSentence) -> Path:
        if self._ahead is None or self._ahead[0] is not sentence:
            self.forget()
            return await self._made(sentence)
        (_, making), self._ahead = self._ahead, None
        try:
            return await joined(making)
        finally:
            await stopped(making)

    async def _made(self, sentence: SpokenSentence) -> Path:
        text, is_ssml = sentence.ssml or sentence.text, sentence.ssml is not None
        try:
            return await self._render(Speech(text, sentence.language, sentence.voice, ssml=is_ssml))
        except UnknownVoice:
            return await self._render(Speech(text, sentence.language, ssml=is_ssml))

    async def _render(self, speech: Speech) -> Path:
        return await self._speaker.synthesizer.render(speech, rate_hz=self._speaker.bridge.rate_hz)

    async def _play(self, wav: Path, began: Began) -> None:
        self._was_hushed = True
        while self._was_hushed:
            await self._may_speak.wait()
            self._was_hushed = False
            if self._ear is not None:
                await self._play_to(self._ear, wav, began)

    async def _play_to(self, ear: Ear, wav: Path, began: Began) -> None:
        self._player = player = await self._speaker.bridge.play(wav, to=[ear])
        try:
            if not self._was_hushed:
                began(wav, player.seconds)
                await player.finished()
        finally:
            self._player = None
            await to_its_end(player.stop())


def _let_go(making: asyncio.Task[Path]) -> None:
    """Nobody needs it any more, nor learns why it could not be made."""
    if not making.cancelled():
        making.exception()
