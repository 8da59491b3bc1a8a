"""The webhook payload of a recording, under the field's widespread names."""

from email.utils import format_datetime
from typing import Final

from engine.model.callback import RecordingEventName
from engine.model.recording import Recording, RecordingSource
from engine.model.recording_marks import RecordingMark

SOURCES: Final = {
    RecordingSource.CALL: "OutboundAPI",
    RecordingSource.CONFERENCE: "Conference",
    RecordingSource.DIAL: "DialVerb",
    RecordingSource.RECORD: "RecordVerb",
    RecordingSource.REST: "StartCallRecordingAPI",
    RecordingSource.START: "StartCallRecordingTwiML",
}

_OF_WHAT_THERE_IS: Final = ("RecordingUrl", "RecordingChannels", "RecordingStartTime")
_OF_PAUSES: Final = (RecordingEventName.PAUSED, RecordingEventName.RESUMED)


def recording_form(row: Recording, event: RecordingEventName, url: str, call_id: str) -> dict[str, str]:
    """A recording status callback's form, without its SequenceNumber; RecordingDuration is in whole seconds."""
    form = {
        "AccountSid": row.account_id,
        "CallSid": call_id,
        "RecordingSid": row.id,
        "RecordingUrl": url,
        "RecordingStatus": event.value,
        "RecordingChannels": str(row.channels),
        "RecordingSource": SOURCES[RecordingSource(row.source)],
        "RecordingStartTime": format_datetime(row.started_at),
    }
    if row.conference_id is not None:
        form["ConferenceSid"] = row.conference_id
    if row.seconds is not None:
        form["RecordingDuration"] = str(round(row.seconds))
    if row.size_bytes is not None:
        form["RecordingSizeBytes"] = str(row.size_bytes)
    if row.sha256 is not None:
        form["RecordingSha256"] = row.sha256
    if event in _OF_PAUSES and row.marks:
        form |= _pause_form(row.marks[-1])
    if row.error is not None:
        form["ErrorMessage"] = row.error
    return form


def absent_form(row: Recording, call_id: str) -> dict[str, str]:
    """The form about what was to be recorded and is not: there is nothing that could be fetched.

    Who asked for it by REST may have been told its id, and is told by that.
    """
    form = recording_form(row, RecordingEventName.ABSENT, "", call_id)
    left_out = _OF_WHAT_THERE_IS if row.source == RecordingSource.REST else (*_OF_WHAT_THERE_IS, "RecordingSid")
    return {name: value for name, value in form.items() if name not in left_out}


def recording_facts(row: Recording, url: str) -> dict[str, object]:
    """What a call's events tell of a recording's end: how it ended and why, and what there is of it."""
    facts = {
        "recording": row.id,
        "status": row.status,
        "reason": row.error,
        "seconds": row.seconds,
        "size_bytes": row.size_bytes,
        "sha256": row.sha256,
        "url": url,
    }
    return {name: value for name, value in facts.items() if value is not None}


def pause_facts(row: Recording) -> dict[str, object]:
    """What a call's events tell of a recording that has just paused, or goes on."""
    mark = row.marks[-1]
    facts = {
        "recording": row.id,
        "at_seconds": round(mark.at_s, 3),
        "pause_behavior": mark.behavior.value,
        "paused_seconds": None if mark.paused_s is None else round(mark.paused_s, 3),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _pause_form(mark: RecordingMark) -> dict[str, str]:
    form = {"RecordingOffset": f"{mark.at_s:.3f}", "PauseBehavior": mark.behavior.value}
    return form if mark.paused_s is None else {**form, "PauseDuration": f"{mark.paused_s:.3f}"}
