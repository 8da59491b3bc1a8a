"""What the engine needs from outside, in its own words; sip/ and tts/ fit themselves to it."""

from engine.ports.bridge import LONGEST_LISTEN_S, Bridge, Player, RecordedFile, Recorder
from engine.ports.clock import Clock
from engine.ports.legs import (
    Alerted,
    Answered,
    Arrival,
    Cause,
    Dialer,
    DialRequest,
    DigitPressed,
    HungUp,
    Leg,
    LegEvent,
    MediaChanged,
    ReferAnswered,
    ReferRequested,
)
from engine.ports.sound import AudioDecoder, Speech, Synthesizer, Tones
from engine.ports.wires import Ear, Heard, LegId, Played, PlayerId, RecorderId, Said, Sink, Source, Track

__all__ = [
    "LONGEST_LISTEN_S",
    "Alerted",
    "Answered",
    "Arrival",
    "AudioDecoder",
    "Bridge",
    "Cause",
    "Clock",
    "DialRequest",
    "Dialer",
    "DigitPressed",
    "Ear",
    "Heard",
    "HungUp",
    "Leg",
    "LegEvent",
    "LegId",
    "MediaChanged",
    "Played",
    "Player",
    "PlayerId",
    "RecordedFile",
    "Recorder",
    "RecorderId",
    "ReferAnswered",
    "ReferRequested",
    "Said",
    "Sink",
    "Source",
    "Speech",
    "Synthesizer",
    "Tones",
    "Track",
]
