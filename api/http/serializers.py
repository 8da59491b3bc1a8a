"""Turns stored calls, conferences and recordings into the published JSON; a field not known yet is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from api.http.resources.call_options import options_json
from engine.diagnosis.ladder import Arrow
from engine.diagnosis.refused import ADVICE
from engine.model.call import Attempt, Call
from engine.model.conference import Conference, Participant
from engine.model.consent import ConsentRecord
from engine.model.queue import Queue, QueueFigures, Wait
from engine.model.recording import Recording
from engine.model.recording_marks import RecordingMark
from engine.model.refusal import RefusedCalls
from engine.model.webhook_exchange import WebhookExchange
from engine.ports import RtpStats
from engine.privacy.retention import LegalHold
from engine.store.calls import CallEvent
from engine.webhooks.payloads.line import line_facts

Json = dict[str, Any]

_BEFORE_OFFSET: Final = -len("+00:00")


def call_json(call: Call) -> Json:
    """The contract's Call, and what explains it."""
    return _known(
        {
            "id": call.id,
            "status": call.status.value,
            "direction": call.direction.value,
            "from": call.from_,
            "to": call.to,
            "duration": call.duration,
            "start_time": _time(call.start_time),
            "answer_time": _time(call.answer_time),
            "end_time": _time(call.end_time),
            "price": None if call.price is None else str(call.price),
            "price_unit": call.price_unit,
            **options_json(call.options),
            "parent_id": call.parent_id,
            "sip_call_id": call.sip_call_id,
            "sip_code": call.sip_code,
            "sip_reason": call.sip_reason,
            "q850_cause": call.q850_cause,
            "trunk": call.trunk,
            "stir_verstat": call.stir_verstat,
            "stir_attestation": call.stir_verstat.attestation if call.stir_verstat else None,
            "explanation": [_attempt(each) for each in call.attempts if each.failed],
            "attempts": [_trunk_attempt(each) for each in call.attempts if each.trunk],
        }
    )


def arrow_json(arrow: Arrow) -> Json:
    """A SIP message of a call's trace."""
    return {**asdict(arrow), "at": _time(arrow.at)}


def refusal_json(refusal: RefusedCalls) -> Json:
    """Calls that were refused alike, and what to do about them."""
    return {
        **asdict(refusal.kind),
        "count": refusal.count,
        "first_at": _time(refusal.first_at),
        "last_at": _time(refusal.last_at),
        "advice": ADVICE[refusal.kind.rule],
    }


def event_json(event: CallEvent) -> Json:
    """Something that happened on a call."""
    return {
        "id": event.id,
        "call_id": event.call_id,
        "at": _time(event.at),
        "kind": event.kind,
        "facts": dict(event.facts),
    }


def consent_json(record: ConsentRecord) -> Json:
    """What somebody was asked, and what came of it."""
    return _known(
        {
            "id": record.id,
            "call_id": record.call_id,
            "conference_id": record.conference_id,
            "number": record.number,
            "policy": record.policy.value,
            "basis": record.basis,
            "given": record.given.value,
            "how": record.how.value,
            "digit": record.digit,
            "wording": record.wording,
            "wording_version": record.wording_version,
            "language": record.language,
            "offset_seconds": record.offset_s,
            "at": _time(record.at),
            "reference": record.reference,
            "given_by": record.given_by,
            "given_at": _time(record.given_at),
        }
    )


def conference_json(conference: Conference) -> Json:
    """The contract's Conference, and its settings."""
    return _known(
        {
            "id": conference.id,
            "friendly_name": conference.friendly_name,
            "status": conference.status.value,
            "participant_count": conference.participant_count,
            "date_created": _time(conference.date_created),
            "date_ended": _time(conference.ended_at),
            "max_participants": conference.max_participants,
            "record": conference.record,
            "locked": conference.locked,
            "pin": conference.pin is not None,
            "moderator_pin": conference.moderator_pin is not None,
            **asdict(conference.options),
        }
    )


def participant_json(participant: Participant, line: RtpStats | None = None) -> Json:
    """One call's stay in a conference, and how good its line has been so far."""
    return _known(
        {
            "id": participant.id,
            "call_id": participant.call_id,
            "joined_at": _time(participant.joined_at),
            "left_at": _time(participant.left_at),
            "label": participant.label,
            "muted": participant.muted,
            "deaf": participant.deaf,
            "hold": participant.hold,
            "coach": participant.coach,
            "said_volume": participant.said_volume,
            "heard_volume": participant.heard_volume,
            "end_on_exit": participant.end_on_exit,
            "moderator": participant.moderator,
            "line": None if line is None else line_facts(line),
        }
    )


