"""The disclosure record: who was told what, when and in which words, or what a client asserted in its place."""

from dataclasses import dataclass
from datetime import datetime

from engine.model.disclosure.policy import DisclosurePolicy


@dataclass(frozen=True, slots=True)
class DisclosureRecord:
    """One leg's disclosure, kept as evidence; none is ever changed.

    `text` is what was said to it or, with `agent-says-it`, what the client says that its program says. `begun_at` and
    `ended_at` are when the notice was heard; without a notice both are when the way was opened. `number` is the far
    end's, or its SIP URI.
    """

    id: str
    account_id: str
    call_id: str
    number: str
    policy: DisclosurePolicy
    begun_at: datetime
    ended_at: datetime
    text: str | None = None
    text_version: str | None = None
    language: str | None = None
    asserted_by: str | None = None
    asserted_at: datetime | None = None
    reason: str | None = None
