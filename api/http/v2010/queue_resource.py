"""A queue, and who waits in it, as programs of /2010-04-01 know them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from api.http.json_fields import Json
from api.http.v2010.fields import resource_uri, rfc2822, subresources
from engine.model.queue import Queue, Wait

NOUN: Final = "Queues"
_MEMBERS: Final = "Members"


def queue_resource(queue: Queue, waits: Sequence[Wait], now: datetime) -> Json:
    """A queue with those who wait in it now."""
    path = (queue.account_id, NOUN, queue.id)
    waited = [_seconds(wait, now) for wait in waits]
    return {
        "sid": queue.id,
        "account_sid": queue.account_id,
        "friendly_name": queue.friendly_name,
        "current_size": len(waits),
        "average_wait_time": sum(waited) // len(waited) if waited else 0,
        "max_size": None,
        "date_created": rfc2822(queue.date_created),
        "date_updated": rfc2822(queue.date_created),
        "uri": resource_uri(*path),
        "subresource_uris": subresources(*path, members=_MEMBERS),
    }


def member_resource(account_id: str, wait: Wait, position: int, now: datetime) -> Json:
    """Somebody who waits, at this place from 1."""
    return {
        "call_sid": wait.call_id,
        "queue_sid": wait.queue_id,
        "position": position,
        "wait_time": _seconds(wait, now),
        "date_enqueued": rfc2822(wait.entered_at),
        "uri": resource_uri(account_id, NOUN, wait.queue_id, _MEMBERS, wait.call_id),
    }


def _seconds(wait: Wait, now: datetime) -> int:
    return max(int((now - wait.entered_at).total_seconds()), 0)
