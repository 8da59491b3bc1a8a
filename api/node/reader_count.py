"""How many processes read what callers say, and with how many threads."""

from typing import Final

from api.node.machine import Machine
from config.load import AUTO
from config.settings import Settings

CORES_A_READER: Final = 2
MB_A_READER: Final = 1200
"""Of the machine's memory: a process takes 400, and 630 while it loads."""
MOST_READERS: Final = 8
MOST_THREADS: Final = 4


def readers_of(settings: Settings, machine: Machine, workers: int = 1) -> int:
    """How many processes read, by the settings, or as many as fit the machine that so many workers share."""
    if settings.recognizer_readers != AUTO:
        return int(settings.recognizer_readers)
    fitting = min(machine.cores / CORES_A_READER, machine.memory_mb / MB_A_READER, MOST_READERS)
    return max(1, int(fitting / workers))


def threads_of(readers: int, cores: float) -> int:
    """How many threads each has: all readers at work use each of their cores once."""
    return max(1, min(MOST_THREADS, int(cores / readers)))
