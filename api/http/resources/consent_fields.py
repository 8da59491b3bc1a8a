"""Reads the consent policies of a call out of a request's body."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.http.faults import Faults
from engine.model.consent import ConsentChoice, ConsentPolicy, Withdrawal
from engine.model.consent import faults as faults_of

Body = Mapping[str, Any]


def consent_of(name: str, given: str | Body, faults: Faults) -> ConsentChoice | None:
    """What a policy's name, or an object with what goes with it, chooses in the field `name`; None at a fault."""
    try:
        choice = ConsentChoice(ConsentPolicy(given)) if isinstance(given, str) else _choice(given)
    except ValueError as error:
        faults.add(f"{name}.given_at", f"is no moment: {error}.")
        return None
    for field, fault in faults_of(choice).items():
        faults.add(f"{name}.{field}", fault)
    if choice.given_at is not None and choice.given_at.tzinfo is None:
        faults.add(f"{name}.given_at", "has no time zone; write RFC 3339, as in 2026-11-25T09:30:00Z.")
    return choice


def _choice(given: Body) -> ConsentChoice:
    """Raises ValueError for a `given_at` that is no moment."""
    at = given.get("given_at")
    return ConsentChoice(
        ConsentPolicy(given["policy"]),
        Withdrawal(given.get("withdrawal", Withdrawal.CUT)),
        given.get("basis"),
        given.get("reference"),
        given.get("given_by"),
        datetime.fromisoformat(at) if at is not None else None,
        given.get("wording"),
    )
