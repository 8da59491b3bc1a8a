"""A media stream as programs of /2010-04-01 know it."""

from typing import Final

from api.http.json_fields import Json
from api.http.v2010.fields import resource_uri, rfc2822
from engine.model.stream import MediaStream, StreamStatus

NOUN: Final = "Streams"


def stream_resource(stream: MediaStream) -> Json:
    """One of its call; whether it failed is told by its callback."""
    status = StreamStatus.IN_PROGRESS if stream.is_open else StreamStatus.STOPPED
    return {
        "sid": stream.id,
        "account_sid": stream.account_id,
        "call_sid": stream.call_id,
        "name": stream.shown_name,
        "status": status.value,
        "date_updated": rfc2822(stream.ended_at or stream.started_at),
        "uri": resource_uri(stream.account_id, "Calls", stream.call_id, NOUN, stream.id),
    }
