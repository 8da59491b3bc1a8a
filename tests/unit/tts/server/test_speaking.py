"""Prompts by a speech server: what it is asked, what the caller hears, and who speaks where it does not."""

import asyncio
import socket
from pathlib import Path

import numpy as np
import pytest
from aiohttp.abc import ResolveResult
from structlog.testing import capture_logs

from api.node.clock import SystemClock
from engine.errors import SpeechError
from engine.ports import Speech
from engine.security.residency import Outside, Residency
from tests.peers.speech_server import HZ, KEY, SpeechPeer, wav
from tests.unit.tts.listening import listen
from tests.unit.tts.server.conftest import Serving
from tts.script import ScriptUtterance, ScriptWords
from tts.server_engine.client import ServerClient
from tts.server_engine.failures import ServerFailed
from tts.server_engine.server import AudioFormat, SpeechServer
from tts.synthesizer import SpeechService

pytestmark = pytest.mark.processes

HELLO = Speech("Goedemorgen, u spreekt met de winkel.", "nl-NL")


async def spoken(speech: SpeechService, prompt: Speech = HELLO) -> Path:
    return await speech.render(prompt, rate_hz=8000)


def is_the_servers(path: Path) -> bool:
    return listen(path).share_of_energy(HZ - 20, HZ + 20) > 0.9


@pytest.mark.parametrize("format_", ["wav", "pcm"])
async def test_a_prompt_is_said_by_the_server_at_our_level_and_rate(
    service: Serving, peer: SpeechPeer, format_: str
) -> None:
    sound = listen(await spoken(service(format=AudioFormat(format_), model="tall", speed=1.5)))

    assert sound.loudest_hz == pytest.approx(HZ, abs=2)
    assert (sound.rate_hz, sound.channels, sound.subtype) == (8000, 1, "PCM_16")
    assert sound.level_dbov == pytest.approx(-23.0, abs=0.5)
    [asked] = peer.asked
    assert asked == {
        "model": "tall", "voice": "anna", "input": HELLO.text, "response_format": format_, "speed": 1.5,
    }  # fmt: skip
    assert peer.keys == [f"Bearer {KEY}"]


async def test_a_server_is_asked_nothing_to_be_ready_and_who_decodes_is(service: Serving, peer: SpeechPeer) -> None:
    speech = service()

    with capture_logs() as logs:
        await speech.warm("nl-NL")

    assert (peer.asked, logs) == ([], [])
    assert len(speech.pool.pids) == 1


async def test_a_server_without_a_key_is_sent_none(service: Serving, peer: SpeechPeer) -> None:
    await spoken(service(key=""))
    assert peer.keys == [""]


async def test_a_rate_in_words_per_minute_becomes_a_speed(service: Serving, peer: SpeechPeer) -> None:
    await spoken(service(), Speech("Langzaam nu.", "nl-NL", rate=100))
    assert peer.asked[0]["speed"] == pytest.approx(100 / 185, abs=0.001)


async def test_a_prompt_is_asked_for_once_and_anew_for_another_version(service: Serving, peer: SpeechPeer) -> None:
    first = await spoken(service())
    assert await spoken(service()) == first
    assert len(peer.asked) == 1

    assert await spoken(service(version="2")) != first
    assert len(peer.asked) == 2


async def test_what_is_cached_is_said_though_the_server_is_gone(service: Serving, peer: SpeechPeer) -> None:
    speech = service("server")
    first = await spoken(speech)
    await peer.stop()
    assert await spoken(speech) == first