def recording_json(recording: Recording, audio_url: str, delete_after: datetime | None = None) -> Json:
    """A recording; `audio_url` is where its WAV is downloaded, `delete_after` when its time is up, null for never."""
    known = _known(
        {
            "id": recording.id,
            "call_id": recording.call_id,
            "conference_id": recording.conference_id,
            "source": recording.source,
            "status": recording.status.value,
            "channels": recording.channels,
            "rate_hz": recording.rate_hz,
            "seconds": recording.seconds,
            "size_bytes": recording.size_bytes,
            "sha256": recording.sha256,
            "started_at": _time(recording.started_at),
            "ended_at": _time(recording.ended_at),
            "error": recording.error,
            "consent": recording.consent,
            "marks": [_mark(each) for each in recording.marks],
            "audio_url": audio_url,
        }
    )
    return {**known, "delete_after": _time(delete_after)}


def _mark(mark: RecordingMark) -> Json:
    return _known(
        {
            "kind": mark.kind.value,
            "at_seconds": round(mark.at_s, 3),
            "time": _time(mark.time),
            "pause_behavior": mark.behavior.value,
            "paused_seconds": None if mark.paused_s is None else round(mark.paused_s, 3),
        }
    )


def exchange_json(exchange: WebhookExchange) -> Json:
    """One request to a customer's server."""
    return _known(
        {
            "id": exchange.id,
            "request_id": exchange.request_id,
            "call_id": exchange.call_id,
            "kind": exchange.kind.value,
            "at": _time(exchange.at),
            "method": exchange.method,
            "url": exchange.url,
            "params": dict(exchange.form),
            "format": exchange.format.value,
            "attempt": exchange.attempt,
            "latency_ms": exchange.latency_ms,
            "status": exchange.status,
            "error": exchange.error,
            "retried_because": exchange.retried_because,
            "answer": exchange.answer,
        }
    )


def hold_json(hold: LegalHold) -> Json:
    """A hold in force."""
    return {
        "id": hold.id,
        "kind": hold.kind.value,
        "object": hold.object,
        "reason": hold.reason,
        "set_at": _time(hold.set_at),
        "set_by": hold.set_by,
    }


def queue_json(
    queue: Queue,
    waiting: int,
    members: Sequence[tuple[Wait, float | None]] | None = None,
    figures: QueueFigures | None = None,
) -> Json:
    """A queue; with those who wait, each with its estimated wait in seconds, and figures, where they are given."""
    return _known(
        {
            "id": queue.id,
            "friendly_name": queue.friendly_name,
            "date_created": _time(queue.date_created),
            "waiting": waiting,
            "members": None if members is None else [_waiting(place, *each) for place, each in enumerate(members, 1)],
            "figures": None if figures is None else _figures(figures),
        }
    )


def _waiting(position: int, wait: Wait, estimate: float | None) -> Json:
    return _known(
        {
            "call_id": wait.call_id,
            "position": position,
            "priority": wait.priority,
            "waiting_since": _time(wait.entered_at),
            "estimated_wait_seconds": estimate,
        }
    )


def _figures(figures: QueueFigures) -> Json:
    return _known(
        {
            "served": figures.served,
            "hung_up": figures.hung_up,
            "left": figures.left,
            "average_wait_seconds": figures.average_wait_s,
            "longest_wait_seconds": figures.longest_wait_s,
        }
    )


def _attempt(attempt: Attempt) -> Json:
    return _known(
        {
            "via": attempt.via,
            "target": attempt.target,
            "said": attempt.said,
            "sip_code": attempt.sip_code,
            "sip_reason": attempt.sip_reason,
            "q850_cause": attempt.q850_cause,
        }
    )


def _trunk_attempt(attempt: Attempt) -> Json:
    return {
        "trunk": attempt.trunk,
        "host": attempt.host,
        "code": attempt.sip_code,
        "reason": attempt.sip_reason,
        "cause": attempt.q850_cause,
        "ms": attempt.ms,
    }


def _known(fields: Mapping[str, Any]) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def _time(at: datetime | None) -> str | None:
    """RFC 3339, UTC, to the millisecond."""
    if at is None:
        return None
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{utc.isoformat(timespec='milliseconds')[:_BEFORE_OFFSET]}Z"
