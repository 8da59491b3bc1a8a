"""Foreign audio files made into WAV files for the bridge, block by block."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from engine.errors import MediaError
from tts.odd_files import readable

BLOCK_FRAMES: Final = 32_768
Samples = NDArray[np.float32]

_EMPTY: Final = "The audio file is empty: it has a header but no sound."
_CHANNELS: Final = range(1, 9)
_RATES_HZ: Final = range(4_000, 384_001)


def decode(source: Path, out: Path, *, rate_hz: int, limit_s: float) -> float:
    """Write `source` (all that libsndfile reads: WAV, FLAC, OGG, MP3, AIFF…) to `out`; give its seconds.

    The result is mono 16-bit WAV: channels are averaged. Memory does not grow with the file.
    Raises MediaError if it is no audio, empty, longer than limit_s, or can't be written.
    """
    with (
        _opened(source, out.with_suffix(".mended"), limit_s) as audio,
        soundfile.SoundFile(out, "w", rate_hz, 1, "PCM_16", format="WAV") as wav,
    ):
        frames = _copy(audio, wav, limit_s)
    if frames == 0:
        raise MediaError(_EMPTY)
    return frames / rate_hz


def samples_of(source: Path, *, limit_s: float) -> tuple[Samples, int]:
    """The same of a short file, as samples (mono, full scale ±1) and their own rate in Hz. Raises MediaError."""
    with _opened(source, source.with_suffix(".mended"), limit_s) as audio:
        blocks = list(_blocks(audio, limit_s))
        rate_hz = int(audio.samplerate)
    if not blocks:
        raise MediaError(_EMPTY)
    return np.concatenate(blocks), rate_hz


@contextmanager
def _opened(source: Path, mended: Path, limit_s: float) -> Iterator[Any]:
    """The file for reading, its head judged. `mended` is where a copy may be put meanwhile. Raises MediaError."""
    try:
        # By descriptor, so that the file's name has no say in what it is taken for.
        with readable(source, mended).open("rb") as raw, soundfile.SoundFile(raw.fileno(), closefd=False) as audio:
            _check(audio, limit_s)
            yield audio
    except soundfile.LibsndfileError as error:
        raise MediaError(f"The file can't be decoded as audio: {error.error_string}") from error
    except OSError as error:
        raise MediaError(f"The audio can't be read or written: {error.strerror}") from error
    finally:
        mended.unlink(missing_ok=True)


def _check(audio: Any, limit_s: float) -> None:
    if audio.channels not in _CHANNELS:
        raise MediaError(f"The audio has {audio.channels} channels; at most {_CHANNELS[-1]} can be mixed.")
    if audio.samplerate not in _RATES_HZ:
        allowed = f"{_RATES_HZ[0]} to {_RATES_HZ[-1]} are allowed"
        raise MediaError(f"The audio's sample rate is {audio.samplerate} Hz; {allowed}.")
    # The header is believed only where it says too long; what it hides is counted while copying.
    if 0 < limit_s * audio.samplerate < audio.frames < 1 << 62:
        _too_long(limit_s)


def _copy(audio: Any, wav: Any, limit_s: float) -> int:
    """Frames written."""
    stream = soxr.ResampleStream(audio.samplerate, wav.samplerate, 1, dtype="float32", quality="HQ")
    for mono in _blocks(audio, limit_s):
        wav.write(stream.resample_chunk(mono))
    wav.write(stream.resample_chunk(np.zeros(0, np.float32), last=True))
    return int(wav.frames)


def _blocks(audio: Any, limit_s: float) -> Iterator[Samples]:
    """What is left to read, a block at a time, its channels averaged."""
    left = int(limit_s * audio.samplerate)
    while len(block := audio.read(BLOCK_FRAMES, dtype="float32", always_2d=True)):
        left -= len(block)
        if left < 0:
            _too_long(limit_s)
        yield np.clip(np.nan_to_num(block.mean(axis=1)), -1.0, 1.0)


def _too_long(limit_s: float) -> None:
    raise MediaError(f"The audio is longer than {limit_s:g} seconds, the most that is played.")
