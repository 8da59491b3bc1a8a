"""A recording as programs of /2010-04-01 know it."""

from typing import Final

from api.http.json_fields import Json
from api.http.v2010.contract import API_VERSION
from api.http.v2010.fields import account_uri, resource_uri, rfc2822
from engine.model.recording import Recording, RecordingSource, RecordingStatus
from engine.webhooks.payloads.recording import SOURCES

ENDED_EARLY: Final = 20500
NOUN: Final = "Recordings"


def recording_resource(recording: Recording, origin: str) -> Json:
    """One of the account's list; `origin` is where this node is reached, such as https://voice.example."""
    path = (recording.account_id, NOUN, recording.id)
    return {
        **_fields(recording),
        "uri": resource_uri(*path),
        "media_url": f"{origin}{account_uri(*path)}",
        "subresource_uris": {},
    }


def call_recording_resource(recording: Recording) -> Json:
    """One among those of its call."""
    uri = resource_uri(recording.account_id, "Calls", recording.call_id or "", NOUN, recording.id)
    return {**_fields(recording), "track": None, "uri": uri}


def conference_recording_resource(recording: Recording) -> Json:
    """One among those of its conference."""
    uri = resource_uri(recording.account_id, "Conferences", recording.conference_id or "", NOUN, recording.id)
    return {**_fields(recording), "uri": uri}


def _fields(recording: Recording) -> Json:
    failed = recording.status is RecordingStatus.FAILED
    return {
        "sid": recording.id,
        "account_sid": recording.account_id,
        "api_version": API_VERSION,
        "call_sid": recording.call_id or recording.told_on,
        "conference_sid": recording.conference_id,
        "date_created": rfc2822(recording.started_at),
        "date_updated": rfc2822(recording.ended_at or recording.started_at),
        "start_time": rfc2822(recording.started_at),
        "duration": None if recording.seconds is None else str(round(recording.seconds)),
        "price": None,
        "price_unit": None,
        "status": (_of_failed(recording) if failed else recording.status).value,
        "channels": recording.channels,
        "source": SOURCES[RecordingSource(recording.source)],
        "error_code": ENDED_EARLY if failed else None,
        "encryption_details": None,
    }


def _of_failed(recording: Recording) -> RecordingStatus:
    """What a failed one is to these programs, which know none: whatever there is of it, or absent."""
    return RecordingStatus.ABSENT if recording.seconds is None else RecordingStatus.COMPLETED
