"""A call as programs of /2010-04-01 know it."""

from typing import Final

from api.http.json_fields import Json
from api.http.v2010.contract import API_VERSION
from api.http.v2010.fields import cost, resource_uri, rfc2822, subresources
from engine.model.call import Call, Direction, Status
from engine.model.numbers import written_nationally
from engine.privacy.pseudonym import is_pseudonym

_NOUNS: Final = {"recordings": "Recordings", "events": "Events", "notifications": "Notifications"}


def call_resource(call: Call, number_id: str | None) -> Json:
    """Its fields by their names; what is not known, and what there is none of here, is null.

    `number_id` is the account's number that the call came to, or is placed from.
    """
    return {
        "sid": call.id,
        "account_sid": call.account_id,
        "parent_call_sid": call.parent_id,
        "date_created": rfc2822(call.start_time),
        "date_updated": rfc2822(call.end_time or call.answer_time or call.start_time),
        "to": call.to,
        "to_formatted": written_nationally(call.to),
        "from": call.from_,
        "from_formatted": written_nationally(call.from_),
        "phone_number_sid": number_id,
        "status": call.status.value,
        "start_time": None if call.status is Status.QUEUED else rfc2822(call.start_time),
        "end_time": rfc2822(call.end_time),
        "duration": str(call.duration) if call.ended else None,
        "price": cost(call.price),
        "price_unit": call.price_unit,
        "direction": _direction(call),
        "answered_by": None,
        "api_version": API_VERSION,
        "forwarded_from": call.forwarded_from,
        "group_sid": None,
        "caller_name": call.options.caller_name,
        "queue_time": "0",
        "stir_verstat": call.stir_verstat.value if call.stir_verstat else None,
        "trunk_sid": None,
        "uri": resource_uri(call.account_id, "Calls", call.id),
        "subresource_uris": subresources(call.account_id, "Calls", call.id, **_NOUNS),
    }


def names_somebody(call: Call) -> bool:
    """Whether it is told of: one that was deleted, or whose time is up, stays for its bill alone."""
    return not (is_pseudonym(call.from_) and is_pseudonym(call.to))


def _direction(call: Call) -> str:
    if call.direction is Direction.INBOUND:
        return "inbound"
    return "outbound-dial" if call.parent_id else "outbound-api"
