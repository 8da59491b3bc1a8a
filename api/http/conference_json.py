"""Conferences, and those who are in them, as the published JSON has them."""

from dataclasses import asdict

from api.http.json_fields import Json, known, moment_text
from engine.model.conference import Conference, Participant
from engine.ports import RtpStats
from engine.webhooks.payloads.line import line_facts


def conference_json(conference: Conference) -> Json:
    """The contract's Conference, and its settings."""
    return known(
        {
            "id": conference.id,
            "friendly_name": conference.friendly_name,
            "status": conference.status.value,
            "participant_count": conference.participant_count,
            "date_created": moment_text(conference.date_created),
            "date_ended": moment_text(conference.ended_at),
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
    return known(
        {
            "id": participant.id,
            "call_id": participant.call_id,
            "joined_at": moment_text(participant.joined_at),
            "left_at": moment_text(participant.left_at),
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
