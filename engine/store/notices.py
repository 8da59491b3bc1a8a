"""What nodes of one database tell each other by way of it: that there is something new to look at.

A notice carries no news, only where to look. Whoever waits for one looks once in a while without any too.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from engine.aio.change_notifier import ChangeNotifier
from engine.aio.signal import Signal

CHANNEL: Final = "telefoon"
"""PostgreSQL's name for them; each database has its own."""
_TOLD: Final = "telefoon_notices"


class Topic(StrEnum):
    """What there is to look at anew."""

    BANS = "bans"
    EVENTS = "events"
    QUEUES = "queues"
    ROUTES = "routes"
    TRUNKS = "trunks"


class NoticeBoard:
    """A bell for each topic: this node rings it, and so do the others where several share a database.

    Belongs to asyncio's thread.
    """

    def __init__(self) -> None:
        self.wishes_more: Final = Signal()
        """Set when somebody here attends to a bell to which nobody did."""
        self._bells: Mapping[Topic, ChangeNotifier] = {topic: ChangeNotifier(self.wishes_more.set) for topic in Topic}

    @property
    def wishes(self) -> frozenset[Topic]:
        """What somebody on this node wants to be told of at once."""
        return frozenset(topic for topic, bell in self._bells.items() if bell.is_attended)

    def bell(self, topic: Topic) -> ChangeNotifier:
        """The bell that rings when there may be something new of this."""
        return self._bells[topic]

    def ring(self, topics: Iterable[Topic]) -> None:
        """Have those look who wait for these."""
        for topic in topics:
            self._bells[topic].ring()

    def ring_all(self) -> None:
        """Have everybody look: nobody knows what was missed."""
        self.ring(Topic)


def tell(connection: Connection, *topics: Topic) -> None:
    """Have other nodes look at these once what is done on the connection is committed.

    An SQLite file has one node, so nothing is told there.
    """
    if connection.dialect.name != "sqlite":
        connection.info.setdefault(_TOLD, set()).update(topics)


def take_told(connection: Connection) -> frozenset[Topic]:
    """What was to be told by the transaction of the connection; it is not told again."""
    return frozenset(connection.info.pop(_TOLD, ()))
