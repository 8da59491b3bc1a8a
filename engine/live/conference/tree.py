"""The place of a room among those of its conference on other nodes: the root, or a leaf of it (docs/scaling.md)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from engine.aio.signal import Signal
from engine.aio.tasks import BackgroundTasks, started, stopped
from engine.aio.waits import first_of
from engine.errors import NodeUnreachable, StoreError
from engine.live.conference.branches import Branches
from engine.live.conference.conference_row import ConferenceRow
from engine.live.conference.uplink import Uplink
from engine.live.services import CallServices
from engine.ports import Leg, LegId, MixedRoom
from engine.ports.nodes import NodeOrder, PeerNodes

LOOK_S: Final = 1.0
"""How often a room looks at its row, beside each time that it is told to."""
ANXIOUS_S: Final = 0.25
"""How often it does so while it is cut off from its root."""
_LINKING_S: Final = 2.0

log = structlog.get_logger(__name__)


class RoomTree:
    """Links one room with those of other nodes. On a node that is alone it is the root of itself, and does nothing.

    Which node is the root is a column of the conference's row: only leaves dial, and only the root is dialled.
    """

    def __init__(
        self,
        services: CallServices,
        row: ConferenceRow,
        on_look: Callable[[], Awaitable[None]],
        on_cut_off: Callable[[], Awaitable[None]],
        on_change: Callable[[], Awaitable[None]],
    ) -> None:
        """`on_look` reads the row again and does what it says; `on_cut_off` hears that the others are not heard.

        `on_change` is told when a leaf is heard that was not before.
        """
        self._services = services
        self._row = row
        self._on_look = on_look
        self._branches = Branches(on_change)
        self._beside = BackgroundTasks("rooms of other nodes")
        self._began = False
        self._closed = Signal()
        self._keeping: asyncio.Task[None] | None = None
        self._linked_to = ""
        """The root with which that keeps a link."""
        self._uplink = (
            Uplink(services, services.nodes, lambda: row.value, on_cut_off) if services.nodes is not None else None
        )

    @property
    def is_root(self) -> bool:
        """Whether this node is the conference's root, which all of its other nodes are linked with."""
        return self._services.nodes is None or self._row.value.node == self._services.node

    @property
    def leaves(self) -> frozenset[str]:
        """The nodes that are linked with this one, as it is the root."""
        return self._branches.leaves

    @property
    def others_consent(self) -> bool:
        """Whether all on other nodes may be recorded."""
        return not self._row.not_consenting - {self._services.node}

    def consenting_links(self) -> Sequence[LegId]:
        """The links to leaves on which all may be recorded."""
        return self._branches.legs(but=self._row.not_consenting)

    def begin(self) -> None:
        """Look at the row every now and then, until `close`. Safe to repeat."""
        if self._services.nodes is not None and not self._began:
            self._began = True
            self._beside.begin(self._follow(self._services.nodes))

    async def arrange(self, mix: MixedRoom) -> None:
        """Be linked with the root where this is a leaf, and with leaves alone where this is the root."""
        if self._uplink is None:
            return
        if self.is_root:
            await self._let_go()
        else:
            await self._branches.end()
            if self._linked_to != self._row.value.node:
                await self._let_go()
            if self._keeping is None:
                self._linked_to = self._row.value.node
                self._keeping = started(self._uplink.keep(mix))

    async def follow_leaf(self, leg: Leg, leaf: str, mix: MixedRoom) -> None:
        """Follow the link of a leaf to its end."""
        await self._branches.follow(leg, leaf, mix)

    async def linked(self) -> None:
        """Wait until the others are heard, or until that takes too long."""
        if self._uplink is None or self.is_root:
            return
        try:
            async with asyncio.timeout(_LINKING_S):
                await self._uplink.up.wait()
        except TimeoutError:
            return

    async def tell_others(self, order: NodeOrder) -> None:
        """Have the other nodes of the conference do something. Who does not answer looks by itself within LOOK_S."""
        if (nodes := self._services.nodes) is not None:
            await self._tell_all(nodes, order)

    async def require_told(self) -> None:
        """Have the other nodes look at the row. Who does not do so is linked anew, and looks before that."""
        if (nodes := self._services.nodes) is None:
            return
        for node in await self._tell_all(nodes, {"do": "look"}):
            if node == self._row.value.node:
                await self._let_go()
            await self._branches.end_of(node)

    async def _tell_all(self, nodes: PeerNodes, order: NodeOrder) -> Sequence[str]:
        """The nodes that have not answered."""
        try:
            others = list(await self._services.stores.conferences.nodes_in(self._row.value.id) - {self._services.node})
        except StoreError as error:
            log.error("store_failed", error=str(error))
            return [*self.leaves, self._row.value.node]
        told = await asyncio.gather(*(self._tell(nodes, each, order) for each in others))
        return [node for node, answered in zip(others, told, strict=True) if not answered]

    async def close(self) -> None:
        """Hang up all links, and look no more."""
        self._closed.set()
        await self._let_go()
        await self._branches.end()

    async def _tell(self, nodes: PeerNodes, node: str, order: NodeOrder) -> bool:
        try:
            await nodes.tell(node, {**order, "conference": self._row.value.id})
        except NodeUnreachable as error:
            log.warning("node_not_told", node=node, reason=str(error))
            return False
        return True

    async def _follow(self, nodes: PeerNodes) -> None:
        while not await first_of(self._closed, timeout_s=ANXIOUS_S if self._is_cut_off else LOOK_S):
            await self._inherit(nodes)
            await self._on_look()

    @property
    def _is_cut_off(self) -> bool:
        return self._keeping is not None and self._uplink is not None and not self._uplink.up.is_set()

    async def _inherit(self, nodes: PeerNodes) -> None:
        """Become the root where that one seems dead, if no other leaf has been faster."""
        root = self._row.value.node
        if self.is_root or not self._is_cut_off:
            return
        try:
            if await nodes.seems_dead(root):
                mine = await self._services.stores.conferences.claim(self._row.value.id, root, self._services.node)
                log.warning("conference_inherited", conference=self._row.value.id, root=root, by_us=mine)
        except StoreError as error:
            log.error("store_failed", error=str(error))

    async def _let_go(self) -> None:
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            await stopped(keeping)
