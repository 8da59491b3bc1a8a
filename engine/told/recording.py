"""What customers' servers are told about a recording, under the field's widespread names."""

from email.utils import format_datetime
from typing import Final

from engine.callback import RecordingEventName
from engine.recording import Recording, RecordingSource

_SOURCES: Final = {
    RecordingSource.CALL: "OutboundAPI",
    RecordingSource.CONFERENCE: "Conference",
    RecordingSource.DIAL: "DialVerb",
    RecordingSource.RECORD: "RecordVerb",
    RecordingSource.REST: "StartCallRecordingAPI",
    RecordingSource.START: "StartCallRecordingTwiML",
}


def recording_form(row: Recording, event: RecordingEventName, url: str, call_id: str) -> dict[str, str]:
    """A recording status callback's form, without its SequenceNumber; RecordingDuration is in whole seconds."""
    form = {
        "AccountSid": row.account_id,
        "CallSid": call_id,
        "RecordingSid": row.id,
        "RecordingUrl": url,
        "RecordingStatus": event.value,
        "RecordingChannels": str(row.channels),
        "RecordingSource": _SOURCES[RecordingSource(row.source)],
        "RecordingStartTime": format_datetime(row.started_at),
    }
    if row.conference_id is not None:
        form["ConferenceSid"] = row.conference_id
    if row.seconds is not None:
        form["RecordingDuration"] = str(round(row.seconds))
    if row.error is not None:
        form["ErrorMessage"] = row.error
    return form
