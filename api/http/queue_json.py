"""Queues, and those who wait in them, as the published JSON has them."""

from collections.abc import Sequence

from api.http.json_fields import Json, known, moment_text
from engine.model.queue import Queue, QueueFigures, Wait


def queue_json(
    queue: Queue,
    waiting: int,
    members: Sequence[tuple[Wait, float | None]] | None = None,
    figures: QueueFigures | None = None,
) -> Json:
    """A queue; with those who wait, each with its estimated wait in seconds, and figures, where they are given."""
    return known(
        {
            "id": queue.id,
            "friendly_name": queue.friendly_name,
            "date_created": moment_text(queue.date_created),
            "waiting": waiting,
            "members": None if members is None else [_waiting(place, *each) for place, each in enumerate(members, 1)],
            "figures": None if figures is None else _figures(figures),
        }
    )


def _waiting(position: int, wait: Wait, estimate: float | None) -> Json:
    return known(
        {
            "call_id": wait.call_id,
            "position": position,
            "priority": wait.priority,
            "waiting_since": moment_text(wait.entered_at),
            "estimated_wait_seconds": estimate,
        }
    )


def _figures(figures: QueueFigures) -> Json:
    return known(
        {
            "served": figures.served,
            "hung_up": figures.hung_up,
            "left": figures.left,
            "average_wait_seconds": figures.average_wait_s,
            "longest_wait_seconds": figures.longest_wait_s,
        }
    )
