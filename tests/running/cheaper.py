"""What would cost half of a run's CPU and shows nothing: stacks that nobody reads, and garbage that is none."""

import gc
import linecache
import os
import traceback
from collections.abc import Iterator
from itertools import islice
from types import FrameType
from typing import Final

_FRAMES: Final = 3
_walk_stack: Final = traceback.walk_stack


def make_cheaper() -> None:
    """To be called before numpy is loaded."""
    # Its threads spin for a while after each product of matrices.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # In debug mode asyncio keeps for each future where it was made, and asks the disk whether those files have changed.
    traceback.walk_stack = _nearest_frames
    linecache.checkcache = _is_as_it_was


def leave_out_of_collections() -> None:
    """What was imported and collected lives to the end."""
    gc.collect()
    gc.freeze()


def _nearest_frames(f: FrameType | None) -> Iterator[tuple[FrameType, int]]:
    return islice(_walk_stack(f), _FRAMES)


def _is_as_it_was(filename: str | None = None) -> None:
    del filename
