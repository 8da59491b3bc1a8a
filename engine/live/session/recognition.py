"""Speech recognition of a live call's far end."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from engine.aio.signal import Signal
from engine.errors import MediaError, RecognitionError, SpeechError, UnknownLanguage
from engine.flow.plans import HearPlan, Spoken
from engine.ports import Bridge, Clock, LegId, Said
from engine.ports.recognition import PartialTranscript, Recognizer, SpeechBegan, Transcript


async def understood(leg: LegId, bridge: Bridge, recognizer: Recognizer, clock: Clock, plan: HearPlan) -> Spoken | None:
    """One utterance; None if nothing was understood. Raises SpeechError."""
    began = Signal()
    try:
        async with bridge.listen(Said(leg)) as pcm:
            listening = recognizer.listen(
                _of_length(pcm, began, plan.longest_s, clock),
                language=plan.language,
                rate_hz=bridge.rate_hz,
                hints=plan.hints,
                end_silence_s=plan.end_silence_s,
                partials=plan.partials,
            )
            async with aclosing(listening):
                async for heard in listening:
                    match heard:
                        case SpeechBegan():
                            began.set()
                            await _tell(plan, "")
                        case PartialTranscript(text=text):
                            await _tell(plan, text)
                        case Transcript(text=text, confidence=confidence):
                            return Spoken(text, confidence) if text else None
    except (RecognitionError, MediaError, UnknownLanguage) as error:
        raise SpeechError(f"What the caller said was not understood: {error}") from error
    return None


async def _tell(plan: HearPlan, text: str) -> None:
    if plan.partial is not None:
        await plan.partial(text)


async def _of_length(pcm: AsyncIterator[bytes], began: Signal, longest_s: float, clock: Clock) -> AsyncIterator[bytes]:
    """What is said for at most so long from when it began."""
    end: float | None = None
    async for samples in pcm:
        if end is None and began.is_set():
            end = clock.monotonic() + longest_s
        if end is not None and clock.monotonic() >= end:
            return
        yield samples
