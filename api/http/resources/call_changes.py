"""Reads what is to be done with a live call out of a request's body."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from api.http.faults import Faults
from api.http.resources.flow_source import fallback_of, method_of, start_of
from api.http.resources.speech_fields import spoken_of
from engine.flow.called import read_called
from engine.flow.manner import STRICT_MANNER, ReadingManner
from engine.flow.plans import CallRecordingPlan
from engine.ids import IdKind, new_id
from engine.live.orders import (
    CallChange,
    PlayInto,
    RecordingAction,
    RecordingChange,
    SayInto,
    Side,
    Transfer,
    TransferMode,
)
from engine.model.call import Status
from engine.model.callback import RECORDING_ENDS, Callback
from engine.model.recording_marks import PauseBehavior
from engine.model.recording_shape import Channels, Tracks, Trim

Body = Mapping[str, Any]

CHANGES_NOTHING: Final = ("body", "changes nothing; give one of the published properties.")


def change_of(body: Body, manner: ReadingManner = STRICT_MANNER) -> CallChange:
    """What is asked for; a flow or number in it is read in the given manner, with its country.

    Raises Invalid, naming every field that is wrong.
    """
    faults = Faults()
    change = CallChange(
        start=start_of(body, faults, manner),
        fallback=fallback_of(body, faults),
        status_callback=_status_callback(body, faults),
        time_limit_s=int(body["time_limit"]) if "time_limit" in body else None,
        say=_say(body["say"], faults) if "say" in body else None,
        transfer=_transfer(body["transfer"], manner.country, faults) if "transfer" in body else None,
        recording=_recording(body["recording"], faults) if "recording" in body else None,
        play=PlayInto(body["play"]["url"], _side(body["play"])) if "play" in body else None,
        mute=body.get("mute"),
        hold=body.get("hold"),
        digits=body.get("digits", ""),
        end=Status(body["status"]) if "status" in body else None,
        withdraw_consent="consent" in body,
    )
    if not set(body) - {"method"}:
        faults.add(*CHANGES_NOTHING)
    faults.require_none()
    return change


def pause_behavior_of(asked: Body, field: str, action: str | None, faults: Faults) -> PauseBehavior | None:
    """What a pause leaves in the recording; None: as is set. `field` is how a fault names it."""
    if "pause_behavior" not in asked:
        return None
    if action != RecordingAction.PAUSE:
        faults.add(field, "goes with a pause alone.")
    return PauseBehavior(asked["pause_behavior"])


def _recording(asked: Body, faults: Faults) -> RecordingChange:
    action, url = RecordingAction(asked["action"]), asked.get("status_callback")
    plan = CallRecordingPlan(
        Tracks(asked.get("track", Tracks.BOTH)),
        Channels(asked.get("channels", Channels.DUAL)),
        Trim(asked.get("trim", Trim.NOTHING)),
        _recording_callback(url, asked) if url else None,
    )
    behavior = pause_behavior_of(asked, "recording.pause_behavior", action, faults)
    named = asked.get("recording_id")
    if action is RecordingAction.START:
        if named is not None:
            faults.add("recording.recording_id", "is of a recording that is under way; leave it out to start one.")
        named = new_id(IdKind.RECORDING)
    return RecordingChange(action, plan, behavior, named)


def _recording_callback(url: str, asked: Body) -> Callback:
    events = tuple(asked.get("status_callback_events", RECORDING_ENDS))
    return Callback(url, asked.get("status_callback_method", "POST"), events)


def _status_callback(body: Body, faults: Faults) -> Callback | None:
    method = method_of(body, "status_callback_method", "status_callback", faults)
    if "status_callback" in body:
        return Callback(body["status_callback"], method.value, tuple(body.get("status_callback_events", ())))
    if "status_callback_events" in body:
        faults.add("status_callback_events", "says of what status_callback is told; give that too.")
    return None


def _say(asked: Body, faults: Faults) -> SayInto:
    return SayInto(asked["text"], spoken_of(asked, faults), _side(asked))


def _transfer(asked: Body, country: str, faults: Faults) -> Transfer:
    called = faults.read("transfer.to", partial(read_called, country=country), asked["to"], None)
    mode = TransferMode(asked.get("mode", TransferMode.BLIND))
    return Transfer(called.written if called else "", mode, int(asked.get("timeout", 30)))


def _side(asked: Body) -> Side:
    return Side(asked.get("to", Side.SELF))
