"""Periods of retention, and what exempts from them: decisions alone, the doing is in sweeper.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class DataCategory(StrEnum):
    """A kind of data that is kept for a time of its own."""

    CALLS = "calls"
    RECORDINGS = "recordings"
    EVENTS = "events"
    WEBHOOKS = "webhooks"
    OUTBOX = "outbox"
    CONSENTS = "consents"
    AUDIT = "audit"
    LOGS = "logs"


OF_THE_NODE: Final = (DataCategory.AUDIT, DataCategory.LOGS)
"""One for all accounts."""


FOR_EVER: Final = 0
LONGEST_DAYS: Final = 36500


@dataclass(frozen=True, slots=True)
class Periods:
    """Days by kind; FOR_EVER, and a kind that is not named, means that nothing is ever due."""

    days: Mapping[DataCategory, int]

    def due_before(self, kind: DataCategory, now: datetime) -> datetime | None:
        """What ended before this moment is due; None where nothing ever is."""
        days = self.days.get(kind, FOR_EVER)
        return None if days == FOR_EVER else now - timedelta(days=days)

    def kept_until(self, kind: DataCategory, ended_at: datetime) -> datetime | None:
        """When what ended at this moment falls due; None where it never does."""
        days = self.days.get(kind, FOR_EVER)
        return None if days == FOR_EVER else ended_at + timedelta(days=days)

    def overridden(self, by: Mapping[DataCategory, int]) -> "Periods":
        """The periods with those that an account has chosen instead."""
        return Periods({**self.days, **by})


class HoldOn(StrEnum):
    """The subject of a legal hold: a call with its legs, a conference with its calls, or all of an account."""

    CALL = "call"
    CONFERENCE = "conference"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class LegalHold:
    """While it is not lifted, nothing of its object is swept or erased. `set_by` and `lifted_by` are audit actors."""

    id: str
    account_id: str
    kind: HoldOn
    object: str
    reason: str
    set_at: datetime
    set_by: str
    lifted_at: datetime | None = None
    lifted_by: str | None = None


@dataclass(frozen=True, slots=True)
class Swept:
    """The count of a kind that went, or would go; `account_id` is empty for what is no account's."""

    account_id: str
    kind: DataCategory
    count: int
