"""What is told of a media stream: the callback's form, in the field's words, and the facts of its call's events."""

from datetime import datetime

from engine.model.stream import MediaStream, StreamNotice


def stream_form(stream: MediaStream, notice: StreamNotice, at: datetime) -> dict[str, str]:
    """A stream's callback; StreamError is in it where something went wrong."""
    form = {
        "AccountSid": stream.account_id,
        "CallSid": stream.call_id,
        "StreamSid": stream.id,
        "StreamName": stream.shown_name,
        "StreamEvent": notice.value,
        "Timestamp": at.isoformat(timespec="milliseconds"),
    }
    return form if stream.error is None else {**form, "StreamError": stream.error}


def stream_facts(stream: MediaStream) -> dict[str, object]:
    """What a call's events tell of a stream's end: how it ended and why, and what has gone over it."""
    figures = stream.figures
    facts = {
        "stream": stream.id,
        "status": stream.status.value,
        "reason": stream.error,
        "seconds": round((stream.ended_at - stream.started_at).total_seconds(), 3) if stream.ended_at else None,
        "sent_messages": figures.sent_messages,
        "sent_bytes": figures.sent_bytes,
        "received_messages": figures.received_messages,
        "received_bytes": figures.received_bytes,
        "unread": figures.unread,
        "marks": figures.marks,
        "dropped_ms": figures.dropped_ms,
        "late_ms": figures.late_ms,
        "refused_ms": figures.refused_ms,
        "underruns": figures.underruns,
        "close_code": figures.close_code,
    }
    return {name: value for name, value in facts.items() if value is not None}
