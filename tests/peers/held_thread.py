"""A thread of another process that gets no processor for a while, as where a host keeps one from a virtual machine."""

import asyncio
import ctypes
import os
import time
from typing import Final

_SEIZE: Final = 0x4206
_INTERRUPT: Final = 0x4207
_DETACH: Final = 17
_ANY_THREAD: Final = 0x40000000  # __WALL

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long


async def hold_up(thread: int, seconds: float) -> None:
    """Stop this thread alone for so long (ptrace(2)), and let it go on. Raises OSError where this process may not."""
    await asyncio.to_thread(_hold_up, thread, seconds)


def _hold_up(thread: int, seconds: float) -> None:
    # All of it from one thread, which alone may speak to the one that it holds.
    _ptrace(_SEIZE, thread)
    try:
        _ptrace(_INTERRUPT, thread)
        os.waitpid(thread, _ANY_THREAD)
        time.sleep(seconds)
    finally:
        _ptrace(_DETACH, thread)


def _ptrace(request: int, thread: int) -> None:
    if _libc.ptrace(request, thread, None, None) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"ptrace: {os.strerror(number)}")
