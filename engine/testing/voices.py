"""Voices as samples: each far end has a bit of its own, so that a recording tells who is in it, and when."""

import struct
from collections.abc import Iterable
from typing import Final

from engine.ports import LegId
from engine.testing.mix import Audible, MixedVoice

_PROMPT_BIT: Final = 14
_MOST_LEGS: Final = 9
"""The quietest is one of 32; five are louder than what counts as silence."""


def sample_of(audible: Iterable[Audible]) -> int:
    """The 16-bit sample of what sounds together."""
    sample = 0
    for each in audible:
        sample |= 1 << (_PROMPT_BIT - min(each.leg, _MOST_LEGS)) if isinstance(each, MixedVoice) else prompt_bit()
    return sample


def voice_bit(leg: LegId) -> int:
    """What the far end of a leg adds to a sample while it talks."""
    assert leg <= _MOST_LEGS, f"A test has at most {_MOST_LEGS} legs whose voices can be told apart."
    return 1 << (_PROMPT_BIT - leg)


def prompt_bit() -> int:
    """What anything that is played adds to a sample."""
    return 1 << _PROMPT_BIT


def frames_of(channels: Iterable[int], count: int) -> bytes:
    """`count` frames with a sample for each channel, as 16-bit little-endian PCM."""
    samples = tuple(channels)
    return struct.pack(f"<{len(samples)}h", *samples) * count


def seconds_with(pcm: bytes, bit: int, *, channels: int, rate_hz: int, channel: int | None = None) -> float:
    """How long a voice, or what is played, is in a recording: on one channel, counted from 0, or on any."""
    import numpy as np  # not before: who simulates a call is spared loading it

    samples = np.frombuffer(pcm, "<i2").reshape(-1, channels)
    chosen = samples if channel is None else samples[:, [channel]]
    return float(np.count_nonzero((chosen & bit).any(axis=1)) / rate_hz)
