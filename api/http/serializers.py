"""Turns stored calls, recordings and what belongs to them into the published JSON."""

from dataclasses import asdict
from datetime import datetime

from api.http.json_fields import Json, known, moment_text, shown_address
from api.http.resources.call_options import options_json
from engine.diagnosis.ladder import Arrow
from engine.diagnosis.refused import ADVICE
from engine.model.accounts import ApiKey
from engine.model.call import Attempt, Call
from engine.model.consent import ConsentRecord
from engine.model.disclosure import DisclosureChoice, DisclosureRecord
from engine.model.recording import Recording
from engine.model.recording_marks import RecordingMark
from engine.model.refusal import RefusedCalls
from engine.model.stream import MediaStream
from engine.model.webhook_exchange import WebhookExchange
from engine.privacy.retention import LegalHold
from engine.store.calls import CallEvent


def call_json(call: Call) -> Json:
    """The contract's Call, and what explains it."""
    return known(
        {
            "id": call.id,
            "status": call.status.value,
            "direction": call.direction.value,
            "from": call.from_,
            "to": call.to,
            "url": shown_address(call.url),
            "method": call.method if call.url else None,
            "fallback_url": shown_address(call.fallback_url),
            "fallback_method": call.fallback_method if call.fallback_url else None,
            "duration": call.duration,
            "start_time": moment_text(call.start_time),
            "answer_time": moment_text(call.answer_time),
            "end_time": moment_text(call.end_time),
            "price": None if call.price is None else str(call.price),
            "price_unit": call.price_unit,
            **options_json(call.options),
            "parent_id": call.parent_id,
            "sip_call_id": call.sip_call_id,
            "sip_code": call.sip_code,
            "sip_reason": call.sip_reason,
            "q850_cause": call.q850_cause,
            "trunk": call.trunk,
            "forwarded_from": call.forwarded_from,
            "stir_verstat": call.stir_verstat,
            "stir_attestation": call.stir_verstat.attestation if call.stir_verstat else call.stir_signed,
            "explanation": [_attempt(each) for each in call.attempts if each.failed],
            "attempts": [_trunk_attempt(each) for each in call.attempts if each.trunk],
        }
    )


def arrow_json(arrow: Arrow) -> Json:
    """A SIP message of a call's trace."""
    return {**asdict(arrow), "at": moment_text(arrow.at)}


def refusal_json(refusal: RefusedCalls) -> Json:
    """Calls that were refused alike, and what to do about them."""
    return {
        **asdict(refusal.kind),
        "count": refusal.count,
        "first_at": moment_text(refusal.first_at),
        "last_at": moment_text(refusal.last_at),
        "advice": ADVICE[refusal.kind.rule],
    }


def event_json(event: CallEvent) -> Json:
    """Something that happened on a call."""
    return {
        "id": event.id,
        "call_id": event.call_id,
        "at": moment_text(event.at),
        "kind": event.kind,
        "facts": dict(event.facts),
    }


def stream_json(stream: MediaStream) -> Json:
    """A stream, and what has gone over it once it has ended."""
    return known(
        {
            "id": stream.id,
            "call_id": stream.call_id,
            "name": stream.name,
            "url": stream.url,
            "track": stream.tracks,
            "two_way": stream.two_way,
            "status": stream.status.value,
            "started_at": moment_text(stream.started_at),
            "ended_at": moment_text(stream.ended_at),
            "error": stream.error,
            "consent_id": stream.consent,
            "figures": None if stream.is_open else known(asdict(stream.figures)),
        }
    )


def consent_json(record: ConsentRecord) -> Json:
    """What somebody was asked, and what came of it."""
    return known(
        {
            "id": record.id,
            "call_id": record.call_id,
            "conference_id": record.conference_id,
            "number": record.number,
            "purpose": record.purpose.value,
            "policy": record.policy.value,
            "basis": record.basis,
            "given": record.given.value,
            "how": record.how.value,
            "digit": record.digit,
            "wording": record.wording,
            "wording_version": record.wording_version,
            "language": record.language,
            "offset_seconds": record.offset_s,
            "at": moment_text(record.at),
            "reference": record.reference,
            "given_by": record.given_by,
            "given_at": moment_text(record.given_at),
        }
    )


def disclosure_json(record: DisclosureRecord) -> Json:
    """What somebody was told before a program spoke, or what was asserted in place of that."""
    return known(
        {
            "id": record.id,
            "call_id": record.call_id,
            "number": record.number,
            "policy": record.policy.value,
            "text": record.text,
            "text_version": record.text_version,
            "language": record.language,
            "begun_at": moment_text(record.begun_at),
            "ended_at": moment_text(record.ended_at),
            "asserted_by": record.asserted_by,
            "asserted_at": moment_text(record.asserted_at),
            "reason": record.reason,
        }
    )


def disclosure_choice_json(choice: DisclosureChoice | None) -> Json | None:
    """A policy that was chosen, with what is asserted with it."""
    if choice is None:
        return None
    return known(
        {
            "policy": choice.policy.value,
            "wording": choice.wording,
            "asserted_by": choice.asserted_by,
            "asserted_at": moment_text(choice.asserted_at),
            "reason": choice.reason,
        }
    )


def recording_json(recording: Recording, audio_url: str, delete_after: datetime | None = None) -> Json:
    """A recording; `audio_url` is where its WAV is downloaded, `delete_after` when its time is up, null for never."""
    fields = known(
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
            "started_at": moment_text(recording.started_at),
            "ended_at": moment_text(recording.ended_at),
            "error": recording.error,
            "consent": recording.consent,
            "marks": [_mark(each) for each in recording.marks],
            "audio_url": audio_url,
        }
    )
    return {**fields, "delete_after": moment_text(delete_after)}


def _mark(mark: RecordingMark) -> Json:
    return known(
        {
            "kind": mark.kind.value,
            "at_seconds": round(mark.at_s, 3),
            "time": moment_text(mark.time),
            "pause_behavior": mark.behavior.value,
            "paused_seconds": None if mark.paused_s is None else round(mark.paused_s, 3),
        }
    )


def exchange_json(exchange: WebhookExchange) -> Json:
    """One request to a customer's server."""
    return known(
        {
            "id": exchange.id,
            "request_id": exchange.request_id,
            "call_id": exchange.call_id,
            "kind": exchange.kind.value,
            "at": moment_text(exchange.at),
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
            "warnings": exchange.warnings.splitlines() if exchange.warnings else None,
        }
    )


def key_json(key: ApiKey, account: str) -> Json:
    """An API key of the account with this name; the key itself is not stored."""
    return known(
        {
            "id": key.id,
            "account": account,
            "hint": key.hint,
            "scopes": sorted(key.scopes),
            "networks": [*map(str, key.networks)],
            "created_at": moment_text(key.created_at),
            "expires_at": moment_text(key.expires_at),
            "last_used_at": moment_text(key.last_used_at),
            "last_used_from": key.last_used_from,
            "revoked_at": moment_text(key.revoked_at),
        }
    )


def hold_json(hold: LegalHold) -> Json:
    """A hold in force."""
    return {
        "id": hold.id,
        "kind": hold.kind.value,
        "object": hold.object,
        "reason": hold.reason,
        "set_at": moment_text(hold.set_at),
        "set_by": hold.set_by,
    }


def _attempt(attempt: Attempt) -> Json:
    return known(
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
