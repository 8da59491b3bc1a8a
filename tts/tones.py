"""Tones of the telephone network, and music on hold, computed; levels and cadences after ITU-T E.180.

The cadences are those of the national variants listed in E.180's Supplement 2 as the field's tone tables
carry them. Ireland's and Luxembourg's were not found there and follow their administrations' usual practice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError

Samples = NDArray[np.float32]

LEVEL_DBOV: Final = -16.0
"""About -10 dBm0, the middle of what E.180 §3 allows."""

BEEP_HZ: Final = 1000.0
BEEP_S: Final = 0.4
RECORDING_HZ: Final = 1400.0
RECORDING_S: Final = 0.5
RECORDING_GAIN: Final = 10 ** (-9 / 20)
"""The recorder's warning tone (Federal Standard 1037C): under a voice, which goes on meanwhile."""
_EDGE_S: Final = 0.005


class ToneKind(StrEnum):
    """The meaning of a tone for the caller."""

    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"


@dataclass(frozen=True, slots=True)
class Tone:
    """Frequencies sounded together in Hz, and one period of on, off, on, off… in seconds."""

    hz: tuple[float, ...]
    cadence_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CountryTones:
    """The three tones of a country."""

    ringback: Tone
    busy: Tone
    congestion: Tone


def _one(hz: float, ringback: tuple[float, float], busy_s: float, congestion_s: float) -> CountryTones:
    """The tones of a country that has one frequency, and equal on and off in busy and congestion."""
    return CountryTones(Tone((hz,), ringback), Tone((hz,), (busy_s, busy_s)), Tone((hz,), (congestion_s, congestion_s)))


_TWO_RINGS: Final = (0.4, 0.2, 0.4, 2.0)

COUNTRIES: Final[Mapping[str, CountryTones]] = {
    "at": _one(420, (1.0, 5.0), 0.4, 0.2),
    "be": _one(425, (1.0, 3.0), 0.5, 0.167),
    "ch": _one(425, (1.0, 4.0), 0.5, 0.2),
    "de": _one(425, (1.0, 4.0), 0.48, 0.24),
    "dk": _one(425, (1.0, 4.0), 0.5, 0.2),
    "es": CountryTones(
        Tone((425,), (1.5, 3.0)), Tone((425,), (0.2, 0.2)), Tone((425,), (0.2, 0.2, 0.2, 0.2, 0.2, 0.6))
    ),
    "fr": _one(440, (1.5, 3.5), 0.5, 0.25),
    "gb": CountryTones(
        Tone((400, 450), _TWO_RINGS), Tone((400,), (0.375, 0.375)), Tone((400,), (0.4, 0.35, 0.225, 0.525))
    ),
    "ie": CountryTones(Tone((400, 450), _TWO_RINGS), Tone((425,), (0.5, 0.5)), Tone((425,), (0.25, 0.25))),
    "it": _one(425, (1.0, 4.0), 0.5, 0.2),
    "lu": _one(425, (1.0, 4.0), 0.48, 0.24),
    "nl": _one(425, (1.0, 4.0), 0.5, 0.25),
    "us": CountryTones(Tone((440, 480), (2.0, 4.0)), Tone((480, 620), (0.5, 0.5)), Tone((480, 620), (0.25, 0.25))),
}
"""By ISO 3166 alpha-2 in lower case."""

ELSEWHERE: Final = _one(425, (1.0, 4.0), 0.5, 0.25)
"""For a country without a row: what E.180 §4 recommends to all."""


def tone_of(kind: ToneKind, country: str) -> Tone:
    """A country's tone, or the recommended one where the table has no row.

    Raises MediaError if `country` is not two letters.
    """
    code = country.lower()
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        raise MediaError(f"'{country}' is not a country: write two letters (ISO 3166), such as be.")
    tones = COUNTRIES.get(code, ELSEWHERE)
    return {
        ToneKind.RINGBACK: tones.ringback,
        ToneKind.BUSY: tones.busy,
        ToneKind.CONGESTION: tones.congestion,
    }[kind]


def period(tone: Tone, rate_hz: int) -> Samples:
    """One period of a tone's cadence; repeated end to end it is the tone."""
    pieces = [
        sine(tone.hz, seconds, rate_hz) if place % 2 == 0 else np.zeros(round(seconds * rate_hz), np.float32)
        for place, seconds in enumerate(tone.cadence_s)
    ]
    return np.concatenate(pieces)


def sine(frequencies: Sequence[float], seconds: float, rate_hz: int) -> Samples:
    """Frequencies in equal parts at LEVEL_DBOV together, with 5 ms raised-cosine edges; shape (n,)."""
    count = round(seconds * rate_hz)
    time = np.arange(count) / rate_hz
    each = 10 ** (LEVEL_DBOV / 20) * np.sqrt(2 / len(frequencies))
    wave: NDArray[np.float64] = each * np.sum([np.sin(2 * np.pi * hz * time) for hz in frequencies], axis=0)
    edge = min(round(_EDGE_S * rate_hz), count // 2)
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(edge) / edge)
    wave[:edge] *= rise
    wave[count - edge :] *= rise[::-1]
    return wave.astype(np.float32)


def beep(rate_hz: int) -> Samples:
    """The signal before a recording."""
    return sine((BEEP_HZ,), BEEP_S, rate_hz)


def recording_tone(rate_hz: int) -> Samples:
    """What tells those on a call that it is being recorded."""
    return np.float32(RECORDING_GAIN) * sine((RECORDING_HZ,), RECORDING_S, rate_hz)
