"""A conference, and who is in it, as programs of /2010-04-01 know them."""

from collections.abc import Mapping
from typing import Final

from api.http.json_fields import Json
from api.http.v2010.contract import API_VERSION
from api.http.v2010.fields import resource_uri, rfc2822, subresources
from engine.model.call import Call, Status
from engine.model.conference import Conference, Participant

NOUN: Final = "Conferences"
_PARTICIPANTS: Final = "Participants"
_CONNECTED: Final = "connected"
_OF_CALL: Final[Mapping[Status, str]] = {
    Status.QUEUED: "queued",
    Status.RINGING: "ringing",
    Status.IN_PROGRESS: "connecting",
    Status.COMPLETED: "complete",
}
"""What somebody who is called in is, by the call; every other end of it is that it failed."""


def conference_resource(conference: Conference) -> Json:
    """Its fields by their names; what is not kept here is null."""
    path = (conference.account_id, NOUN, conference.id)
    return {
        "sid": conference.id,
        "account_sid": conference.account_id,
        "api_version": API_VERSION,
        "friendly_name": conference.friendly_name,
        "status": conference.status.value,
        "date_created": rfc2822(conference.date_created),
        "date_updated": rfc2822(conference.ended_at or conference.date_created),
        "region": None,
        "reason_conference_ended": None,
        "call_sid_ending_conference": None,
        "uri": resource_uri(*path),
        "subresource_uris": subresources(*path, participants=_PARTICIPANTS, recordings="Recordings"),
    }


def participant_resource(account_id: str, participant: Participant) -> Json:
    """Somebody who is in a conference."""
    return {
        "account_sid": account_id,
        "call_sid": participant.call_id,
        "conference_sid": participant.conference_id,
        "label": participant.label,
        "muted": participant.muted,
        "hold": participant.hold,
        "coaching": participant.coach is not None,
        "call_sid_to_coach": participant.coach,
        "start_conference_on_enter": None,
        "end_conference_on_exit": participant.end_on_exit,
        "status": _CONNECTED,
        "queue_time": None,
        "date_created": rfc2822(participant.joined_at),
        "date_updated": rfc2822(participant.joined_at),
        "uri": resource_uri(account_id, NOUN, participant.conference_id, _PARTICIPANTS, participant.call_id),
    }


def called_resource(conference: Conference, call: Call, asked: Mapping[str, object]) -> Json:
    """Somebody who is called into a conference, and how it was `asked` to take part, by the names of /v1/voice."""
    coach = asked.get("coach")
    return {
        "account_sid": call.account_id,
        "call_sid": call.id,
        "conference_sid": conference.id,
        "label": asked.get("label"),
        "muted": asked["muted"],
        "hold": False,
        "coaching": coach is not None,
        "call_sid_to_coach": coach,
        "start_conference_on_enter": asked["start_on_enter"],
        "end_conference_on_exit": asked["end_on_exit"],
        "status": _OF_CALL.get(call.status, "failed"),
        "queue_time": None,
        "date_created": rfc2822(call.start_time),
        "date_updated": rfc2822(call.start_time),
        "uri": resource_uri(call.account_id, NOUN, conference.id, _PARTICIPANTS, call.id),
    }
