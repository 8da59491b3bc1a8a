"""A node as the others see it: where it answers, what it does, and whether it holds its lease."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.ids import moment_of


class NodeState(StrEnum):
    """What a node does. One that is `lost` ended, or was cut off, without saying so."""

    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"
    STOPPED = "stopped"
    LOST = "lost"


class DutyKind(StrEnum):
    """What a node must still delete on its own disk."""

    FILE = "file"
    """What was recorded."""
    CACHES = "caches"
    """All prompts and fetched sounds that it can make or fetch again: which of them tell of whom can't be seen."""


ALIVE = frozenset({NodeState.STARTING, NodeState.SERVING, NodeState.DRAINING})


@dataclass(frozen=True, slots=True)
class NodeAddresses:
    """Where a node is found: `rest_url` by other nodes, `sip` ("host:port") by calls; and the region that it is in.

    `sip_over_ipv6` is where calls over IPv6 find it, empty where none do.
    """

    rest_url: str
    sip: str
    region: str = ""
    sip_over_ipv6: str = ""


@dataclass(frozen=True, slots=True)
class NodeLoad:
    """What a node carries now: its calls, and of its limits the part that is used of the one that is nearest (1: all).

    `capacity` is for how many calls at once there is room.
    """

    live_calls: int = 0
    load: float = 0.0
    capacity: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A node's row. `instance` is one run of its process; `process` tells where that is to be found on its machine.

    `held` is whether its lease has not run out, by the database's clock. What a node that holds none has left open is
    `settled` once another has closed it; `taken_by` is who does that.
    """

    name: str
    instance: str
    state: NodeState
    rest_url: str
    sip_address: str
    region: str
    version: str
    process: str
    capacity: int
    live_calls: int
    load: float
    started_at: datetime
    beat_at: datetime
    lease_until: datetime
    drain_wanted: bool
    settled: bool
    taken_by: str | None
    held: bool
    sip_over_ipv6: str = ""

    @property
    def is_being_settled(self) -> bool:
        """Whether another closes just now what it has left open."""
        return self.held and self.taken_by is not None and not self.settled

    @property
    def answers(self) -> bool:
        """Whether it is there to be asked."""
        return self.held and self.state in (NodeState.SERVING, NodeState.DRAINING)

    @property
    def last_seen(self) -> datetime:
        """Its last sign of life by its own clock, as its calls tell the time; that clock may be wrong.

        How far it was from the database's is told by its instance, which it named by its own as it took its name.
        """
        return self.beat_at + (moment_of(self.instance) - self.started_at)

    @property
    def shown_state(self) -> NodeState:
        """Its state, which is lost as soon as its lease has run out."""
        return NodeState.LOST if self.state in ALIVE and not self.held else self.state
