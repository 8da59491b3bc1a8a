"""Audio of a node: speech, its recognition, and customers' sound files."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from api.node.context import NodeContext
from api.node.recognition import NodeRecognizer, recognizer
from api.node.speech import speech_service
from config.settings import Settings
from engine.webhooks.media.media_cache import MediaCache
from tts.decoder import Decoder
from tts.selftest import VoiceCheck
from tts.synthesizer import SpeechService

_MEGA: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class NodeAudio:
    """`voices` tells how each language's voice did at the start; `recognizer` is None where none is wanted."""

    speech: SpeechService
    voices: Sequence[VoiceCheck]
    recognizer: NodeRecognizer | None
    media: MediaCache


@asynccontextmanager
async def open_audio(context: NodeContext) -> AsyncIterator[NodeAudio]:
    """Its worker processes run while inside. Raises SetupError."""
    settings = context.settings
    async with AsyncExitStack() as stack:
        speech = speech_service(settings)
        stack.push_async_callback(speech.close)
        voices = await speech.start()
        listener = recognizer(settings, context.machine, context.meters)
        if listener is not None:
            stack.push_async_callback(listener.close)
        decoder = Decoder(settings.data_dir / "decoder-scratch")
        stack.push_async_callback(decoder.close)
        yield NodeAudio(speech, voices, listener, _media_cache(settings, decoder))


def _media_cache(settings: Settings, decoder: Decoder) -> MediaCache:
    return MediaCache(
        settings.data_dir / "media-cache",
        decoder,
        limit_bytes=settings.media_cache_mb * _MEGA,
        longest_s=settings.media_cache_seconds,
    )
