"""Tells the operator's server of bans that the front door has made, one after the other."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Final

import structlog

from engine.errors import WebhookError
from engine.ids import IdKind, new_id
from engine.model.ban import SourceBan
from engine.ports import Clock
from engine.webhooks.delivery import Deliverer

MOST_WAITING: Final = 1000
"""Bans that are still to be told; beyond that the oldest are left out, for forged sources make any number of them."""
PAUSES_S: Final = (1.0, 10.0, 60.0, 300.0)
"""Between the attempts to tell of one."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BanCallback:
    """A form about a ban; it is nobody's call and no account's, so it is signed with the operator's secret."""

    id: str
    url: str
    form: Mapping[str, str]
    call_id: str = ""
    account_id: str = ""
    method: str = "POST"

    @classmethod
    def of(cls, ban: SourceBan, url: str, node: str) -> "BanCallback":
        form = {
            "BanSource": str(ban.source),
            "BanReason": ban.reason.value,
            "BanTimes": str(ban.times),
            "BanUntil": format_datetime(ban.until),
            "Timestamp": format_datetime(ban.since),
            "Node": node,
        }
        return cls(new_id(IdKind.CALLBACK), url, form)


class BanNews:
    """Belongs to asyncio's thread. What was not told when the process ends is in the database and the log alone."""

    def __init__(self, url: str, node: str, web: Deliverer, clock: Clock) -> None:
        """Without a URL nobody is told."""
        self._url = url
        self._node = node
        self._web = web
        self._clock = clock
        self._waiting: deque[BanCallback] = deque(maxlen=MOST_WAITING)
        self._came = asyncio.Event()

    def tell(self, ban: SourceBan) -> None:
        """Have the operator told, in a while."""
        if self._url:
            self._waiting.append(BanCallback.of(ban, self._url, self._node))
            self._came.set()

    async def run(self) -> None:
        """Tell for as long as the node runs."""
        while True:
            await self._came.wait()
            self._came.clear()
            while self._waiting:
                await self._deliver(self._waiting.popleft())

    async def _deliver(self, callback: BanCallback) -> None:
        for pause_s in (*PAUSES_S, None):
            error = await self._failure(callback)
            if error is None:
                return
            if pause_s is None:
                log.warning("ban_not_told", source=callback.form["BanSource"], error=error)
            else:
                await self._clock.sleep(pause_s)

    async def _failure(self, callback: BanCallback) -> str | None:
        try:
            status = await self._web.deliver(callback)
        except WebhookError as error:
            return str(error)
        return None if status < 300 else f"{callback.url} answered {status}"
