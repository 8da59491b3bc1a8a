"""What clients may order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to place: `to` and `from_` in E.164, at most one of url and flow; `timeout_s` until answered."""

    account_id: str
    to: str
    from_: str
    url: str | None = None
    flow: str | None = None
    status_callback: str | None = None
    timeout_s: int = 30
    record: bool = False
    language: str = "en-GB"


@dataclass(frozen=True, slots=True)
class NewConference:
    """A conference to open, joined by its friendly name (its identifier where that is empty)."""

    account_id: str
    friendly_name: str
    max_participants: int = 100
    record: bool = False
