"""A person with the voice that an agent has speaks over it on a line without echo, and the agent's echo on another."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import numpy as np
import pytest
import pytest_asyncio

from api.node.speech import speech_service
from config.settings import Settings
from engine.live.agents.echo_gate import EchoGate
from engine.ports import Speech
from tests.peers.audio import Sound
from tests.peers.g711 import PCMA
from tts.synthesizer import SpeechService

pytestmark = pytest.mark.processes

RATE: Final = 16000
PIECE: Final = RATE * 60 // 1000
SOUNDS: Final = 300
STARTS_S: Final = (0.0, 0.37, 0.83, 1.31, 1.77, 2.6)
AGENT_SAYS: Final = {
    "en-GB": "And I say a great deal more, so that somebody may interrupt me while I speak.",
    "de-DE": "Wir haben heute bis fünf Uhr geöffnet, und morgen wieder ab acht Uhr in der Früh.",
    "fr-FR": "Nous sommes ouverts jusqu'à cinq heures, et demain de nouveau à partir de huit heures.",
}
PERSON_SAYS: Final = {
    "en-GB": "I want to talk to a person.",
    "de-DE": "Ich möchte mit einem Menschen sprechen.",
    "fr-FR": "Arrêtez maintenant, s'il vous plaît.",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voices(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SpeechService]:
    service = speech_service(Settings(data_dir=tmp_path_factory.mktemp("voices")))
    yield service
    await service.close()


def by_telephone(sound: np.ndarray) -> np.ndarray:
    """As it comes back from a line of G.711."""
    narrow = Sound.of_pcm(sound, RATE).at_rate(8000).pcm
    return Sound.of_pcm(PCMA.decode(PCMA.encode(narrow)), 8000).at_rate(RATE).pcm


def silenced(said: Path, heard: np.ndarray, *, from_s: float) -> float:
    """Of what sounds in what is heard from this second of a file on, the part that does not pass."""
    clock = [0.0]
    gate = EchoGate(RATE, lambda: clock[0])
    gate.plays(said)
    sounding = gone = 0
    for at in range(0, len(heard) - PIECE, PIECE):
        clock[0] = from_s + (at + PIECE) / RATE
        piece = heard[at : at + PIECE]
        passed = gate.passed(piece.tobytes())
        if np.abs(piece).max() > SOUNDS:
            sounding += 1
            gone += passed != piece.tobytes()
    gate.close()
    return gone / sounding


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("agent", AGENT_SAYS)
@pytest.mark.parametrize("person", PERSON_SAYS)
async def test_who_speaks_over_an_agent_is_heard_though_the_voice_is_its_own(
    voices: SpeechService, agent: str, person: str
) -> None:
    said = await voices.render(Speech(AGENT_SAYS[agent], agent), rate_hz=RATE)
    spoken = await voices.render(Speech(PERSON_SAYS[person], person), rate_hz=RATE)
    heard = by_telephone(Sound.of_file(spoken).pcm)

    lost = [silenced(said, heard, from_s=start) for start in STARTS_S]

    assert max(lost) < 0.2, lost
    assert sum(lost) / len(lost) < 0.05, lost


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("agent", AGENT_SAYS)
@pytest.mark.parametrize("late_s", [0.04, 0.31])
@pytest.mark.parametrize("gain", [1.0, 0.2])
async def test_its_echo_from_a_line_of_g711_is_silence(
    voices: SpeechService, agent: str, late_s: float, gain: float
) -> None:
    said = await voices.render(Speech(AGENT_SAYS[agent], agent), rate_hz=RATE)
    echo = by_telephone((by_telephone(Sound.of_file(said).pcm) * gain).astype(np.int16))
    late = np.zeros(round(late_s * RATE), np.int16)

    assert silenced(said, np.concatenate([late, echo]), from_s=0.0) > 0.98, "but for 60 ms in the beginning"
