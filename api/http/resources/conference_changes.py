"""Reads what is ordered of conferences out of a request's body."""

from collections.abc import Mapping
from typing import Any, Final

from api.http.faults import Faults
from api.http.resources.call_changes import CHANGES_NOTHING, pause_behavior_of
from api.http.resources.speech_fields import speech_of, url_of
from engine.flow.next_step import GoTo, HttpMethod
from engine.live.orders import ConferenceChange, NewConference, ParticipantOrder, RecordingAction
from engine.model.conference import ConferenceStatus, ParticipantChange
from engine.model.conference_options import Announces, RecordedTracks, RoomOptions
from engine.model.languages import nearest_language

Body = Mapping[str, Any]

_PLAIN_OPTIONS: Final = (
    "wait_for_moderator", "roll_call", "key_commands", "enter_sound", "exit_sound", "automatic_gain", "denoise",
    "recording_beep",
)  # fmt: skip
_NOT_KEPT: Final = frozenset({"say", "play", "announce", "hold_music", "beep_on_exit"})
"""What is ordered of a participant beside how it takes part."""


def new_conference(account_id: str, body: Body) -> NewConference:
    """What is to be opened. Raises Invalid."""
    faults = Faults()
    order = NewConference(
        account_id=account_id,
        friendly_name=body.get("friendly_name", ""),
        max_participants=int(body["max_participants"]),
        record=body["record"],
        options=_options(body, faults),
        pin=body.get("pin"),
        moderator_pin=body.get("moderator_pin"),
    )
    faults.require_none()
    return order


def conference_change(body: Body) -> ConferenceChange:
    """What is to be done with a conference. Raises Invalid."""
    faults = _faults_of_change(body)
    change = ConferenceChange(
        locked=body.get("locked"),
        muted=body.get("muted"),
        max_participants=int(body["max_participants"]) if "max_participants" in body else None,
        say=speech_of(body, faults),
        play=url_of(body),
        announce=_document_of(body, "announce"),
        recording=RecordingAction(body["recording"]) if "recording" in body else None,
        pause_behavior=pause_behavior_of(body, "pause_behavior", body.get("recording"), faults),
        end=body.get("status") == ConferenceStatus.COMPLETED,
    )
    faults.require_none()
    return change


def participant_order(body: Body) -> ParticipantOrder:
    """What is to be done with a participant. Raises Invalid."""
    faults = _faults_of_change(body)
    change = ParticipantChange(**{name: value for name, value in body.items() if name not in _NOT_KEPT})
    order = ParticipantOrder(
        change,
        speech_of(body, faults),
        url_of(body),
        _document_of(body, "announce"),
        _document_of(body, "hold_music"),
        body.get("beep_on_exit"),
    )
    faults.require_none()
    return order


def _faults_of_change(body: Body) -> Faults:
    faults = Faults()
    if not body:
        faults.add(*CHANGES_NOTHING)
    return faults


def _document_of(body: Body, name: str) -> GoTo | None:
    """The document that a field of this name asks for; None without it."""
    asked = body.get(name)
    return GoTo(asked["url"], HttpMethod(asked.get("method", "POST"))) if asked else None


def _options(body: Body, faults: Faults) -> RoomOptions:
    return RoomOptions(
        language=faults.read("language", nearest_language, body["language"], None) if "language" in body else None,
        announce=Announces(body["announce"]),
        sample_rate=int(body["sample_rate"]),
        recorded_tracks=RecordedTracks(body["recorded_tracks"]),
        **{name: body[name] for name in _PLAIN_OPTIONS if name in body},
    )
