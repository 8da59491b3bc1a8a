"""A speech server's answer, looked at before it is kept: it comes from outside, and may be anything.

Only a few bytes of its head are read here. Decoding happens in a worker process.
"""

import io
import wave
from typing import Final

from tts.server_engine.server import AudioFormat, SpeechServer

_TEXT: Final = ("text/", "application/json", "application/problem+json")
_BEGINNINGS: Final = (b"RIFF", b"RIFX", b"RF64", b"fLaC", b"OggS", b"FORM", b"ID3")
_RIFF_HEAD: Final = 12
_CHUNK_HEAD: Final = 8
_UNKNOWN_LENGTHS: Final = range(0x7FFFF000, 0x1_0000_0000)
"""Written by servers that send while they speak, and can't know it: all ones, or the highest of a signed number."""

_SHOWN: Final = 40
"""Characters of a header that errors show. Of the body they show none: servers repeat in it what they were to say."""


class NoSpeech(Exception):
    """The answer is no usable sound; the text follows the server's name."""


def as_file(server: SpeechServer, content_type: str, body: bytes) -> bytes:
    """The answer as a file that a decoder can open: samples alone get a WAV's head. Raises NoSpeech."""
    if content_type.lower().startswith(_TEXT):
        raise NoSpeech(f"answered with {content_type[:_SHOWN]!r} instead of sound")
    if not body:
        raise NoSpeech("answered with nothing at all")
    if server.format is AudioFormat.PCM:
        return _wav_of(body, server.pcm_rate_hz)
    if not body.startswith(_BEGINNINGS) and not _begins_as_mpeg(body):
        raise NoSpeech(f"answered with what is no sound, and called it {content_type[:_SHOWN]!r}")
    if (missing := _missing_bytes(body)) > 0:
        raise NoSpeech(f"sent a WAV file that ends {missing} bytes too early")
    return body


def _wav_of(samples: bytes, rate_hz: int) -> bytes:
    if samples.startswith(_BEGINNINGS[:3]):
        raise NoSpeech("answered with a WAV file, where pcm was asked for: set its format to wav")
    if len(samples) % 2:
        raise NoSpeech("answered with half a sample at the end, which is not 16-bit pcm")
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate_hz)
        wav.writeframes(samples)
    return file.getvalue()


def _begins_as_mpeg(body: bytes) -> bool:
    return len(body) > 1 and body[0] == 0xFF and body[1] & 0xE0 == 0xE0


def _missing_bytes(body: bytes) -> int:
    """How much less of a WAV's samples is here than its head says; decoders take what is there without a word."""
    if body[:4] != b"RIFF" or body[8:_RIFF_HEAD] != b"WAVE":
        return 0
    at = _RIFF_HEAD
    while at + _CHUNK_HEAD <= len(body):
        length = int.from_bytes(body[at + 4 : at + _CHUNK_HEAD], "little")
        if body[at : at + 4] == b"data":
            return 0 if length in _UNKNOWN_LENGTHS else at + _CHUNK_HEAD + length - len(body)
        at += _CHUNK_HEAD + length + length % 2
    return at - len(body)
