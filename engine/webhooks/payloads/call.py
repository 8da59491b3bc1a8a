"""The webhook payload of a call, under the field's widespread names."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from engine.model.call import Call, Direction, Status
from engine.model.callback import CallEventName

API_VERSION: Final = "v1"
_EVENTS: Final = {
    Status.QUEUED: CallEventName.INITIATED,
    Status.RINGING: CallEventName.RINGING,
    Status.IN_PROGRESS: CallEventName.ANSWERED,
}


def webhook_params(call: Call, **extra: str) -> dict[str, str]:
    """Parameters of a request for a call flow."""
    params = {
        "CallSid": call.id,
        "AccountSid": call.account_id,
        "From": call.from_,
        "To": call.to,
        "Caller": call.from_,
        "Called": call.to,
        "CallStatus": call.status.value,
        "Direction": _direction(call),
        "ApiVersion": API_VERSION,
    }
    if call.parent_id is not None:
        params["ParentCallSid"] = call.parent_id
    return params | extra


def status_form(call: Call, at: datetime | None = None) -> dict[str, str]:
    """A status callback's form, without its SequenceNumber; `at` is when it happened, now if not given.

    SipResponseCode is there as soon as one is known.
    """
    form = webhook_params(call, CallDuration=str(call.duration), CallbackSource="call-progress-events")
    # RFC 2822 §3.3, as the field writes it.
    form["Timestamp"] = format_datetime(at or datetime.now(UTC))
    if call.sip_code is not None:
        form["SipResponseCode"] = str(call.sip_code)
    return form


def event_name(call: Call) -> CallEventName:
    """What a call's status is called among the events that a callback may be asked for."""
    if call.ended:
        return CallEventName.COMPLETED
    return _EVENTS[call.status]


def _direction(call: Call) -> str:
    """The field tells calls ordered over the API from those that a Dial made."""
    if call.direction is Direction.INBOUND:
        return "inbound"
    return "outbound-api" if call.parent_id is None else "outbound-dial"
