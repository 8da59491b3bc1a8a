from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from api.node.clock import SystemClock
from tests.peers.speech_server import KEY, SpeechPeer, speech_peer
from tts.cache import PromptCache
from tts.choosing import voice_table
from tts.server_engine.asking import Asker
from tts.server_engine.client import ServerClient
from tts.server_engine.server import SpeechServer
from tts.server_engine.servers import SpeechServers
from tts.synthesizer import SpeechService

Serving = Callable[..., SpeechService]


@pytest.fixture
async def peer() -> AsyncIterator[SpeechPeer]:
    async with speech_peer() as serving:
        yield serving


@pytest.fixture
async def service(peer: SpeechPeer, tmp_path: Path) -> AsyncIterator[Serving]:
    """Makes a service that speaks nl-NL by the peer, by espeak-ng where that fails; `more` are a server's fields."""
    made: list[SpeechService] = []

    def make(*order: str, **more: Any) -> SpeechService:
        server = SpeechServer(**{"url": peer.url, "voice": "anna", "key": KEY, **more})
        clock = SystemClock()
        servers = SpeechServers({"nl-NL": server}, Asker(ServerClient(clock), clock))
        voices = voice_table({"nl-NL": list(order or ("server", "pyttsx3"))}, server_voices=servers.voices)
        speech = SpeechService.create(PromptCache(tmp_path / "prompts"), voices, servers=servers, workers=1)
        made.append(speech)
        return speech

    yield make
    for each in made:
        await each.close()
