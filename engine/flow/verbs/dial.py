"""<Dial>: call somebody and join the two, or enter a conference."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from engine.flow.document import Continue, GoTo, Method, Next
from engine.flow.kinds import TEXT, WEB_ADDRESS, Choice, Flag, RecordMode, Whole
from engine.flow.scene import Scene
from engine.flow.shape import attribute, nested
from engine.flow.stage import DialOutcome, DialPlan, RoomOutcome, RoomPlan, Stage, Target
from engine.flow.verbs.nouns import Conference, Number, Sip

TARGET_LIMIT: Final = 10


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring the numbers and SIP addresses in their order until one answers, or enter the conference.

    The result goes to `action`; without one, the flow goes on with the next verb when the two have parted.
    """

    timeout: int = attribute(Whole(1, 600), default=30, help="Seconds to let each one ring")
    caller_id: str | None = attribute(TEXT, help="A number of the account, or of this call, to show; its caller's else")
    time_limit: int | None = attribute(Whole(1, 86400), help="Seconds that the two may talk; the call's limit else")
    action: str | None = attribute(WEB_ADDRESS, help="Where the result goes; the next verb follows if left out")
    method: Method = attribute(Choice(Method), default=Method.POST, help="How action is requested")
    record: bool = attribute(RecordMode(), default=False, help="Whether the two are recorded, one channel each")
    hangup_on_star: bool = attribute(Flag(), default=False, help="Whether the caller's * key ends it")
    to: tuple[Number | Sip | Conference, ...] = nested(
        Number, Sip, Conference, shorthand=Number, help="Whom to call; text alone is a number"
    )

    IGNORED: ClassVar = (
        "answerOnBridge", "callReason", "events", "passports", "recordingConfigurationId", "recordingTrack",
        "referMethod", "referUrl", "ringTone", "sequential", "trim",
    )  # fmt: skip
    LATER: ClassVar = (
        "callerName", "recordingStatusCallback", "recordingStatusCallbackMethod", "recordingStatusCallbackEvent",
    )  # fmt: skip

    def __post_init__(self) -> None:
        if not self.to:
            raise ValueError("write whom to call: a number, or Number, Sip or Conference.")
        if len(self.to) > TARGET_LIMIT:
            raise ValueError(f"it calls {len(self.to)}; at most {TARGET_LIMIT} are allowed.")
        if self._room is not None and len(self.to) > 1:
            raise ValueError("a conference stands alone.")

    @property
    def _room(self) -> Conference | None:
        return next((each for each in self.to if isinstance(each, Conference)), None)

    async def run(self, scene: Scene) -> Next:
        room = self._room
        params = await (self._call(scene.stage) if room is None else self._enter(room, scene.stage))
        return Continue() if self.action is None else GoTo(self.action, self.method, params)

    async def _call(self, stage: Stage) -> Mapping[str, str]:
        targets = tuple(Target(each.address) for each in self.to if not isinstance(each, Conference))
        plan = DialPlan(
            targets,
            answer_timeout_s=self.timeout,
            caller=self.caller_id or None,
            limit_s=self.time_limit,
            record=self.record,
            hang_up_on_star=self.hangup_on_star,
        )
        return _of_call(await stage.dial(plan))

    async def _enter(self, room: Conference, stage: Stage) -> Mapping[str, str]:
        plan = RoomPlan(
            room.conference,
            muted=room.muted,
            start_on_enter=room.start_conference_on_enter,
            end_on_exit=room.end_conference_on_exit,
            beep=room.beep,
            max_participants=room.max_participants,
            record=room.record or self.record,
            limit_s=self.time_limit,
            leave_on_star=self.hangup_on_star,
        )
        return _of_room(await stage.join(plan))


def _of_call(outcome: DialOutcome) -> dict[str, str]:
    params = {"DialCallStatus": outcome.status.value, "DialCallDuration": str(outcome.seconds)}
    if outcome.call_id is not None:
        params["DialCallSid"] = outcome.call_id
    if outcome.sip_code is not None:
        params["DialSipResponseCode"] = str(outcome.sip_code)
    return params | _of_recording(outcome.recording_url)


def _of_room(outcome: RoomOutcome) -> dict[str, str]:
    # The field's word for a conference that was entered is "answered", whatever happened in it.
    params = {
        "DialCallStatus": "answered" if outcome.joined else "failed",
        "DialCallDuration": str(outcome.seconds),
        "ConferenceSid": outcome.conference_id,
    }
    return params | _of_recording(outcome.recording_url)


def _of_recording(url: str | None) -> dict[str, str]:
    return {"RecordingUrl": url} if url else {}
