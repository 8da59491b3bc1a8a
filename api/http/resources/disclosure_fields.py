"""Reads how people learn that a program speaks out of a request's body."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.http.faults import Faults
from engine.model.disclosure import DisclosureChoice, DisclosurePolicy
from engine.model.disclosure import faults as faults_of

Body = Mapping[str, Any]


def disclosure_of(given: str | Body, faults: Faults) -> DisclosureChoice | None:
    """What a policy's name, or an object with what is asserted with it, chooses; None where it has a fault."""
    try:
        choice = DisclosureChoice(DisclosurePolicy(given)) if isinstance(given, str) else _choice(given)
    except ValueError as error:
        faults.add("disclosure.asserted_at", f"is no moment: {error}.")
        return None
    for field, fault in faults_of(choice).items():
        faults.add(f"disclosure.{field}", fault)
    if choice.asserted_at is not None and choice.asserted_at.tzinfo is None:
        faults.add("disclosure.asserted_at", "has no time zone; write RFC 3339, as in 2026-11-25T09:30:00Z.")
    return choice


def _choice(given: Body) -> DisclosureChoice:
    """Raises ValueError for an `asserted_at` that is no moment."""
    at = given.get("asserted_at")
    return DisclosureChoice(
        DisclosurePolicy(given["policy"]),
        given.get("wording"),
        given.get("asserted_by"),
        datetime.fromisoformat(at) if at is not None else None,
        given.get("reason"),
    )