async def test_pauses_and_other_languages_within_a_prompt_are_kept(service: Serving, peer: SpeechPeer) -> None:
    document = (
        '<speak>Een moment. <break time="1200ms"/> <lang xml:lang="en-GB">Good morning.</lang> En nu verder.</speak>'
    )

    sound = listen(await spoken(service(), Speech(document, "nl-NL", ssml=True)))

    assert peer.words == ["Een moment.", "En nu verder."]
    assert sound.longest_silence_s() == pytest.approx(1.2, abs=0.15)
    assert sound.share_of_energy(HZ - 20, HZ + 20) < 0.97  # the English was said by a voice


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "does not take the key"), (403, "does not take the key"), (404, "nothing at this path"),
        (422, "does not say this text with the model tts-1 and the voice anna"), (307, "redirects"),
        (418, "answered with 418"),
    ],
)  # fmt: skip
async def test_a_refusal_says_what_to_do_and_is_not_tried_again(
    service: Serving, peer: SpeechPeer, status: int, message: str
) -> None:
    peer.status = status
    peer.headers = {"Location": peer.url}
    with pytest.raises(SpeechError, match=message) as refused:
        await spoken(service("server"))
    assert len(peer.asked) == 1
    assert KEY not in str(refused.value)


async def test_a_server_that_fails_for_a_moment_is_asked_again(service: Serving, peer: SpeechPeer) -> None:
    peer.failing = 2
    assert is_the_servers(await spoken(service("server")))
    assert len(peer.asked) == 3


async def test_a_server_that_goes_on_failing_is_asked_three_times(service: Serving, peer: SpeechPeer) -> None:
    peer.failing = 9
    with pytest.raises(SpeechError, match="failed with 503"):
        await spoken(service("server"))
    assert len(peer.asked) == 3


async def test_a_longer_pause_than_there_is_time_for_is_not_waited_for(service: Serving, peer: SpeechPeer) -> None:
    peer.failing, peer.headers = 9, {"Retry-After": "30"}
    began = asyncio.get_running_loop().time()
    with pytest.raises(SpeechError, match="failed with 503"):
        await spoken(service("server"))
    assert len(peer.asked) == 1
    assert asyncio.get_running_loop().time() - began < 5


async def test_a_server_that_is_too_slow_is_given_up_in_time(service: Serving, peer: SpeechPeer) -> None:
    peer.wait_s = 60
    with pytest.raises(SpeechError, match=r"did not speak within 0\.5 s"):
        await spoken(service("server", timeout_s=0.5))


async def test_a_server_that_is_not_there_says_so(service: Serving, peer: SpeechPeer) -> None:
    await peer.stop()
    with pytest.raises(SpeechError, match=r"can't be reached.*Does it run"):
        await spoken(service("server"))


RADIAN = 24_000 / (2 * np.pi * HZ)
LONG = wav(np.sin(np.arange(60 * 8000) / 3), 8000)
MISLED = wav(np.sin(np.arange(60 * 48_000) / 3), 48_000)


