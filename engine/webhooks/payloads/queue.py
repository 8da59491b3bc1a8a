"""The webhook payload of a queue, under the field's widespread names."""


def waiting_params(
    queue_id: str, *, position: int, waited_s: float, average_s: float | None, size: int, longest: int
) -> dict[str, str]:
    """What Enqueue's `waitUrl` is told of the wait; `position` counts from 1, `average_s` is of those served lately."""
    return {
        "QueueSid": queue_id,
        "QueuePosition": str(position),
        "QueueTime": str(round(waited_s)),
        "AvgQueueTime": str(round(average_s or 0)),
        "CurrentQueueSize": str(size),
        "MaxQueueSize": str(longest),
    }


def served_params(queue_id: str, *, waited_s: float, server_call_id: str) -> dict[str, str]:
    """What the `url` of Queue is told of the call that was waiting, and of the one that takes it."""
    return {"QueueSid": queue_id, "QueueTime": str(round(waited_s)), "DequeingCallSid": server_call_id}
