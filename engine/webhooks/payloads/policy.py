"""What an operator is told of calls that call policies refuse, end or give an alarm of."""

from datetime import datetime
from email.utils import format_datetime

from engine.model.call import Call


def operator_form(
    call: Call, at: datetime, *, event: str, rule: str, level: str, number: str, reason: str
) -> dict[str, str]:
    """The form for the operator's URL, without its SequenceNumber."""
    return {
        "CallSid": call.id,
        "AccountSid": call.account_id,
        "PolicyEvent": event,
        "PolicyRule": rule,
        "PolicyLevel": level,
        "PolicyNumber": number,
        "PolicyReason": reason,
        "PolicyKeySid": call.key_id or "",
        "Timestamp": format_datetime(at),
    }
