"""Reads what is to be done with a live call out of a request's body."""

from collections.abc import Mapping
from typing import Any, Final

from api.problems import FieldError, Invalid
from api.sounds import say_faults
from engine.call import Status
from engine.callback import Callback, RecordingEventName
from engine.errors import DocumentError
from engine.flow.interpreter import Start
from engine.flow.next_step import GoTo, Method
from engine.flow.parse import parse
from engine.flow.plans import CallRecordingPlan, Channels, Tracks, Trim
from engine.languages import nearest_language
from engine.numbers import parse_e164
from engine.orders import (
    CallChange,
    PlayInto,
    RecordingAction,
    RecordingChange,
    SayInto,
    Side,
    Transfer,
    TransferMode,
)
from engine.recording_marks import PauseBehavior

Body = Mapping[str, Any]

CHANGES_NOTHING = FieldError("body", "changes nothing; give one of the published properties.")

_TOLD: Final = (RecordingEventName.COMPLETED.value, RecordingEventName.FAILED.value, RecordingEventName.ABSENT.value)


def change_of(body: Body) -> CallChange:
    """What is asked for. Raises Invalid, naming every field that is wrong."""
    errors = [*flow_faults(body), *say_faults(body), *_transfer_faults(body), *_pause_faults(body)]
    if not set(body) - {"method"}:
        errors.append(CHANGES_NOTHING)
    if errors:
        raise Invalid(*errors)
    return CallChange(
        mute=body.get("mute"),
        hold=body.get("hold"),
        digits=body.get("digits", ""),
        recording=_recording(body["recording"]) if "recording" in body else None,
        say=_say(body["say"]) if "say" in body else None,
        play=PlayInto(body["play"]["url"], _side(body["play"])) if "play" in body else None,
        transfer=_transfer(body["transfer"]) if "transfer" in body else None,
        start=start_of(body),
        end=Status(body["status"]) if "status" in body else None,
        withdraw_consent="consent" in body,
    )


def start_of(body: Body) -> Start | None:
    """The flow of `flow`, or the one to be requested at `url`; None with neither."""
    if "flow" in body:
        return parse(body["flow"])
    return GoTo(body["url"], Method(body.get("method", "POST"))) if "url" in body else None


def flow_faults(body: Body) -> list[FieldError]:
    """What is wrong with `flow`."""
    if "flow" not in body:
        return []
    if "url" in body:
        return [FieldError("flow", "is given together with url; give one of them.")]
    try:
        parse(body["flow"])
    except DocumentError as error:
        return [FieldError("flow", str(error))]
    return []


def _pause_faults(body: Body) -> list[FieldError]:
    recording = body.get("recording", {})
    return pause_faults("recording.pause_behavior", "pause_behavior" in recording, recording.get("action"))


def pause_faults(field: str, is_given: bool, action: str | None) -> list[FieldError]:
    """What is wrong with `pause_behavior`."""
    if not is_given or action == RecordingAction.PAUSE:
        return []
    return [FieldError(field, "goes with a pause alone.")]


def _transfer_faults(body: Body) -> list[FieldError]:
    to = body.get("transfer", {}).get("to", "sip:nobody")
    if to.startswith(("sip:", "sips:")):
        return []
    try:
        parse_e164(to)
    except ValueError as error:
        return [FieldError("transfer.to", str(error))]
    return []


def _recording(asked: Body) -> RecordingChange:
    url = asked.get("status_callback")
    plan = CallRecordingPlan(
        Tracks(asked.get("track", Tracks.BOTH)),
        Channels(asked.get("channels", Channels.DUAL)),
        Trim(asked.get("trim", Trim.NOTHING)),
        Callback(url, events=tuple(asked.get("status_callback_events", _TOLD))) if url else None,
    )
    return RecordingChange(RecordingAction(asked["action"]), plan, pause_behavior_of(asked))


def pause_behavior_of(asked: Body) -> PauseBehavior | None:
    """What a pause leaves in the recording; None: as is set."""
    return PauseBehavior(asked["pause_behavior"]) if "pause_behavior" in asked else None


def _say(asked: Body) -> SayInto:
    language = nearest_language(asked["language"]) if "language" in asked else None
    return SayInto(asked["text"], language, _side(asked))


def _transfer(asked: Body) -> Transfer:
    mode = TransferMode(asked.get("mode", TransferMode.BLIND))
    return Transfer(asked["to"], mode, int(asked.get("timeout", 30)))


def _side(asked: Body) -> Side:
    return Side(asked.get("to", Side.SELF))
