"""The key of a recording or an account, as the database keeps it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key as it may be stored, and the name of the master key that unwraps it."""

    master: str
    wrapped: bytes = field(repr=False)
