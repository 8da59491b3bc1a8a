"""Reads the consent policy of a call out of a request's body."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.problems import FieldError
from engine.consent import Choice, Policy, Withdrawal, faults

Body = Mapping[str, Any]


def consent_of(body: Body) -> Choice | None:
    """What `consent` says; None without it. The body must have no faults."""
    if "consent" not in body:
        return None
    given = body["consent"]
    if isinstance(given, str):
        return Choice(Policy(given))
    at = given.get("given_at")
    return Choice(
        Policy(given["policy"]),
        Withdrawal(given.get("withdrawal", Withdrawal.CUT)),
        given.get("basis"),
        given.get("reference"),
        given.get("given_by"),
        datetime.fromisoformat(at) if at is not None else None,
        given.get("wording"),
    )


def consent_faults(body: Body) -> list[FieldError]:
    """What does not go together in `consent`, each by its field."""
    try:
        choice = consent_of(body)
    except ValueError as error:
        return [FieldError("consent.given_at", f"is no moment: {error}.")]
    if choice is None:
        return []
    found = [FieldError(f"consent.{field}", fault) for field, fault in faults(choice).items()]
    if choice.given_at is not None and choice.given_at.tzinfo is None:
        found.append(FieldError("consent.given_at", "has no time zone; write RFC 3339, as in 2026-11-25T09:30:00Z."))
    return found
