"""Music on hold, composed here and free of rights: broken chords over four bars that turn in a circle."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

LEVEL_DBOV: Final = -26.0
"""RMS; lower than speech, so that an announcement over it stays clear."""

_BEAT_S: Final = 0.5
_RING_S: Final = 1.8  # how long a plucked note is heard
_DECAY_S: Final = 0.55
_CHORDS: Final = (
    # C, A minor, F, G in MIDI note numbers; up and down within an octave and a half, as a harp would.
    (60, 64, 67, 72, 76, 72, 67, 64),
    (57, 60, 64, 69, 72, 69, 64, 60),
    (53, 57, 60, 65, 69, 65, 60, 57),
    (55, 59, 62, 67, 71, 67, 62, 59),
)
_PARTIALS: Final = ((1, 1.0), (2, 0.35), (3, 0.12))


def hold_music(rate_hz: int) -> Samples:
    """Thirty-two seconds, mono, made to loop: what rings past the end sounds at the start."""
    notes = [note for chord in _CHORDS for note in (*chord, *chord)]
    length = round(len(notes) * _BEAT_S * rate_hz)
    music = np.zeros(length)
    for beat, note in enumerate(notes):
        sound = _pluck(440 * 2 ** ((note - 69) / 12), rate_hz)
        start = round(beat * _BEAT_S * rate_hz)
        fits = min(len(sound), length - start)
        music[start : start + fits] += sound[:fits]
        music[: len(sound) - fits] += sound[fits:]
    music *= 10 ** (LEVEL_DBOV / 20) / np.sqrt(np.mean(music**2))
    return music.astype(np.float32)


def _pluck(hz: float, rate_hz: int) -> NDArray[np.float64]:
    time = np.arange(round(_RING_S * rate_hz)) / rate_hz
    wave = np.sum([share * np.sin(2 * np.pi * hz * number * time) for number, share in _PARTIALS], axis=0)
    attack = np.minimum(1, time / 0.01)
    release = np.minimum(1, (_RING_S - time) / 0.1)
    sound: NDArray[np.float64] = wave * np.exp(-time / _DECAY_S) * attack * release
    return sound
