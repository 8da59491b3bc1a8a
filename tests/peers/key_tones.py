"""Keys of a telephone as tones (ITU-T Q.23), as a far end sounds them."""

from typing import Final

import numpy as np

from tests.peers.audio import Sound, joined, silence

ROWS_HZ: Final = (697, 770, 852, 941)
COLUMNS_HZ: Final = (1209, 1336, 1477, 1633)
_KEYS: Final = "123A456B789C*0#D"
_RATE_HZ: Final = 8000
_FULL_SCALE_DBM0: Final = 3.14


def key_tones(keys: str, *, dbm0: tuple[float, float] = (-10, -8), seconds: float = 0.1, pause_s: float = 0.1) -> Sound:
    """The keys, one after another; `dbm0` are the levels of the lower and the higher tone."""
    return joined(*(sound for key in keys for sound in (_key(key, dbm0, seconds), silence(pause_s))))


def _key(key: str, dbm0: tuple[float, float], seconds: float) -> Sound:
    row, column = divmod(_KEYS.index(key), 4)
    times = np.arange(round(seconds * _RATE_HZ)) / _RATE_HZ
    low, high = (
        10 ** ((level - _FULL_SCALE_DBM0) / 20) * np.sin(2 * np.pi * hz * times)
        for hz, level in zip((ROWS_HZ[row], COLUMNS_HZ[column]), dbm0, strict=True)
    )
    return Sound.of_pcm(((low + high) * 32767).astype(np.int16), _RATE_HZ)
