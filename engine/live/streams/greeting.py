"""The messages with which a stream begins and ends, in the field's words."""

import json
from typing import Any, Final

from engine.flow.program_plans import Parameters, StreamOrder, StreamTracks
from engine.model.stream import MediaStream
from engine.ports import StreamFormat, StreamTrack

PROTOCOL: Final = "Call"
PROTOCOL_VERSION: Final = "1.0.0"

TRACKS: Final = {
    StreamTracks.INBOUND: (StreamTrack.INBOUND,),
    StreamTracks.OUTBOUND: (StreamTrack.OUTBOUND,),
    StreamTracks.BOTH: (StreamTrack.INBOUND, StreamTrack.OUTBOUND),
}


def greeting(stream: MediaStream, order: StreamOrder, *, resumed: bool) -> tuple[str, str]:
    """What a program is sent first; `resumed` where it had been connected, and lost that."""
    connected = {"event": "connected", "protocol": PROTOCOL, "version": PROTOCOL_VERSION}
    start: dict[str, Any] = {
        "accountSid": stream.account_id,
        "streamSid": stream.id,
        "callSid": stream.call_id,
        "tracks": [track.value for track in TRACKS[order.tracks]],
        "mediaFormat": _media_format(order.sound),
        "customParameters": _custom(order.parameters),
    }
    if resumed:
        start["resumed"] = True
    started = {"event": "start", "sequenceNumber": "1", "start": start, "streamSid": stream.id}
    return json.dumps(connected), json.dumps(started)


def farewell(stream: MediaStream) -> dict[str, object]:
    """The members of `stop`, which comes last."""
    return {"stop": {"accountSid": stream.account_id, "callSid": stream.call_id}}


def _media_format(sound: StreamFormat) -> dict[str, object]:
    return {"encoding": f"audio/x-{sound.encoding.value}", "sampleRate": sound.rate_hz, "channels": 1}


def _custom(parameters: Parameters) -> dict[str, str]:
    return dict(parameters)
