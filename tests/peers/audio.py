"""Listening: which tones are in a sound and when, how loud it is, and whether it holds a given prompt.

Levels are in dBov: 0 dBov is a full-scale square wave, so a full-scale sine has -3.01 dBov (ITU-T G.100.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float64]

SILENCE_DBOV = -100.0
"""What complete silence is said to be, since its logarithm is not a number."""

_RATE_HZ = 8000
_STEP_S = 0.02
_WINDOW_S = 0.04
_PIECE_S = 0.4
_SLIP_S = 0.16


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono audio: samples from -1.0 to 1.0 at `rate_hz`."""

    samples: Samples
    rate_hz: int

    @classmethod
    def of_pcm(cls, pcm: NDArray[np.int16], rate_hz: int) -> Self:
        """Make it of 16-bit samples of one channel."""
        return cls(pcm.astype(np.float64) / 32768.0, rate_hz)

    @classmethod
    def of_file(cls, path: Path, channel: int = 0) -> Self:
        """One channel of a WAV (or anything that libsndfile reads)."""
        data, rate_hz = soundfile.read(path, dtype="float64", always_2d=True)
        return cls(np.ascontiguousarray(data[:, channel]), int(rate_hz))

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate_hz

    @property
    def pcm(self) -> NDArray[np.int16]:
        """16-bit samples."""
        return np.clip(np.round(self.samples * 32767.0), -32768, 32767).astype(np.int16)

    @property
    def level_dbov(self) -> float:
        """Mean power over the whole of it."""
        return level_dbov(self.samples)

    def at_rate(self, rate_hz: int) -> "Sound":
        """The same sound, resampled."""
        if rate_hz == self.rate_hz:
            return self
        return Sound(np.asarray(soxr.resample(self.samples, self.rate_hz, rate_hz)), rate_hz)

    def part(self, start_s: float, end_s: float | None = None) -> "Sound":
        """The part from `start_s` to `end_s` (its end, if not given)."""
        end = None if end_s is None else int(end_s * self.rate_hz)
        return Sound(self.samples[int(start_s * self.rate_hz) : end], self.rate_hz)

    def save(self, path: Path) -> Path:
        """Write a 16-bit WAV; gives `path` back."""
        soundfile.write(path, self.pcm, self.rate_hz, subtype="PCM_16", format="WAV")
        return path


@dataclass(frozen=True, slots=True)
class Interval:
    """When something was heard, in seconds from the beginning."""

    start_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Match:
    """Where a prompt begins in a recording, and how alike the two are: 1.0 is the same, about 0 unrelated."""

    offset_s: float
    score: float


def tone(hz: float | Sequence[float], seconds: float, *, dbov: float = -12.0, rate_hz: int = _RATE_HZ) -> Sound:
    """One sine, or several of equal level at once, `dbov` together."""
    frequencies = [hz] if isinstance(hz, int | float) else list(hz)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    amplitude = 10 ** (dbov / 20) * np.sqrt(2 / len(frequencies))
    total = np.sum([np.sin(2 * np.pi * each * time_s) for each in frequencies], axis=0)
    return Sound(amplitude * total, rate_hz)


def silence(seconds: float, *, rate_hz: int = _RATE_HZ) -> Sound:
    """Nothing to hear."""
    return Sound(np.zeros(round(seconds * rate_hz)), rate_hz)


def joined(*sounds: Sound) -> Sound:
    """One after the other; all at the first one's rate."""
    rate_hz = sounds[0].rate_hz
    return Sound(np.concatenate([each.at_rate(rate_hz).samples for each in sounds]), rate_hz)


def level_dbov(samples: Samples) -> float:
    """Mean power in dBov; SILENCE_DBOV for nothing at all."""
    power = float(np.mean(np.square(samples))) if len(samples) else 0.0
    return max(SILENCE_DBOV, 10 * float(np.log10(power))) if power > 0 else SILENCE_DBOV


def tone_track(sound: Sound, hz: float) -> Samples:
    """Level of one frequency in dBov, every 20 ms, through a Hann window of 40 ms (resolution about 50 Hz)."""
    size, step = round(_WINDOW_S * sound.rate_hz), round(_STEP_S * sound.rate_hz)
    if len(sound.samples) < size:
        return np.empty(0)
    frames = np.lib.stride_tricks.sliding_window_view(sound.samples, size)[::step]
    window = np.hanning(size)
    probe = window * np.exp(-2j * np.pi * hz * np.arange(size) / sound.rate_hz)
    amplitude = 2 * np.abs(frames @ probe) / window.sum()
    return np.asarray(20 * np.log10(np.maximum(amplitude / np.sqrt(2), 1e-5)))


