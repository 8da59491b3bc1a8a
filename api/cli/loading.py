"""Loading modules at less cost: without looking for garbage among what they leave behind, and what is of no use."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Imports inside cost less, and what they made is left out of every later search for garbage.

    Modules stay to the end of the process. Among their 250,000 objects a search finds next to nothing (1 MB), and one
    of all of them holds up calls for 0.1 s.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def not_installed(library: str) -> Iterator[None]:
    """Imports inside do without a library that they would load if they found it."""
    if library in sys.modules:
        yield
        return
    sys.modules[library] = None  # type: ignore[assignment]  # to Python this says that there is no such module
    try:
        yield
    finally:
        del sys.modules[library]
