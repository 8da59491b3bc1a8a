"""The rows of the nodes of a database: who is there, who holds the name, and whose calls somebody else must close.

All times are the database's, so that no node's clock decides.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, case, delete, insert, literal, select, update

from engine.errors import NodeFenced, NotFound, WrongState
from engine.ids import IdKind, new_id
from engine.model.node import ALIVE, Node, NodeAddresses, NodeLoad, NodeState
from engine.store.database import Database
from engine.store.fence import move_fence
from engine.store.moment_functions import DatabaseClock
from engine.store.tables.nodes import node_fences, nodes

TAKING_OVER_S: Final = 30.0
"""Who closes what another has left must be done within so long, or somebody else begins anew."""

_HELD: Final = (nodes.c.lease_until > DatabaseClock(literal(0.0))).label("held")
_ALL: Final = select(nodes, _HELD).order_by(nodes.c.name)


class NoNode(NotFound):
    """No node has this name."""

    def __init__(self, name: str) -> None:
        super().__init__("node", name)
        self.args = (f"There is no node {name}. See which there are with: telefoon nodes list",)


class Nodes:
    """Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def all(self) -> list[Node]:
        """List all nodes by their names."""
        return [_node(row) for row in await self._db.rows(_ALL)]

    async def get(self, name: str) -> Node:
        """Find a node by its name. Raises NoNode."""
        row = await self._db.row(_ALL.where(nodes.c.name == name))
        if row is None:
            raise NoNode(name)
        return _node(row)

    async def is_silent(self, name: str, for_s: float) -> bool:
        """Whether a node has given no sign of life for so long; one that there is not has given none."""
        heard = select(nodes.c.name).where(nodes.c.name == name, nodes.c.beat_at > DatabaseClock(literal(-for_s)))
        return await self._db.row(heard.where(nodes.c.state.in_(tuple(ALIVE)))) is None

    async def enter(
        self,
        name: str,
        addresses: NodeAddresses,
        *,
        version: str,
        process: str,
        lease_s: float,
        instead_of: str | None = None,
        at: datetime | None = None,
    ) -> tuple[Node, Node | None]:
        """Take a name, with a new instance: the row as it is, and as it was before.

        Where another holds the name it is left to that, and both are the other's; `instead_of` is an instance that is
        known to have ended. `at` is when it asks by its own clock, if that is not this process's: its instance tells.
        """

        def job(connection: Connection) -> tuple[Node, Node | None]:
            before = _locked(connection, name)
            if before is not None and before.held and before.instance != instead_of:
                return before, before
            instance = new_id(IdKind.NODE, at)
            values = {
                "instance": instance,
                "state": NodeState.STARTING,
                "rest_url": addresses.rest_url,
                "sip_address": addresses.sip,
                "sip_over_ipv6": addresses.sip_over_ipv6,
                "region": addresses.region,
                "version": version,
                "process": process,
                "capacity": 0,
                "live_calls": 0,
                "load": 0.0,
                "drain_wanted": False,
                "settled": False,
                "taken_by": None,
                **_lease(lease_s),
                "started_at": DatabaseClock(literal(0.0)),
            }
            if before is None:
                connection.execute(insert(nodes).values(name=name, **values))
            else:
                connection.execute(update(nodes).where(nodes.c.name == name).values(**values))
            move_fence(connection, name, instance)
            return _read(connection, name), before

        return await self._db.write(job)

    async def beat(self, name: str, instance: str, state: NodeState, load: NodeLoad, lease_s: float) -> list[Node]:
        """Renew a lease, and see all nodes. Raises NodeFenced where the name is another's by now."""

        mine = update(nodes).where(nodes.c.name == name, nodes.c.instance == instance)
        told = {"live_calls": load.live_calls, "load": load.load, "capacity": load.capacity}
        if await self._db.change_alone(mine.values(state=state, **told, **_lease(lease_s))) == 0:
            raise NodeFenced(name)
        return await self.all()

    async def leave(self, name: str, instance: str) -> None:
        """Give the lease back; what is left of the node, such as callbacks that failed so far, is others' to do."""
        mine = update(nodes).where(nodes.c.name == name, nodes.c.instance == instance)
        now = DatabaseClock(literal(0.0))
        await self._db.change(mine.values(state=NodeState.STOPPED, lease_until=now, beat_at=now, live_calls=0))

    async def take_over(self, left: Node, by: str) -> str | None:
        """Begin to close what a node has left, which can write no more then; the instance to settle it with.

        None where it holds its lease after all, or another does so already.
        """
        instance = new_id(IdKind.NODE)

        def job(connection: Connection) -> str | None:
            lapsed = nodes.c.lease_until <= DatabaseClock(literal(0.0))
            this = (nodes.c.name == left.name) & (nodes.c.instance == left.instance)
            state = case((nodes.c.state.in_(tuple(ALIVE)), NodeState.LOST.value), else_=nodes.c.state)
            taken = update(nodes).where(this, lapsed, nodes.c.settled.is_(False))
            until = DatabaseClock(literal(TAKING_OVER_S))
            values = {"instance": instance, "state": state, "taken_by": by, "lease_until": until, "live_calls": 0}
            if connection.execute(taken.values(**values)).rowcount == 0:
                return None
            move_fence(connection, left.name, instance)
            return instance

        return await self._db.write(job)

    async def settle(self, name: str, instance: str) -> None:
        """All is closed that it had left."""
        mine = update(nodes).where(nodes.c.name == name, nodes.c.instance == instance)
        await self._db.change(mine.values(settled=True, lease_until=DatabaseClock(literal(0.0))))

    async def want_drained(self, name: str, *, wanted: bool) -> Node:
        """Have a node take no more calls, or take them again, within a second or two. Raises NoNode, WrongState."""
        node = await self.get(name)
        if not node.answers and node.state is not NodeState.STARTING:
            raise WrongState(f"{name} is {node.shown_state}, and takes no calls.")
        await self._db.change(update(nodes).where(nodes.c.name == name).values(drain_wanted=wanted))
        return node

    async def forget(self, name: str) -> None:
        """Delete the row of a node that will not come back. Raises NoNode, and WrongState while it may have calls."""

        def job(connection: Connection) -> None:
            node = _locked(connection, name)
            if node is None:
                raise NoNode(name)
            if node.held or not node.settled:
                raise WrongState(f"{name} is {node.shown_state}: stop it first, or wait until its calls are closed.")
            connection.execute(delete(nodes).where(nodes.c.name == name))
            connection.execute(delete(node_fences).where(node_fences.c.name == name))

        await self._db.write(job)


def _locked(connection: Connection, name: str) -> Node | None:
    row = connection.execute(_ALL.where(nodes.c.name == name).with_for_update()).mappings().first()
    return None if row is None else _node(row)


def _read(connection: Connection, name: str) -> Node:
    return _node(connection.execute(_ALL.where(nodes.c.name == name)).mappings().one())


def _lease(lease_s: float) -> dict[str, ColumnElement[Any]]:
    return {"beat_at": DatabaseClock(literal(0.0)), "lease_until": DatabaseClock(literal(lease_s))}


def _node(row: Mapping[Any, Any]) -> Node:
    return Node(**{name: row[name] for name in Node.__dataclass_fields__} | {"held": bool(row["held"])})
