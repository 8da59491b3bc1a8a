"""<Dial>: call somebody and join the two, or enter a conference, or serve a queue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from engine.flow.attribute_types import Choice, Flag, Whole
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Continue, GoTo, HttpMethod, Next
from engine.flow.patterns import CALLER, COUNTRY, SHOWN_NAME, WEB_ADDRESS
from engine.flow.plans import (
    BridgeRecording,
    DialOutcome,
    DialPlan,
    DialRecord,
    DialTarget,
    QueueEntry,
    ReferTo,
    RoomOutcome,
)
from engine.flow.queue_plans import ServePlan
from engine.flow.shape import attribute, nested
from engine.flow.verbs import telling
from engine.flow.verbs.application import Application
from engine.flow.verbs.conference import Conference
from engine.flow.verbs.nouns import Client, Number, Sip
from engine.flow.verbs.queue import Queue
from engine.model.callback import RecordingEventName
from engine.model.recording_shape import Tracks, Trim

TARGET_LIMIT: Final = 10
_OF_HEADER: Final = "DialSipHeader_"
_CALLERS_OWN: Final = "automatic"
_NOT_SHOWN: Final = frozenset({"anonymous", "restricted"})
_SPELLED_OTHERWISE: Final = {"uk": "gb", "us-old": "us"}


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring whom it names, all at once or one after the other, until one answers; or enter a conference or a queue.

    The result goes to `action`; without one, the flow goes on with the next verb when the two have parted.
    """

    timeout: int = attribute(Whole(1, 600), default=30, help="Seconds to let it ring; of a sequence, each one")
    caller_id: str | None = attribute(
        CALLER, help="A number of the account, or who called in, to show; its caller's else. anonymous hides it"
    )
    caller_name: str | None = attribute(SHOWN_NAME, help="A name to show beside it")
    time_limit: int | None = attribute(Whole(1, 86400), help="Seconds that the two may talk; the call's limit else")
    action: str | None = telling.action("Where the result goes; the next verb follows if left out")
    method: HttpMethod = telling.method("action")
    record: DialRecord = attribute(
        Choice(DialRecord, yes=DialRecord.FROM_ANSWER, no=DialRecord.NOTHING),
        default=DialRecord.NOTHING,
        help="Whether the two are recorded; dual has one channel each. Always after consent",
    )
    recording_track: Tracks = attribute(
        Choice(Tracks), default=Tracks.BOTH, help="Record this party (inbound), the called one (outbound) or both"
    )
    trim: Trim = telling.trim()
    recording_status_callback: str | None = telling.callback_url("the recording's events")
    recording_status_callback_method: HttpMethod = telling.method("recordingStatusCallback")
    recording_status_callback_event: tuple[RecordingEventName, ...] = telling.recording_events()
    hangup_on_star: bool = attribute(Flag(), default=False, help="Whether the caller's * key ends it")
    answer_on_bridge: bool = attribute(
        Flag(), default=False, help="Whether an inbound call is answered only when the called party answers"
    )
    ring_tone: str | None = attribute(
        COUNTRY, help="The country whose ringing is heard; the called number's if left out or automatic"
    )
    sequential: bool = attribute(Flag(), default=False, help="Whether several are rung one after the other")
    refer_url: str | None = attribute(WEB_ADDRESS, help="The document to go on with when a party sends REFER")
    refer_method: HttpMethod = telling.method("referUrl")
    to: tuple[Number | Sip | Client | Conference | Queue | Application, ...] = nested(
        Number,
        Sip,
        Client,
        Conference,
        Queue,
        Application,
        shorthand=Number,
        least=1,
        help="Whom to call; text alone is a number",
    )
    unread: str = ""
    """Why none of whom it names could be read, where a lenient reading has left them all out."""

    IGNORED: ClassVar = {
        "callReason": "no carrier of ours passes a reason on.",
        "events": telling.OF_A_CLOUD,
        "passports": "calls are signed by the carrier, or with the certificate of their trunk.",
        "recordingConfigurationId": telling.OF_A_CLOUD,
    }

    DIFFERS: ClassVar = {"record": telling.AFTER_CONSENT, "timeLimit": "the call's own limit where it is left out."}

    WHILE_WAITING: ClassVar = False

    def __post_init__(self) -> None:
        if not self.to and not self.unread:
            raise ValueError("write whom to call: a number, or Number, Sip, Client, Conference, Queue or Application.")
        called = sum(1 + (len(each.uris) if isinstance(each, Sip) else 0) for each in self.to)
        if called > TARGET_LIMIT:
            raise ValueError(f"it calls {called}; at most {TARGET_LIMIT} are allowed.")
        if len(self.to) > 1 and any(isinstance(each, Conference | Queue | Application) for each in self.to):
            raise ValueError("a conference, a queue or an application stands alone.")

    @classmethod
    def of_nobody(cls, values: Mapping[str, Any], why: str) -> "Dial | None":
        """The Dial that fails, and whose action is told so; None for one whose flow goes on all the same."""
        if values.get("to") or not values.get("action"):
            return None
        return cls(**{**values, "to": (), "unread": why})

    def differences(self) -> Iterator[tuple[str, str]]:
        """Consent comes first here."""
        if self.record is not DialRecord.NOTHING:
            yield "record", self.DIFFERS["record"]

    async def run(self, context: ExecutionContext) -> Next:
        match self.to[0] if self.to else None:
            case Conference() as room:
                params = await self._enter(room, context)
            case Queue() as queue:
                params = _of_call(await context.stage.serve(queue.plan(context, self._serving(context))))
            case Application() as application:
                params = _of_call(await self._answered_by(application, context))
            case _:
                outcome = await context.stage.dial(self._plan(context))
                params = _of_call(outcome)
                if outcome.referred_to is not None and self.refer_url:
                    return GoTo(
                        self.refer_url, self.refer_method, {**params, "ReferTransferTarget": outcome.referred_to}
                    )
        return Continue() if self.action is None else GoTo(self.action, self.method, params)

    def _plan(self, context: ExecutionContext) -> DialPlan:
        return DialPlan(
            tuple(self._targets(context)),
            answer_timeout_s=self.timeout,
            caller=None if self._hides_caller else self.caller_id or None,
            hides_caller=self._hides_caller,
            caller_name=self.caller_name or None,
            limit_s=self.time_limit,
            recording=self._recording(context),
            hang_up_on_star=self.hangup_on_star,
            answer_on_bridge=self.answer_on_bridge,
            ring_tone=self._country(),
            sequential=self.sequential or any(isinstance(each, Sip) and each.uris for each in self.to),
            refer=ReferTo(context.absolute(self.refer_url), self.refer_method.value) if self.refer_url else None,
            unread=self.unread,
        )

    def _targets(self, context: ExecutionContext) -> Iterator[DialTarget]:
        for each in self.to:
            match each:
                case Sip():
                    yield from each.targets(context)
                case Number() | Client():
                    yield each.target(context)

    def _serving(self, context: ExecutionContext) -> ServePlan:
        return ServePlan(
            "",
            answer_timeout_s=self.timeout,
            limit_s=self.time_limit,
            recording=self._recording(context),
            hang_up_on_star=self.hangup_on_star,
        )

    async def _answered_by(self, application: Application, context: ExecutionContext) -> DialOutcome:
        if not self.answer_on_bridge:
            await context.stage.answer()
        return await application.run(context, self.time_limit)

    def _recording(self, context: ExecutionContext) -> BridgeRecording:
        callback = telling.callback(
            context,
            self.recording_status_callback,
            self.recording_status_callback_method,
            self.recording_status_callback_event,
        )
        return BridgeRecording(self.record, self.recording_track, self.trim, callback)

    @property
    def _hides_caller(self) -> bool:
        return (self.caller_id or "").strip().lower() in _NOT_SHOWN

    def _country(self) -> str | None:
        country = (self.ring_tone or _CALLERS_OWN).lower()
        return None if country == _CALLERS_OWN else _SPELLED_OTHERWISE.get(country, country)

    async def _enter(self, room: Conference, context: ExecutionContext) -> Mapping[str, str]:
        plan = room.plan(
            context,
            record=self.record is not DialRecord.NOTHING,
            limit_s=self.time_limit,
            leave_on_star=self.hangup_on_star,
            language=(await context.spoken(room.language)).language if room.language else None,
        )
        return _of_room(await context.stage.join(plan, room.waiting(context)))


def _of_call(outcome: DialOutcome) -> dict[str, str]:
    params = {
        "DialCallStatus": outcome.status.value,
        "DialCallDuration": str(outcome.seconds),
        "DialBridged": str(outcome.bridged).lower(),
    }
    if outcome.call_id is not None:
        params["DialCallSid"] = outcome.call_id
    if outcome.sip_code is not None:
        params["DialSipResponseCode"] = str(outcome.sip_code)
    params |= {f"{_OF_HEADER}{name}": value for name, value in outcome.headers}
    return params | _of_recording(outcome.recording_url)


def _of_room(outcome: RoomOutcome) -> dict[str, str]:
    # The field's word for a conference that was entered is "answered", whatever happened in it.
    params = {
        "DialCallStatus": "answered" if outcome.entry is QueueEntry.ENTERED else "failed",
        "DialCallDuration": str(outcome.seconds),
        "ConferenceSid": outcome.conference_id,
        "ConferenceStatus": outcome.entry.value,
    }
    return params | _of_recording(outcome.recording_url)


def _of_recording(url: str | None) -> dict[str, str]:
    return {"RecordingUrl": url} if url else {}
