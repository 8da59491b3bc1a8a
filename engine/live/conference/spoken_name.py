"""A name that somebody said on coming in, for the others to hear; in memory only, and gone with who said it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import structlog

from engine.aio.tasks import started, stopped
from engine.errors import MediaError, SpeechError
from engine.live.phrases import Phrase
from engine.live.session.session import Session
from engine.live.speaker import Speaker
from engine.ports import Bridge, Ear, Said

LONGEST_S: Final = 5.0
_ENDS_IT: Final = "#"

log = structlog.get_logger(__name__)


class SpokenName:
    """A WAV that can be played until it is forgotten."""

    def __init__(self, wav: Path, kept: AsyncExitStack) -> None:
        self.wav = wav
        self._kept = kept

    async def forget(self) -> None:
        """Free the memory."""
        await self._kept.aclose()


async def ask_name(session: Session, language: str, speaker: Speaker, bridge: Bridge) -> SpokenName | None:
    """Ask for it, and keep what is said until # or for LONGEST_S; None if it can't be. Raises LegGone."""
    ear = [Ear(session.leg.id)]
    try:
        await session.until_over(speaker.say(Phrase.SAY_NAME.in_language(language), ear))
        await session.until_over(speaker.beep(ear))
        session.keys.forget()
        pcm = await session.until_over(_said(session, bridge))
        kept = AsyncExitStack()
        return SpokenName(await kept.enter_async_context(bridge.keep(pcm)), kept) if pcm else None
    except (SpeechError, MediaError) as error:
        log.warning("name_not_taken", reason=str(error))
        return None


async def _said(session: Session, bridge: Bridge) -> bytes:
    heard = bytearray()

    async def collect(samples: AsyncIterator[bytes]) -> None:
        async for each in samples:
            heard.extend(each)

    async with bridge.listen(Said(session.leg.id)) as samples:
        collecting = started(collect(samples))
        try:
            async with asyncio.timeout(LONGEST_S):
                while await session.keys.next(None) != _ENDS_IT:
                    pass
        except TimeoutError:
            pass
        finally:
            await stopped(collecting)
    return bytes(heard)
