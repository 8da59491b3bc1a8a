"""Values of SSML attributes as SSML 1.1 §3.2.3 and §3.2.4 write them, and as SSML 1.0 and its users still do.

Each reader gives None for what it can't read: the words are worth more than the way in which they are said.
"""

import re
from collections.abc import Mapping
from typing import Final

SPEAKING_HZ: Final = 120.0
"""The pitch from which Hz are counted: about that of a man who speaks, as the voices are that are taken by default."""

LEAST_PERCENT: Final = 20
"""Of rate and pitch: below it nothing can be understood."""
MOST_PERCENT: Final = 300
LONGEST_BREAK_MS: Final = 60_000

# SSML names these steps; how long, fast, loud and high each is was left to us.
_BREAKS_MS: Final = {"none": 0, "x-weak": 100, "weak": 200, "medium": 400, "strong": 700, "x-strong": 1200}
_RATES: Final = {"x-slow": 60, "slow": 80, "medium": 100, "default": 100, "fast": 120, "x-fast": 140}
_VOLUMES: Final = {
    "silent": 0, "x-soft": 30, "soft": 65, "medium": 100, "default": 100, "loud": 120, "x-loud": 140,
}  # fmt: skip
_PITCHES: Final = {"x-low": 70, "low": 85, "medium": 100, "default": 100, "high": 110, "x-high": 120}

_QUANTITY: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<number>[0-9]{1,6}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})\s*(?P<unit>%|dB|st|Hz|ms|s|)", re.IGNORECASE
)
_LOUDEST_DB: Final = 40.0
_MOST_SEMITONES: Final = 48.0


def rate_percent(text: str) -> int | None:
    """Read a speed as percent of the usual one: a label, 80%, +10%, or 1.2 for 120% (§3.2.4)."""
    match _measured(text, _RATES):
        case float(number), sign, "%":
            return _kept(_relative(number, sign))
        case float(number), "", "":
            return _kept(100 * number)
        case int(step):
            return step
    return None


def volume_percent(text: str) -> int | None:
    """Read a volume as percent of the usual amplitude: a label, +6dB, -10dB, 50%, +10%, or 0 to 100 as in SSML 1.0."""
    match _measured(text, _VOLUMES):
        case float(number), sign, "db":
            return min(MOST_PERCENT, round(100 * 10 ** (_signed(min(number, _LOUDEST_DB), sign) / 20)))
        case float(number), sign, "%" | "":
            return round(max(0.0, min(MOST_PERCENT, _relative(number, sign))))
        case int(step):
            return step
    return None


def pitch_percent(text: str) -> int | None:
    """Read a pitch as percent of the voice's own: a label, +10%, -2st (semitones), +10Hz, or 180Hz."""
    match _measured(text, _PITCHES):
        case float(number), sign, "%":
            return _kept(_relative(number, sign))
        case float(number), sign, "st":
            return _kept(100 * 2 ** (_signed(min(number, _MOST_SEMITONES), sign) / 12))
        case float(number), "", "hz":
            return _kept(100 * number / SPEAKING_HZ)
        case float(number), sign, "hz":
            return _kept(100 * (1 + _signed(number, sign) / SPEAKING_HZ))
        case int(step):
            return step
    return None


def break_ms(time: str | None, strength: str | None) -> int | None:
    """Read a <break>'s length: 500ms, 1.5s or .5s, at most a minute; else its strength's, by default medium's."""
    if time is None:
        return _BREAKS_MS.get((strength or "medium").strip().lower())
    match _measured(time, {}):
        case float(number), "" | "+", "s":
            return min(LONGEST_BREAK_MS, round(1000 * number))
        case float(number), "" | "+", "ms":
            return min(LONGEST_BREAK_MS, round(number))
    return None


def _measured(text: str, steps: Mapping[str, int]) -> int | tuple[float, str, str] | None:
    """A step's value, or a number with its sign and its unit in lower case."""
    given = text.strip()
    if (step := steps.get(given.lower())) is not None:
        return step
    found = _QUANTITY.fullmatch(given)
    return None if found is None else (float(found["number"]), found["sign"], found["unit"].lower())


def _relative(percent: float, sign: str) -> float:
    return 100 + _signed(percent, sign) if sign else percent


def _signed(number: float, sign: str) -> float:
    return -number if sign == "-" else number


def _kept(percent: float) -> int:
    return round(max(LEAST_PERCENT, min(MOST_PERCENT, percent)))
