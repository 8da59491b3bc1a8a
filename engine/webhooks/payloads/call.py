"""The webhook payload of a call, under the field's widespread names."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from engine.model.call import Call, Status
from engine.model.callback import CallEventName
from engine.webhooks.payloads.parameters import Webhook, carried_by

_EVENTS: Final = {
    Status.QUEUED: CallEventName.INITIATED,
    Status.RINGING: CallEventName.RINGING,
    Status.IN_PROGRESS: CallEventName.ANSWERED,
}


def webhook_params(call: Call, webhook: Webhook = Webhook.FLOW, /, **extra: str) -> dict[str, str]:
    """What a request tells of the call itself, as the table of parameters reads it; `extra` comes on top."""
    values = {each.name: each.of_call(call) for each in carried_by(webhook) if each.of_call is not None}
    return {name: value for name, value in values.items() if value is not None} | extra


def status_form(call: Call, at: datetime | None = None) -> dict[str, str]:
    """A status callback's form, without its SequenceNumber; `at` is when it happened, now if not given."""
    # RFC 2822 §3.3, as the field writes it.
    return webhook_params(call, Webhook.STATUS, Timestamp=format_datetime(at or datetime.now(UTC)))


def event_name(call: Call) -> CallEventName:
    """What a call's status is called among the events that a callback may be asked for."""
    if call.ended:
        return CallEventName.COMPLETED
    return _EVENTS[call.status]