def tone_level(sound: Sound, hz: float) -> float:
    """Level of one frequency in dBov over the whole sound: its power in each window, averaged."""
    track = tone_track(sound, hz)
    return SILENCE_DBOV if not len(track) else 10 * float(np.log10(np.mean(10 ** (track / 10))))


def level_of_tone(sound: Sound, hz: float, *, least_s: float, over_dbov: float = -50.0) -> float | None:
    """How loud a tone is in dBov where it sounds (the median), if it does for `least_s` in all."""
    track = tone_track(sound, hz)
    sounding = track[track > over_dbov]
    return float(np.median(sounding)) if len(sounding) * _STEP_S >= least_s else None


def when_heard(
    sound: Sound, hz: float, *, over_dbov: float = -35.0, least_s: float = 0.1, bridging_s: float = 0.06
) -> list[Interval]:
    """When a tone is there for at least `least_s`; gaps up to `bridging_s` do not part it."""
    present = tone_track(sound, hz) > over_dbov
    edges = np.flatnonzero(np.diff(np.concatenate(([0], present.astype(np.int8), [0]))))
    spans: list[Interval] = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        span = Interval(float(first) * _STEP_S, float(last) * _STEP_S + _WINDOW_S - _STEP_S)
        if spans and span.start_s - spans[-1].end_s <= bridging_s:
            span = Interval(spans.pop().start_s, span.end_s)
        spans.append(span)
    return [span for span in spans if span.seconds >= least_s]


def longest_gap(sound: Sound, hz: float) -> Interval:
    """The longest time without a tone that comes afterwards."""
    spans = when_heard(sound, hz)
    ends = [0.0, *(each.end_s for each in spans)]
    gaps = [Interval(end, each.start_s) for end, each in zip(ends, spans, strict=False)]
    return max(gaps, key=lambda each: each.seconds)


def hears(sound: Sound, hz: float, *, seconds: float = 0.2, over_dbov: float = -35.0) -> bool:
    """Whether a tone is there for `seconds` in all; how whole it is, is for tests that run alone."""
    return sum(each.seconds for each in when_heard(sound, hz, over_dbov=over_dbov)) >= seconds


def sounding_s(sound: Sound, *, over_dbov: float = -40.0) -> float:
    """Seconds in all in which anything of that level is there, counted in windows of 20 ms."""
    size = round(_STEP_S * sound.rate_hz)
    windows = sound.samples[: len(sound.samples) // size * size].reshape(-1, size)
    return float(np.sum(np.mean(np.square(windows), axis=1) > 10 ** (over_dbov / 10))) * _STEP_S


def contains(recording: Sound, prompt: Sound) -> Match:
    """Find the prompt in the recording by shape, not by size.

    The whole is placed by its correlation; then pieces of 0.4 s are compared on their own, each allowed to
    slip by 160 ms, so neither a jitter buffer's correction nor companding spoils the score. Pieces count by
    their energy. A recording shorter than the prompt holds none (score 0).
    """
    long, short = recording.at_rate(_RATE_HZ).samples, prompt.at_rate(_RATE_HZ).samples
    if len(short) == 0 or len(long) < len(short) or not np.any(short) or not np.any(long):
        return Match(0.0, 0.0)
    start = _best_place(long, short)
    piece, slip = round(_PIECE_S * _RATE_HZ), round(_SLIP_S * _RATE_HZ)
    total = weight = 0.0
    for at in range(0, max(1, len(short) - piece // 2), piece):
        part = short[at : at + piece]
        energy = float(np.sum(part**2))
        if energy == 0:
            continue
        low = max(0, start + at - slip)
        total += energy * max(0.0, float(np.max(_likeness(long[low : start + at + len(part) + slip], part))))
        weight += energy
    return Match(start / _RATE_HZ, total / weight)


def _best_place(long: Samples, short: Samples) -> int:
    return int(np.argmax(_likeness(long, short)))


def _likeness(long: Samples, short: Samples) -> Samples:
    """Normalised cross-correlation of `short` with each stretch of `long`, -1.0 to 1.0."""
    if len(long) < len(short):
        long = np.concatenate((long, np.zeros(len(short) - len(long))))
    size = 1 << (len(long) + len(short)).bit_length()
    product = np.fft.irfft(np.fft.rfft(long, size) * np.conj(np.fft.rfft(short, size)), size)
    places = len(long) - len(short) + 1
    running = np.concatenate(([0.0], np.cumsum(long**2)))
    energy = running[len(short) :][:places] - running[:places]
    # Near-silent stretches would turn rounding noise into a perfect likeness.
    floor = max(float(energy.max()) * 1e-4, 1e-9)
    norm = np.sqrt(np.maximum(energy, floor) * float(np.sum(short**2)))
    return np.asarray(product[:places] / norm)
