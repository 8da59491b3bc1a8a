"""Values inside JSON columns."""

import json


def to_json(value: object) -> str:
    """JSON text; what JSON does not know (a time, an amount, a path) as its own text.

    Facts about a call are written for readers: an odd one must not keep the rest from being stored.
    """
    return json.dumps(value, default=str, separators=(",", ":"))
