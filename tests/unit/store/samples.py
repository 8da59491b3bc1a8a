"""Values to store."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.ids import IdKind, new_id
from engine.model.call import Attempt, Call, Direction, Status
from engine.model.call_options import CONSENT_OPTIONS, CallOptions
from engine.model.conference import Conference, ConferenceStatus, Participant
from engine.model.consent import ConsentChoice, ConsentPolicy, Withdrawal
from engine.model.recording import Recording, RecordingStatus
from engine.model.recording_shape import Channels, Tracks, Trim
from engine.model.stir import Attestation, Verstat

COLUMNS_OF_ORDERS = (
    "method", "fallback_method", "time_limit_s", "send_digits", "caller_name", "recording_channels", "recording_track",
    "recording_trim", "recording_status_callback", "recording_status_callback_method",
    "recording_status_callback_events", "forwarded_from",
)  # fmt: skip
"""The columns of `calls` that migrations 0031 and 0032 add."""

LATER_OPTIONS = ("flow_reading", "disclosure", *(each for each in CONSENT_OPTIONS.values() if each != "consent"))
"""The columns of `accounts`, `numbers` and `calls` that migrations 0030, 0044 and 0045 add."""

COLUMNS_OF_NUMBERS = ("status_callback", "status_callback_method", "status_callback_events")
"""The columns of `numbers` that migration 0032 adds."""

COLUMNS_OF_APPLICATIONS = ("friendly_name", "application_id")
"""The columns of `numbers` that migration 0034 adds."""

TABLES_OF_DISCLOSURE = ("disclosures", "disclosure_texts")
TABLES_OF_LIMITS = ("call_rates", "account_lines", "paced_calls", "trunk_shares")
"""The tables that migration 0036 adds."""

NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def a_call(account_id: str, **facts: Any) -> Call:
    """A queued outbound call with nothing optional."""
    given: dict[str, Any] = {
        "id": new_id(IdKind.CALL),
        "direction": Direction.OUTBOUND,
        "from_": "+3225550199",
        "to": "+31205550142",
        "status": Status.QUEUED,
        "start_time": NOON,
        "node": "node-1",
    }
    return Call(account_id=account_id, **(given | facts))


def a_full_call(account_id: str, parent_id: str) -> Call:
    """A call of which every field has a value that is not its default."""
    return a_call(
        account_id,
        status=Status.COMPLETED,
        answer_time=at(3.000001),
        end_time=at(64.5),
        url="https://customer.example/flow?x=1&y=ä",
        method="GET",
        fallback_url="https://customer.example/spare",
        fallback_method="GET",
        flow="<Response><Say language='nl-BE'>Goeiedag, Zoë ☎</Say></Response>",
        parent_id=parent_id,
        key_id=new_id(IdKind.KEY),
        sip_call_id="a84b4c76e66710@pc33",
        sip_code=200,
        sip_reason="OK",
        q850_cause=16,
        stir_verstat=Verstat.PASSED_A,
        stir_signed=Attestation.FULL,
        forwarded_from="+3225550188",
        trunk="carrier-a",
        attempts=(
            Attempt("trunk", "sip:10.0.0.1", "486 Busy Here", 486, "Busy Here", 17),
            Attempt("rule", "+32", "ok"),
        ),
        price=Decimal("0.0370"),
        price_unit="CHF",
        options=CallOptions(
            consent=ConsentChoice(ConsentPolicy.EXTERNAL, Withdrawal.DELETE, None, "CRM 7", "Zoë", at(-60), "I agree."),
            consent_to_transcription=ConsentChoice(ConsentPolicy.ANNOUNCE),
            consent_to_streaming=ConsentChoice(ConsentPolicy.PRESS),
            consent_to_recording_elsewhere=ConsentChoice(ConsentPolicy.NONE_NEEDED, basis="a law"),
            recording_beep_s=15,
            record=True,
            language="nl-BE",
            timeout_s=45,
            status_callback="https://customer.example/status",
            status_callback_method="GET",
            status_callback_events=("ringing", "completed"),
            time_limit_s=3600,
            send_digits="wW12#",
            caller_name="Zoë",
            recording_channels=Channels.MONO,
            recording_track=Tracks.INBOUND,
            recording_trim=Trim.SILENCE,
            recording_status_callback="https://customer.example/recording",
            recording_status_callback_method="GET",
            recording_status_callback_events=("in-progress", "completed"),
        ),
    )


def a_conference(account_id: str, **facts: Any) -> Conference:
    given: dict[str, Any] = {
        "id": new_id(IdKind.CONFERENCE),
        "friendly_name": "standup",
        "status": ConferenceStatus.INIT,
        "date_created": NOON,
        "node": "node-1",
    }
    return Conference(account_id=account_id, **(given | facts))


def a_participant(conference: Conference, call: Call, **facts: Any) -> Participant:
    given: dict[str, Any] = {"id": new_id(IdKind.PARTICIPANT), "joined_at": NOON}
    return Participant(conference_id=conference.id, call_id=call.id, **(given | facts))


def a_recording(account_id: str, **facts: Any) -> Recording:
    given: dict[str, Any] = {
        "id": new_id(IdKind.RECORDING),
        "source": "call",
        "status": RecordingStatus.IN_PROGRESS,
        "path": "/var/recordings/one.wav",
        "channels": 2,
        "rate_hz": 8000,
        "started_at": NOON,
        "node": "node-1",
    }
    return Recording(account_id=account_id, **(given | facts))
