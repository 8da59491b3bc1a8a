"""The webhook payload of a conference, under the field's widespread names."""

from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime

from engine.flow.plans import RoomPlan
from engine.model.call import Call
from engine.model.callback import ConferenceEventName
from engine.model.conference import Conference, Participant
from engine.model.conference_end import ConferenceEnd


def conference_form(conference: Conference, event: str, at: datetime) -> dict[str, str]:
    """A conference's status callback, without its SequenceNumber; `event` is the field's word."""
    return {
        "AccountSid": conference.account_id,
        "ConferenceSid": conference.id,
        "FriendlyName": conference.friendly_name,
        "StatusCallbackEvent": event,
        "Timestamp": format_datetime(at),
    }


def participant_params(participant: Participant, plan: RoomPlan) -> dict[str, str]:
    """What is told of the participant who did something, or to whom it was done."""
    told = {
        "CallSid": participant.call_id,
        "Muted": str(participant.muted).lower(),
        "Hold": str(participant.hold).lower(),
        "Coaching": str(participant.coach is not None).lower(),
        "StartConferenceOnEnter": str(plan.start_on_enter).lower(),
        "EndConferenceOnExit": str(participant.end_on_exit).lower(),
    }
    if participant.coach is not None:
        told["CallSidToCoach"] = participant.coach
    if plan.label is not None:
        told["ParticipantLabel"] = plan.label
    return told


def announcement_params(url: str | None, failure: str | None) -> dict[str, str]:
    """What was announced to all, if it was a file, and why it was not heard to its end."""
    told = {"AnnounceUrl": url, "ReasonAnnouncementFailed": failure}
    return {name: value for name, value in told.items() if value is not None}


def leaving_params(reason: str, call: Call) -> dict[str, str]:
    """Why a participant left, and what has become of its call."""
    return {"ReasonParticipantLeft": reason, "ParticipantCallStatus": call.status.value}


def ending_params(end: ConferenceEnd, by: Participant | None, label: str | None) -> dict[str, str]:
    """Why a conference ended, and the participant that ended it, if one did."""
    told = {"ReasonConferenceEnded": end.word, "Reason": end.sentence}
    if by is not None:
        told["CallSidEndingConference"] = by.call_id
    if label is not None:
        told["ParticipantLabelEndingConference"] = label
    return told


def events_of(before: Participant, after: Participant) -> list[tuple[ConferenceEventName, str]]:
    """What a participant's change is called, in the field's words."""
    told = []
    if after.muted is not before.muted:
        told.append((ConferenceEventName.MUTE, "participant-mute" if after.muted else "participant-unmute"))
    if after.hold is not before.hold:
        told.append((ConferenceEventName.HOLD, "participant-hold" if after.hold else "participant-unhold"))
    if replace(after, muted=before.muted, hold=before.hold) != before:
        told.append((ConferenceEventName.MODIFY, "participant-modify"))
    return told
