"""What understands callers, as the settings describe it."""

from pathlib import Path

from api.node.machine import Machine
from api.node.reader_count import readers_of, threads_of
from config.cores import numbers_of
from config.recognition import NONE
from config.settings import Settings
from engine.metrics.meters import Meters
from engine.metrics.table import Metric
from tts.recognition.readers import Readers
from tts.recognition.recognizer import WhisperRecognizer
from tts.recognition.streaming.models import Models, StreamingEngine
from tts.recognition.streaming.recognizer import StreamingRecognizer

NodeRecognizer = WhisperRecognizer | StreamingRecognizer


def recognizer(settings: Settings, machine: Machine, meters: Meters) -> NodeRecognizer | None:
    """Not started yet; None where the settings want no recognition. Raises SetupError that says what to install."""
    if settings.recognizer == NONE:
        return None
    size = readers_of(settings, machine)
    cores = numbers_of(settings.speech_cores)
    scratch, threads = settings.data_dir / "recognizer-scratch", threads_of(size, machine.within(cores))
    if settings.streaming_models is not None:
        engine, folder = settings.streaming_models
        return StreamingRecognizer.begun(
            Models.found(StreamingEngine(engine), Path(folder)), scratch, size, threads, cores
        )

    def waited(seconds: float) -> None:
        meters.observe(Metric.READER_WAIT, seconds)

    listener = WhisperRecognizer(Readers.begun(scratch, size, threads, waited, cores))
    listener.require()
    return listener