@pytest.mark.parametrize(
    ("body", "content_type", "format_", "message"),
    [
        (b'{"error": "Goedemorgen"}', "application/json", "wav", "instead of sound"),
        (b'{"error": "Goedemorgen"}', "application/json", "pcm", "instead of sound"),
        (b"", "", "wav", "with nothing at all"),
        (b"Goedemorgen" * 99, "", "wav", "what is no sound"),
        (b"RIFX" + b"Goedemorgen" * 99, "", "wav", "can't be decoded"),
        (b"xyz", "", "pcm", "half a sample"),
        (LONG, "", "pcm", "a WAV file, where pcm was asked for"),
        (LONG[: len(LONG) // 2], "", "wav", "bytes too early"),
        (LONG, "", "wav", "longer than"),
        (MISLED, "", "wav", "more than .* KiB"),
        (wav(np.zeros(8000)), "", "wav", "made no sound"),
    ],
    ids=["json", "json-for-pcm", "nothing", "text", "riff", "odd", "wav-for-pcm", "cut", "long", "large", "silence"],
)
async def test_what_is_no_speech_is_an_error_that_does_not_repeat_it(
    service: Serving, peer: SpeechPeer, body: bytes, content_type: str, format_: str, message: str
) -> None:
    peer.body, peer.content_type = body, content_type
    with pytest.raises(SpeechError, match=message) as refused:
        await spoken(service("server", format=AudioFormat(format_)))
    assert "Goedemorgen" not in str(refused.value)


async def test_a_wav_of_unknown_length_is_taken(service: Serving, peer: SpeechPeer) -> None:
    body = bytearray(wav(np.sin(np.arange(24_000) / RADIAN)))
    body[4:8] = body[40:44] = b"\xff\xff\xff\xff"
    peer.body = bytes(body)
    assert is_the_servers(await spoken(service("server")))


async def test_a_server_that_stops_in_the_middle_leaves_the_whole_prompt_to_the_next_engine(
    service: Serving, peer: SpeechPeer
) -> None:
    peer.cut = True
    with capture_logs() as logs:
        path = await spoken(service())
    assert not is_the_servers(path)
    assert listen(path).share_of_energy(HZ - 20, HZ + 20) < 0.5
    [told] = [each for each in logs if each["event"] == "speech_engine_failed"]
    assert (told["engine"], told["language"]) == ("server", "nl-NL")


async def test_a_prompt_whose_second_sentence_fails_is_said_whole_by_the_next_engine(
    service: Serving, peer: SpeechPeer
) -> None:
    speech = service()
    await spoken(speech, Speech("Eerste zin.", "nl-NL"))
    document = '<speak>Eerste zin.<break time="300ms"/>Tweede zin.</speak>'

    async def fail_after_one() -> None:
        while len(peer.asked) < 2:
            await asyncio.sleep(0.001)
        peer.status = 500

    failing = asyncio.create_task(fail_after_one())
    peer.wait_s = 0.05
    path = await spoken(speech, Speech(document, "nl-NL", ssml=True))
    await failing

    assert listen(path).share_of_energy(HZ - 20, HZ + 20) < 0.5


async def test_a_server_of_another_language_within_the_text_leaves_it_to_the_next_engine(
    service: Serving, peer: SpeechPeer
) -> None:
    await peer.stop()
    document = '<speak>Good morning. <lang xml:lang="nl-NL">Goedemorgen.</lang></speak>'
    assert (await spoken(service(), Speech(document, "en-GB", ssml=True))).exists()


async def test_a_server_that_fails_again_and_again_is_left_alone_and_that_is_said_once(
    service: Serving, peer: SpeechPeer
) -> None:
    peer.status = 401
    speech = service()
    with capture_logs() as logs:
        for number in range(6):
            await spoken(speech, Speech(f"Nummer {number}.", "nl-NL"))
    assert len(peer.asked) == 3
    assert [each["event"] for each in logs].count("speech_server_away") == 1
    assert [each["event"] for each in logs].count("speech_engine_failed") == 3


async def test_the_check_tells_of_a_server_and_asks_it_each_time(service: Serving, peer: SpeechPeer) -> None:
    speech = service()
    peer.status = 401
    [check] = [each for each in await speech.start() if each.engine == "server"]
    assert (check.language, check.voice, check.ok) == ("nl-NL", "anna", False)
    assert "does not take the key" in check.detail

    peer.status = 200
    [check] = [each for each in await speech.start() if each.engine == "server"]
    assert check.ok


def test_what_a_server_is_does_not_show_its_key(service: Serving) -> None:
    assert KEY not in repr(service().servers)


async def test_a_server_in_a_country_that_is_not_allowed_is_not_asked() -> None:
    async def lookup(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        del family
        return [ResolveResult(hostname=host, host="192.0.2.7", port=port, family=socket.AF_INET, proto=6, flags=0)]

    inside = Residency(frozenset({"be"}), {"192.0.2.0/24": "us"}, Outside.REFUSE)
    client = ServerClient(SystemClock(), inside, lookup)
    server = SpeechServer("http://speech.example:1/v1/audio/speech", "anna")
    try:
        with pytest.raises(ServerFailed, match=r"may not be asked: speech\.example is in US"):
            await client.speech(server, ScriptUtterance("nl-NL", (ScriptWords("Hallo."),)), None)
    finally:
        await client.close()
