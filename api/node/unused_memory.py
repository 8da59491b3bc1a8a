"""Memory that is free and that the C library keeps for later, as after many calls: given back to the machine."""

import ctypes
from typing import Protocol, cast


class _Trim(Protocol):
    """glibc's malloc_trim(3): keeps `pad` bytes; 1 where anything was given back."""

    def __call__(self, pad: int, /) -> int: ...


def give_back() -> None:
    """Takes some milliseconds, in which no thread gets memory; without glibc nothing happens."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        cast(_Trim, trim)(0)
