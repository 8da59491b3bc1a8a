"""Foreign audio: every kind that is taken becomes the bridge's WAV; every other kind says why not."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import soundfile

from engine.errors import MediaError
from tests.unit.tts.listening import listen
from tts.decode import decode
from tts.decoder import Decoder
from tts.tones import sine

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.processes]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def decoder(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Decoder]:
    decoder = Decoder(tmp_path_factory.mktemp("decoder"), limit_s=10)
    yield decoder
    await decoder.close()


def audio(path: Path, rate_hz: int, channels: int, subtype: str | None, kind: str, seconds: float = 2.0) -> Path:
    tone = np.repeat(sine((440,), seconds, rate_hz)[:, None], channels, axis=1)
    soundfile.write(path, tone, rate_hz, subtype=subtype, format=kind)
    return path


@pytest.mark.parametrize("to_hz", [8000, 16000])
@pytest.mark.parametrize(
    ("rate_hz", "channels", "subtype", "kind"),
    [
        (8000, 1, "ULAW", "WAV"),
        (8000, 1, "ALAW", "WAV"),
        (11025, 1, "PCM_U8", "WAV"),
        (44100, 2, "PCM_16", "WAV"),
        (48000, 6, "PCM_24", "WAV"),
        (48000, 2, "FLOAT", "WAV"),
        (44100, 2, None, "FLAC"),
        (48000, 2, None, "OGG"),
        (48000, 1, "OPUS", "OGG"),
        (44100, 2, None, "MP3"),
        (22050, 1, None, "AIFF"),
    ],
)
async def test_audio_of_any_kind_becomes_the_bridge_s(
    decoder: Decoder, tmp_path: Path, rate_hz: int, channels: int, subtype: str | None, kind: str, to_hz: int
) -> None:
    # The name claims nothing true: only the content counts.
    source = audio(tmp_path / "download.raw", rate_hz, channels, subtype, kind)

    await decoder.to_wav(source, tmp_path / "out.wav", rate_hz=to_hz)

    sound = listen(tmp_path / "out.wav")
    assert (sound.rate_hz, sound.channels, sound.subtype) == (to_hz, 1, "PCM_16")
    assert sound.seconds == pytest.approx(2.0, abs=0.08)
    assert sound.loudest_hz == pytest.approx(440, abs=2)
    assert sound.level_dbov == pytest.approx(-16.0, abs=0.5)


async def test_channels_are_averaged(tmp_path: Path) -> None:
    tone = sine((440,), 1.0, 8000)
    soundfile.write(tmp_path / "in.wav", np.stack([tone, -tone], axis=1), 8000)

    decode(tmp_path / "in.wav", tmp_path / "out.wav", rate_hz=8000, limit_s=10)

    assert np.abs(listen(tmp_path / "out.wav").samples).max() < 0.001


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>404</html>", b"RIFF\x00\x00\x00\x00WAVE", b"\xff\xfb" + b"\x00" * 50, os.urandom(5000)],
)
async def test_what_is_no_audio_is_refused(decoder: Decoder, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "in").write_bytes(content)

    with pytest.raises(MediaError, match=r"can't be decoded|empty"):
        await decoder.to_wav(tmp_path / "in", tmp_path / "out.wav", rate_hz=8000)

    assert os.listdir(tmp_path) == ["in"]  # noqa: PTH208


@pytest.mark.parametrize("kind", ["WAV", "MP3"])
async def test_audio_that_is_too_long_is_refused(decoder: Decoder, tmp_path: Path, kind: str) -> None:
    source = audio(tmp_path / "in", 16000, 1, None, kind, seconds=11)

    with pytest.raises(MediaError, match="longer than 10 seconds"):
        await decoder.to_wav(source, tmp_path / "out.wav", rate_hz=8000)

    assert not (tmp_path / "out.wav").exists()


async def test_too_many_channels_are_refused(decoder: Decoder, tmp_path: Path) -> None:
    source = audio(tmp_path / "in", 8000, 12, "PCM_16", "WAV")

    with pytest.raises(MediaError, match="12 channels"):
        await decoder.to_wav(source, tmp_path / "out.wav", rate_hz=8000)


async def test_numbers_that_are_no_sound_become_silence(tmp_path: Path) -> None:
    broken = sine((440,), 1.0, 8000)
    broken[100:200] = np.nan
    broken[300:400] = np.inf
    soundfile.write(tmp_path / "in.wav", broken, 8000, subtype="FLOAT")

    decode(tmp_path / "in.wav", tmp_path / "out.wav", rate_hz=8000, limit_s=10)

    assert np.isfinite(listen(tmp_path / "out.wav").samples).all()


async def test_a_missing_file_or_folder_is_an_error(decoder: Decoder, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="No such file"):
        await decoder.to_wav(tmp_path / "none", tmp_path / "out.wav", rate_hz=8000)
    source = audio(tmp_path / "in", 8000, 1, None, "WAV")
    with pytest.raises(MediaError, match=r"decoded|System error"):
        await decoder.to_wav(source, tmp_path / "no" / "out.wav", rate_hz=8000)


async def test_a_decoder_that_hangs_is_given_up(tmp_path: Path) -> None:
    decoder = Decoder(tmp_path / "scratch", timeout_s=0.5)
    source = audio(tmp_path / "in", 8000, 1, None, "WAV")
    try:
        await decoder.to_wav(source, tmp_path / "one.wav", rate_hz=8000)
        os.kill(decoder._pool.pids[0], signal.SIGSTOP)
        with pytest.raises(MediaError, match=r"0\.5 seconds"):
            await decoder.to_wav(source, tmp_path / "two.wav", rate_hz=8000)
    finally:
        await decoder.close()

    assert not (tmp_path / "two.wav").exists()


async def test_the_loop_runs_on_while_audio_is_decoded(tmp_path: Path) -> None:
    decoder = Decoder(tmp_path / "scratch", limit_s=600)
    source = audio(tmp_path / "in", 44100, 2, None, "FLAC", seconds=120)
    turns = 0
    try:
        task = asyncio.create_task(decoder.to_wav(source, tmp_path / "out.wav", rate_hz=8000))
        while not task.done():
            await asyncio.sleep(0.005)
            turns += 1
        await task
    finally:
        await decoder.close()

    assert turns > 10
    assert listen(tmp_path / "out.wav").seconds == pytest.approx(120, abs=0.01)
