"""A trunk as it is shown: its fields but for its password, where it is set, and how its registrations stand."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from api.http.json_fields import moment_text
from engine.model.trunk.reachability import TrunkReachability
from engine.model.trunk.reading import written_trunk
from engine.model.trunk.registration import TrunkRegistration
from engine.store.trunk_events import StoredTrunkEvent
from engine.store.trunks import StoredTrunk


def trunk_json(stored: StoredTrunk, registrations: Sequence[TrunkRegistration]) -> dict[str, Any]:
    """`registrations` are those of all trunks."""
    return {
        **written_trunk(stored.trunk),
        "password_set": bool(stored.trunk.password),
        "from": stored.origin.value,
        "place": stored.place or None,
        "created_at": moment_text(stored.created_at),
        "updated_at": moment_text(stored.updated_at),
        "registrations": [_registration(each) for each in registrations if each.trunk == stored.trunk.name],
    }


def reachability_json(reachability: TrunkReachability) -> dict[str, Any]:
    """Whether it answers, and what came of the last OPTIONS."""
    return {
        "silent_since": moment_text(reachability.silent_since),
        "round_trip_ms": reachability.round_trip_ms,
        "options": [{**asdict(each), "at": moment_text(each.at)} for each in reachability.pings],
        "events": [{**asdict(each), "at": moment_text(each.at)} for each in reachability.events],
    }


def trunk_event_json(event: StoredTrunkEvent) -> dict[str, Any]:
    """One change of a trunk's state."""
    return {**asdict(event), "at": moment_text(event.at)}


def _registration(stand: TrunkRegistration) -> dict[str, Any]:
    return {
        "node": stand.node,
        "registered": stand.until is not None,
        "until": moment_text(stand.until),
        "code": stand.code,
        "reason": stand.reason,
        "words": stand.words,
        "at": moment_text(stand.at),
        "again_at": moment_text(stand.again_at),
    }
