"""One result of an examination."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's finding: what was looked at, whether it is well, what was seen, what to do about it if anything."""

    subject: str
    ok: bool
    detail: str
    advice: str = ""
