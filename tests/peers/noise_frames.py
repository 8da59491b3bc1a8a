"""A caller's sound in which every 20 ms are unlike any others, so that each of them is found where it was heard."""

import random
from base64 import b64decode
from typing import Final

from tests.peers.audio import Sound
from tests.peers.capture import Captured
from tests.peers.g711 import PCMA
from tests.peers.rtp import Packet
from tests.peers.stream_program import StreamProgram

_SAMPLES: Final = 160
_LOUD: Final = 1000


def noise_frames(count: int) -> list[bytes]:
    """So many frames of A-law, each unlike any other, all of them loud."""
    loud = [code for code in range(256) if abs(int(PCMA.decode(bytes([code]))[0])) > _LOUD]
    return [bytes(random.choices(loud, k=_SAMPLES)) for _ in range(count)]


def sound_of(frames: list[bytes]) -> Sound:
    """The frames one after the other."""
    return Sound.of_pcm(PCMA.decode(b"".join(frames)), 8000)


def sent_at(packets: list[Captured]) -> dict[bytes, float]:
    """When each frame was sent last (seconds since 1970), by what was captured of its caller."""
    read = ((each.at_s, Packet.read(each.payload)) for each in packets)
    return {packet.payload: at_s for at_s, packet in read if packet.payload_type == PCMA.payload_type}


def heard_by(program: StreamProgram) -> bytes:
    """What a program was sent of the caller, in A-law."""
    media = [each["media"] for each in program.of_event("media")]
    return b"".join(b64decode(each["payload"]) for each in media if each["track"] == "inbound")
