"""What a test can tell about sound without a person: level, peak, pitch, band, likeness."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from tts.loudness import active_level

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sound:
    """A WAV file, read."""

    samples: Samples
    rate_hz: int
    channels: int
    subtype: str

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate_hz

    @property
    def level_dbov(self) -> float:
        return active_level(self.samples, self.rate_hz)

    @property
    def rms_dbov(self) -> float:
        return float(10 * np.log10(np.mean(self.samples.astype(np.float64) ** 2)))

    @property
    def peak_dbfs(self) -> float:
        return float(20 * np.log10(np.abs(self.samples).max()))

    def share_of_energy(self, low_hz: float, high_hz: float) -> float:
        power = np.abs(np.fft.rfft(self.samples)) ** 2
        hz = np.fft.rfftfreq(len(self.samples), 1 / self.rate_hz)
        return float(power[(hz >= low_hz) & (hz <= high_hz)].sum() / power.sum())

    @property
    def loudest_hz(self) -> float:
        power = np.abs(np.fft.rfft(self.samples))
        return float(np.fft.rfftfreq(len(self.samples), 1 / self.rate_hz)[power.argmax()])

    @property
    def active_share(self) -> float:
        """Share of the 20 ms frames in which there is sound."""
        return float((self._frame_power() > 1e-6).mean())

    def longest_silence_s(self) -> float:
        longest = run = 0
        for loud in self._frame_power() > 1e-6:
            run = 0 if loud else run + 1
            longest = max(longest, run)
        return longest * 0.02

    def _frame_power(self) -> NDArray[np.float64]:
        frame = self.rate_hz // 50
        frames = self.samples[: len(self.samples) // frame * frame].reshape(-1, frame)
        power: NDArray[np.float64] = np.mean(frames.astype(np.float64) ** 2, axis=1)
        return power

    def spectrum(self) -> NDArray[np.float64]:
        """Mean log spectrum in 64 bands, without its offset: what a voice is like, not what it says."""
        size = 512
        frames = self.samples[: len(self.samples) // size * size].reshape(-1, size) * np.hanning(size)
        power = (np.abs(np.fft.rfft(frames)) ** 2).mean(axis=0)[1:257].reshape(64, 4).mean(axis=1)
        log = np.log10(power + 1e-12)
        centred: NDArray[np.float64] = log - log.mean()
        return centred


def listen(path: Path) -> Sound:
    """Read a file; of several channels, the first."""
    info = soundfile.info(path)
    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    return Sound(samples[:, 0], rate_hz, info.channels, info.subtype)


def difference(one: Sound, other: Sound) -> float:
    """Distance between two voices' spectra; near 0 for the same voice and text."""
    return float(np.sqrt(np.mean((one.spectrum() - other.spectrum()) ** 2)))
