"""The front door's news, told to whom they concern: sums in metrics and the log, refusals and bans in the database."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

import structlog

from api.node.bans_file import BansFile
from api.node.rows_watched import LOOK_S, keep_looking
from engine.aio.change_notifier import ChangeNotifier
from engine.errors import StoreError
from engine.live.admission.refusals import Refusals
from engine.metrics.meters import Meters
from engine.metrics.table import Metric
from engine.model.ban import BanReason, DoorNews, Holder, SourceBan
from engine.model.call import Direction
from engine.model.refusal import RefusalRule
from engine.ports import Clock
from engine.store.bans import BanStore

HEAR_S: Final = 0.5
"""How often the door is asked what it has done: what it has banned, other nodes keep away within a second."""
LOG_S: Final = 60.0
"""A flood is a line of the log in so many seconds."""

log = structlog.get_logger(__name__)


class TurnsAway(Protocol):
    """The front door of the user agent."""

    async def take_news(self) -> DoorNews:
        """What it has done since it was last asked."""
        ...

    async def ban(self, bans: Sequence[SourceBan], now: datetime) -> None:
        """Hear nothing of these sources until the bans' ends."""
        ...

    async def lift(self, sources: Sequence[Holder]) -> None:
        """Hear these sources again."""
        ...


class DoorWatch:
    """Looks again and again what was turned away, and which bans were made or lifted by others."""

    def __init__(
        self,
        rows: BanStore,
        refusals: Refusals,
        meters: Meters,
        clock: Clock,
        file: BansFile,
        tell_operator: Callable[[SourceBan], None],
    ) -> None:
        """The `file` is kept true; `tell_operator` hears of bans that the door has made, and not of those by hand."""
        self._rows = rows
        self._refusals = refusals
        self._meters = meters
        self._clock = clock
        self._file = file
        self._tell_operator = tell_operator
        self._known: dict[Holder, SourceBan] = {}
        self._unstored: list[SourceBan] = []
        self._unlogged: Counter[str] = Counter()
        self._logged_at: datetime | None = None

    async def run(self, door: TurnsAway, bell: ChangeNotifier) -> None:
        """Hear the door twice a second, and look at the rows when the bell rings and once a second."""
        ring, looked_at_s = bell.next_ring, self._clock.monotonic()

        async def look() -> None:
            nonlocal ring, looked_at_s
            await self._hear(door)
            now_s = self._clock.monotonic()
            if ring.is_set() or now_s - looked_at_s >= LOOK_S:
                ring, looked_at_s = bell.next_ring, now_s
                await self._follow_rows(door)

        await keep_looking(look, bell, "bans_not_read", HEAR_S)

    async def look(self, door: TurnsAway) -> None:
        """Once. Raises StoreError; what could not be stored is the next time."""
        await self._hear(door)
        await self._follow_rows(door)

    async def hear_last(self, door: TurnsAway) -> None:
        """Hear what the door has done since it was last asked, as the node ends; what can't be stored then is lost."""
        try:
            await self._hear(door)
        except StoreError as error:
            log.warning("bans_not_stored", reason=str(error))

    async def _hear(self, door: TurnsAway) -> None:
        news = await door.take_news()
        self._tell(news)
        self._unstored += news.bans
        self._known |= {each.source: each for each in news.bans}
        if self._unstored:
            await self._rows.put(self._unstored)
            self._unstored = []

    async def _follow_rows(self, door: TurnsAway) -> None:
        stored = {each.source: each for each in await self._rows.remembered(self._clock.now())}
        await self._follow(door, stored)
        await self._file.keep(list(stored.values()))

    def _tell(self, news: DoorNews) -> None:
        for each in news.messages:
            self._meters.count(Metric.SIP_TURNED_AWAY, each.count, reason=each.reason)
            self._unlogged[each.reason] += each.count
        for call in news.calls:
            self._refusals.refused_alike(RefusalRule.SOURCE, call.source, call.number, call.count)
        for call in news.peers_calls:
            self._meters.count(Metric.CALLS_REFUSED, call.count, direction=Direction.INBOUND.value)
            self._refusals.refused_alike(RefusalRule.LIMIT, call.source, call.number, call.count)
        for ban in news.bans:
            self._meters.count(Metric.SOURCES_BANNED, reason=ban.reason)
            log.warning("source_banned", source=str(ban.source), reason=ban.reason, times=ban.times, until=ban.until)
            self._tell_operator(ban)
        now = self._clock.now()
        if self._unlogged and (self._logged_at is None or (now - self._logged_at).total_seconds() >= LOG_S):
            log.info("messages_turned_away", **self._unlogged)
            self._unlogged.clear()
            self._logged_at = now

    async def _follow(self, door: TurnsAway, stored: Mapping[Holder, SourceBan]) -> None:
        """Ban whom others have banned, hear whom they have lifted."""
        begun = [each for source, each in stored.items() if each != self._known.get(source)]
        lifted = [source for source in self._known if source not in stored]
        if begun:
            await door.ban(begun, self._clock.now())
        if lifted:
            await door.lift(lifted)
        for each in begun:
            if each.reason is BanReason.BY_HAND:
                log.info("source_banned", source=str(each.source), reason=each.reason, until=each.until)
        self._known = dict(stored)
