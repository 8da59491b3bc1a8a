"""A node's place among the others: the name that it holds by a lease, and what it sees of them with each renewal."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog

from engine.aio.tasks import BackgroundTasks, started, stopped
from engine.aio.waits import Occurrence
from engine.errors import NodeFenced, SetupError, StoreError
from engine.live.nodes.fencing import OthersReach, must_fence
from engine.model.node import Node, NodeAddresses, NodeLoad, NodeState
from engine.ports import Clock
from engine.store.nodes import TAKING_OVER_S, Nodes

_LOOK_S: Final = 0.5
_SETTLING_S: Final = TAKING_OVER_S - 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lease:
    """The time for which a name is held, and how often that is renewed (s)."""

    seconds: float
    renewed_every_s: float

    @classmethod
    def on(cls, *, shared: bool) -> "Lease":
        """A lease on a database of several nodes, or on a file, whose next process asks when this one ended."""
        return cls(10.0, 1.0) if shared else cls(15.0, 1.0)


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """Who a node is: its name, where it answers, its version, and what tells its process on its machine."""

    name: str
    addresses: NodeAddresses
    version: str
    process: str


@dataclass(frozen=True, slots=True)
class NodeSurroundings:
    """What a membership asks of a node that serves.

    `close_left` closes what another node has left open. `drain` is told when an operator wants the node drained, or
    no more. `others_reach` asks nodes whether they reach the database.
    """

    load: Callable[[], NodeLoad]
    is_draining: Callable[[], bool]
    drain: Callable[[bool], Awaitable[None]]
    close_left: Callable[[Node], Awaitable[None]]
    others_reach: Callable[[Sequence[Node]], Awaitable[OthersReach]]


class Membership:
    """Belongs to asyncio's thread."""

    def __init__(self, nodes: Nodes, me: NodeIdentity, clock: Clock, lease: Lease) -> None:
        self._fenced = Occurrence()
        self._nodes = nodes
        self._me = me
        self._clock = clock
        self._lease = lease
        self._instance = ""
        self._around: NodeSurroundings | None = None
        self._drain_wanted = False
        self._seen: Sequence[Node] = ()
        self._renewed_s = clock.monotonic()
        self._steady_since_s = clock.monotonic()
        self._settling = BackgroundTasks("nodes")
        self._settled_now: set[str] = set()

    @property
    def fenced(self) -> Occurrence:
        """Happens when the node must end its calls and stop."""
        return self._fenced

    @property
    def name(self) -> str:
        return self._me.name

    @property
    def instance(self) -> str:
        """This run of the node; empty before it has entered."""
        return self._instance

    @property
    def lease_age_s(self) -> float:
        """The seconds since the lease was last renewed."""
        return self._clock.monotonic() - self._renewed_s

    @property
    def region(self) -> str:
        """The one that this node is in, empty for none."""
        return self._me.addresses.region

    @property
    def lease_s(self) -> float:
        return self._lease.seconds

    def seen(self) -> Sequence[Node]:
        """All nodes as they were at the last renewal, this one included."""
        return self._seen

    def others(self) -> Sequence[Node]:
        """The other nodes that answered to their leases at the last renewal."""
        return [each for each in self._seen if each.name != self.name and each.answers]

    def find(self, name: str) -> Node | None:
        """The node of this name, as it was at the last renewal."""
        return next((each for each in self._seen if each.name == name), None)

    async def enter(self, has_ended: Callable[[str], bool]) -> Node | None:
        """Take the name; the row as the last who had it left it. Raises SetupError while somebody holds it.

        One who has ended without giving it back is waited for until its lease has run out; another that closes what
        that one has left, until it has: both would close the same calls.
        """
        ended: str | None = None
        first_seen: Node | None = None
        while True:
            sent_s = self._clock.monotonic()
            node, before = await self._nodes.enter(
                self.name,
                self._me.addresses,
                version=self._me.version,
                process=self._me.process,
                lease_s=self._lease.seconds,
                instead_of=ended,
                at=self._clock.now(),
            )
            if before is None or node.instance != before.instance:
                self._instance, self._renewed_s, self._steady_since_s = node.instance, sent_s, sent_s
                return before
            if before.is_being_settled:
                first_seen = None
                await self._clock.sleep(_LOOK_S)
                continue
            if has_ended(before.process):
                ended = before.instance
                continue
            if first_seen is None:
                log.warning("name_is_held", node=self.name, by=before.process, waits_s=self._lease.seconds)
                first_seen = before
            if _is_renewed(before, first_seen):
                raise SetupError(_held_by(before))
            await self._clock.sleep(_LOOK_S)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Inside, the lease of a node that has entered is renewed; on the way out it is given back."""
        renewing = started(self._run(), "node's lease")
        try:
            yield
        finally:
            await stopped(renewing)
            await self._settling.close()
            await self._leave()

    async def serve(self, around: NodeSurroundings) -> None:
        """Calls come from now on, as the node's row says at once, and this node closes what others have left."""
        self._around = around
        await self._renew()

    async def _run(self) -> None:
        while not self.fenced.is_set():
            try:
                await self._renew()
            except Exception:
                log.exception("lease_renewal_crashed", node=self.name)
            await self._clock.sleep(self._lease.renewed_every_s)

    async def _renew(self) -> None:
        sent_s = self._clock.monotonic()
        load = self._around.load() if self._around else NodeLoad()
        try:
            # Who gives up too soon has to connect anew, which takes longer still where the database is slow.
            async with asyncio.timeout(self._lease.seconds / 2):
                seen = await self._nodes.beat(self.name, self._instance, self._state(), load, self._lease.seconds)
        except NodeFenced as error:
            self._fence(str(error))
        except (StoreError, TimeoutError) as error:
            log.warning("lease_not_renewed", node=self.name, age_s=round(self.lease_age_s, 1), reason=str(error))
            await self._consider_fencing()
        else:
            if sent_s - self._renewed_s >= self._lease.seconds:
                self._steady_since_s = sent_s
            self._renewed_s, self._seen = sent_s, seen
            if self._around is not None:
                await self._obey(self._around)
                self._take_over(self._around)

    def _state(self) -> NodeState:
        if self._around is None:
            return NodeState.STARTING
        return NodeState.DRAINING if self._around.is_draining() else NodeState.SERVING

    async def _consider_fencing(self) -> None:
        if self._around is None or self.lease_age_s < self._lease.seconds / 2:
            return
        others = self.others()
        reach = await self._around.others_reach(others) if others else OthersReach.NO_OTHERS
        if must_fence(self.lease_age_s, self._lease.seconds, reach):
            self._fence(f"The database was not reached for {self.lease_age_s:.1f} s, and others may close our calls.")

    def _fence(self, reason: str) -> None:
        log.critical("node_fenced", node=self.name, reason=reason)
        self.fenced.set()

    async def _obey(self, around: NodeSurroundings) -> None:
        """Drain, or take calls again, where an operator has asked for that in the node's row."""
        me = self.find(self.name)
        if me is not None and me.drain_wanted != self._drain_wanted:
            self._drain_wanted = me.drain_wanted
            await around.drain(me.drain_wanted)

    def _take_over(self, around: NodeSurroundings) -> None:
        """Close what others have left, once this node has held its lease for so long that they had time to renew."""
        if self._clock.monotonic() - self._steady_since_s < self._lease.seconds:
            return
        for left in self._seen:
            if left.name != self.name and not left.held and not left.settled and left.name not in self._settled_now:
                self._settled_now.add(left.name)
                self._settling.begin(self._settle(left, around), f"taking over from {left.name}")

    async def _settle(self, left: Node, around: NodeSurroundings) -> None:
        try:
            async with asyncio.timeout(_SETTLING_S):
                instance = await self._nodes.take_over(left, self.name)
                if instance is None:
                    return
                log.warning("takes_over", node=left.name, state=left.shown_state, last_seen=left.beat_at)
                await around.close_left(left)
                await self._nodes.settle(left.name, instance)
        except (StoreError, TimeoutError) as error:
            log.error("not_taken_over", node=left.name, reason=str(error))
        finally:
            self._settled_now.discard(left.name)

    async def _leave(self) -> None:
        if self.fenced.is_set():
            return
        try:
            await self._nodes.leave(self.name, self._instance)
        except StoreError as error:
            log.warning("lease_not_given_back", node=self.name, reason=str(error))


def _is_renewed(now: Node, first_seen: Node) -> bool:
    return now.instance != first_seen.instance or now.beat_at > first_seen.beat_at


def _held_by(node: Node) -> str:
    return (
        f"The name {node.name} is held by a node that has run since {node.started_at:%Y-%m-%d %H:%M} UTC and answers "
        f"at {node.rest_url} (process {node.process}). Give this one a name of its own in TELEFOON_NODE, or stop that."
    )
