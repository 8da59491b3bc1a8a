"""What the far end of a live call says, understood."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

from engine.errors import MediaError, RecognitionError, SpeechError, UnknownLanguage
from engine.flow.plans import HearPlan, Spoken
from engine.hearing import PartialTranscript, Recognizer
from engine.ports import Bridge, LegId, Said
from engine.tasks import stopped

VOICE_LEVEL = 0.02
_LOOK_S = 0.1


async def understood(leg: LegId, bridge: Bridge, recognizer: Recognizer, plan: HearPlan) -> Spoken | None:
    """One utterance; None if nothing was understood. Raises SpeechError."""
    begun = asyncio.Event()
    noticing = asyncio.create_task(_notice(leg, bridge, plan, begun))
    try:
        async with bridge.listen(Said(leg)) as pcm:
            listening = recognizer.listen(
                _of_length(pcm, begun, plan.longest_s),
                language=plan.language,
                rate_hz=bridge.rate_hz,
                hints=plan.hints,
                end_silence_s=plan.end_silence_s,
            )
            async with aclosing(listening):
                async for heard in listening:
                    if not isinstance(heard, PartialTranscript):
                        return Spoken(heard.text, heard.confidence) if heard.text else None
                    if plan.partial is not None:
                        await plan.partial(heard.text)
    except (RecognitionError, MediaError, UnknownLanguage) as error:
        raise SpeechError(f"What the caller said was not understood: {error}") from error
    finally:
        await stopped(noticing)
    return None


async def _notice(leg: LegId, bridge: Bridge, plan: HearPlan, begun: asyncio.Event) -> None:
    """That somebody begins to speak shows long before anything is understood."""
    level = 0.0
    while level <= VOICE_LEVEL:
        await asyncio.sleep(_LOOK_S)
        level = await bridge.level(Said(leg))
    begun.set()
    if plan.partial is not None:
        await plan.partial("")


async def _of_length(pcm: AsyncIterator[bytes], begun: asyncio.Event, longest_s: float) -> AsyncIterator[bytes]:
    """What is said for at most so long from when it began."""
    clock = asyncio.get_running_loop().time
    end: float | None = None
    async for samples in pcm:
        if end is None and begun.is_set():
            end = clock() + longest_s
        if end is not None and clock() >= end:
            return
        yield samples
