"""What understands callers, as the settings describe it."""

from pathlib import Path
from typing import Final

from api.node.machine import Machine
from config.load import AUTO
from config.recognition import NONE
from config.settings import Settings
from engine.metrics.meters import Meters
from engine.metrics.table import Metric
from tts.recognition.readers import Readers
from tts.recognition.recognizer import WhisperRecognizer
from tts.recognition.streaming.models import Models, StreamingEngine
from tts.recognition.streaming.recognizer import StreamingRecognizer

CORES_A_READER: Final = 2
MB_A_READER: Final = 1200
"""Of the machine's memory: a process takes 400, and 630 while it loads."""
MOST_READERS: Final = 8
MOST_THREADS: Final = 4


NodeRecognizer = WhisperRecognizer | StreamingRecognizer


def recognizer(settings: Settings, machine: Machine, meters: Meters) -> NodeRecognizer | None:
    """Not started yet; None where the settings want no recognition. Raises SetupError that says what to install."""
    if settings.recognizer == NONE:
        return None
    size = readers_of(settings, machine)
    scratch, threads = settings.data_dir / "recognizer-scratch", threads_of(size, machine)
    if settings.streaming_models is not None:
        engine, folder = settings.streaming_models
        return StreamingRecognizer.begun(Models.found(StreamingEngine(engine), Path(folder)), scratch, size, threads)

    def waited(seconds: float) -> None:
        meters.observe(Metric.READER_WAIT, seconds)

    listener = WhisperRecognizer(Readers.begun(scratch, size, threads, waited))
    listener.require()
    return listener


def readers_of(settings: Settings, machine: Machine) -> int:
    """How many processes read, by the settings or as many as fit the machine."""
    if settings.recognizer_readers != AUTO:
        return int(settings.recognizer_readers)
    fitting = min(machine.cores / CORES_A_READER, machine.memory_mb / MB_A_READER, MOST_READERS)
    return max(1, int(fitting))


def threads_of(readers: int, machine: Machine) -> int:
    """How many threads each has: all readers at work use each core once."""
    return max(1, min(MOST_THREADS, int(machine.cores / readers)))
