"""A trunk as it is shown: its fields but for its password, where it is set, and how its registrations stand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from engine.model.trunk.reading import written_trunk
from engine.model.trunk.registration import TrunkRegistration
from engine.store.trunks import StoredTrunk


def trunk_json(stored: StoredTrunk, registrations: Sequence[TrunkRegistration]) -> dict[str, Any]:
    """`registrations` are those of all trunks."""
    return {
        **written_trunk(stored.trunk),
        "password_set": bool(stored.trunk.password),
        "from": stored.origin.value,
        "place": stored.place or None,
        "created_at": _time(stored.created_at),
        "updated_at": _time(stored.updated_at),
        "registrations": [_registration(each) for each in registrations if each.trunk == stored.trunk.name],
    }


def _registration(stand: TrunkRegistration) -> dict[str, Any]:
    return {
        "node": stand.node,
        "registered": stand.until is not None,
        "until": _time(stand.until),
        "code": stand.code,
        "reason": stand.reason,
        "at": _time(stand.at),
    }


def _time(at: datetime | None) -> str | None:
    """RFC 3339, UTC, to the millisecond."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
