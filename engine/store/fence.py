"""The fence of a node: it may change nothing once another may have closed its calls."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from engine.aio.signal import Signal
from engine.errors import NodeFenced
from engine.store.tables.nodes import node_fences

_STANDS: Final = (
    select(node_fences.c.name)
    .where(node_fences.c.name == bindparam("node"), node_fences.c.instance == bindparam("run"))
    .with_for_update(read=True)
)


@dataclass(frozen=True, slots=True)
class Fence:
    """What a database goes by in each transaction of a node's run.

    `fenced` is set once the node knows by itself that it may write no more: nothing is asked of the database then,
    which may well be out of reach, so that each question would wait for its timeout.
    """

    node: str
    instance: str
    fenced: Signal

    def require(self, connection: Connection) -> None:
        """Raise NodeFenced where another may have closed the node's calls.

        It locks a row until the change is stored, so that who takes over waits for that, and none comes later.
        """
        if connection.execute(_STANDS, {"node": self.node, "run": self.instance}).first() is None:
            raise NodeFenced(self.node)

    def require_unfenced(self) -> None:
        """Raise NodeFenced where the node knows it already."""
        if self.fenced.is_set():
            raise NodeFenced(self.node)


def move_fence(connection: Connection, node: str, instance: str) -> None:
    """Let only this run of the node change anything from now on."""
    changed = update(node_fences).where(node_fences.c.name == node).values(instance=instance)
    if connection.execute(changed).rowcount == 0:
        connection.execute(insert(node_fences).values(name=node, instance=instance))
