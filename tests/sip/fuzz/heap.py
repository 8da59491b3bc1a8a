"""The memory that this process has allocated, whatever its allocator keeps besides."""

import ctypes
from typing import Final

_OF_SANITIZER: Final = "__sanitizer_get_current_allocated_bytes"
_FIELDS: Final = (
    "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
)  # fmt: skip


class _Mallinfo(ctypes.Structure):
    """What glibc tells of its heaps (mallinfo2(3))."""

    _fields_ = [(name, ctypes.c_size_t) for name in _FIELDS]


def allocated_bytes() -> int:
    """Of C and C++, and of Python its large objects.

    What AddressSanitizer keeps of what was given back, to see who still uses it, is not counted.
    """
    process = ctypes.CDLL(None)
    if hasattr(process, _OF_SANITIZER):
        told = getattr(process, _OF_SANITIZER)
        told.restype = ctypes.c_size_t
        return int(told())
    process.mallinfo2.restype = _Mallinfo
    of_heaps = process.mallinfo2()
    return int(of_heaps.uordblks + of_heaps.hblkhd)
