"""Tells other nodes of what this one has committed, so seldom that no commit has to wait for it (PostgreSQL's NOTIFY).

A transaction that notifies holds a lock of the whole server while it commits, so that all who do so commit one by one.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Final

import structlog

from engine.aio.tasks import started, stopped
from engine.errors import StoreError
from engine.store.failure import as_store_error
from engine.store.notice_wishes import NoticeWishes
from engine.store.notices import Topic

APART_S: Final = 0.05
"""Between two notices of one node: 20 a second, whatever it commits."""
_RIDE_S: Final = 0.03
"""So much longer a notice waits for a commit that carries it, before it is a transaction of its own."""
_WISH: Final = "wants:"
"""Before a topic that the sender wants to be told of."""

log = structlog.get_logger(__name__)


class NoticeSender:
    """Puts a notice into a commit where the last is a while ago, and else sends one for all that came meanwhile.

    What no other node wishes for is told to nobody. Belongs to asyncio's thread.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]], wishes: NoticeWishes) -> None:
        """`send` sends a payload in a transaction of its own. Raises as its driver does."""
        self._send = send
        self._wishes = wishes
        self.name: Final = secrets.token_hex(8)
        self._free_at_s = 0.0
        self._late: set[Topic] = set()
        self._sending: asyncio.Task[None] | None = None

    def carried(self, topics: AbstractSet[Topic]) -> AbstractSet[Topic]:
        """What the commit of these is to tell of; if nothing, they are to be told of `later`, once committed.

        What was to be told later goes with it; where the commit fails, that is to be told `later` again.
        """
        now_s, told = _now_s(), self._wishes.among(topics | self._late)
        if now_s < self._free_at_s or not told:
            return frozenset()
        self._free_at_s = now_s + APART_S
        self._late = set()
        return told

    def later(self, topics: AbstractSet[Topic]) -> None:
        """Tell of what is committed, with all that is until then."""
        self._late |= self._wishes.among(topics)
        if self._late and self._sending is None:
            self._sending = started(self._send_late())

    async def close(self) -> None:
        """Tell of nothing more: whoever waits looks by himself."""
        if self._sending is not None:
            await stopped(self._sending)

    async def _send_late(self) -> None:
        try:
            while self._late:
                await asyncio.sleep(self._free_at_s + _RIDE_S - _now_s())
                if topics := self.carried(frozenset()):
                    await self._send_now(payload(self.name, topics))
                self._late = set(self._wishes.among(self._late))
        finally:
            self._sending = None

    async def _send_now(self, text: str) -> None:
        try:
            with as_store_error():
                await self._send(text)
        except StoreError as error:
            log.warning("notice_not_sent", error=str(error))


def payload(sender: str, topics: Iterable[Topic]) -> str:
    """Who tells, and what of: words with blanks between."""
    return " ".join((sender, *sorted(topics)))


def wish(sender: str, topics: Iterable[Topic]) -> str:
    """Who wants to be told, and of what, in the same form; a node of an earlier version takes none of its words."""
    return " ".join((sender, *(f"{_WISH}{each}" for each in sorted(topics))))


def wishes_in(text: str, *, unless_of: str) -> list[Topic]:
    """What the sender of a notice wants to be told of; nothing where it is `unless_of`'s own."""
    sender, *words = text.split()
    return [] if sender == unless_of else [topic for topic in Topic if f"{_WISH}{topic}" in words]


def topics_of(text: str, *, unless_of: str) -> list[Topic]:
    """What a notice tells of; nothing where it is `unless_of`'s own. Topics of a newer version are left out."""
    sender, *words = text.split()
    return [] if sender == unless_of else [topic for topic in Topic if topic.value in words]


def _now_s() -> float:
    return asyncio.get_running_loop().time()
