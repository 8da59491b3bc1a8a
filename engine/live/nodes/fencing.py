"""When a node that can't renew its lease must end its calls, since others may close them."""

from enum import Enum, auto


class OthersReach(Enum):
    """What the other nodes say of the database that this one can't reach."""

    NO_OTHERS = auto()
    """There were none when it was last seen."""
    YES = auto()
    """One of them reaches it."""
    NO = auto()
    """Those who answer don't, so nobody can close this node's calls."""
    NOBODY_ANSWERS = auto()


def must_fence(age_s: float, lease_s: float, others: OthersReach) -> bool:
    """Whether a node ends its calls whose lease was renewed so many seconds ago.

    Calls outlive a database that is away for all: it must be this node alone that is cut off from it. Whoever is cut
    off from the other nodes too can't know, and goes on until its lease ends, before which nobody takes over from it.
    """
    match others:
        case OthersReach.YES:
            return age_s >= lease_s / 2
        case OthersReach.NOBODY_ANSWERS:
            return age_s >= lease_s
        case OthersReach.NO_OTHERS | OthersReach.NO:
            return False
