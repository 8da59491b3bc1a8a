"""Fax between two legs, as their dialogs tell of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaxBegan:
    """The far end's line carries a fax (T.38) in the place of sound, to or from whom it talks to.

    `rate_bps` is the most bits a second that was agreed on.
    """

    rate_bps: int


@dataclass(frozen=True, slots=True)
class FaxEnded:
    """The fax is over. The packets are those that have come from this far end, and those that went to it."""

    rate_bps: int
    packets_received: int
    packets_sent: int
