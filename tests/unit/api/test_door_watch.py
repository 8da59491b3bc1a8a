"""What the front door has done reaches metrics, refusals and the database, and bans of others reach the door."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import pytest
from structlog.testing import capture_logs

from api.node.bans_file import BansFile
from api.node.clock import SystemClock
from api.node.front_door import DoorWatch
from engine.live.admission.refusals import Refusals
from engine.metrics.meters import Meters
from engine.model.ban import (
    BanReason,
    DoorNews,
    Holder,
    SourceBan,
    TurnedAwayMessages,
    TurnedAwayReason,
    UnheardCalls,
)
from engine.model.refusal import RefusalRule
from engine.store.bans import BanStore
from engine.store.database import Database
from engine.store.refusals import RefusalStore
from tests.peers.databases import migrated_sqlite

ADDRESS: Final = ip_network("198.51.100.7/32")
FLOOD: Final = DoorNews(
    (TurnedAwayMessages(TurnedAwayReason.STRANGER, "INVITE", 2000),), (UnheardCalls("198.51.100.7", "+32900", 2000),)
)


def a_ban(**fields: Any) -> SourceBan:
    now = SystemClock().now()
    return replace(SourceBan(ADDRESS, BanReason.INVITES, 1, now, now + timedelta(minutes=1)), **fields)


@dataclass
class NotingDoor:
    """Tells what it is given to tell, and notes whom it is to ban and to hear; the real one is in tests/sip."""

    news: list[DoorNews] = field(default_factory=list)
    banned: list[SourceBan] = field(default_factory=list)
    lifted: list[Holder] = field(default_factory=list)

    async def take_news(self) -> DoorNews:
        return self.news.pop() if self.news else DoorNews()

    async def ban(self, bans: Sequence[SourceBan], now: datetime) -> None:
        assert now.tzinfo is not None
        self.banned += bans

    async def lift(self, sources: Sequence[Holder]) -> None:
        self.lifted += sources


@dataclass
class Watched:
    """A watch over a door, and where it tells what it saw."""

    rows: BanStore
    refusals: Refusals
    meters: Meters
    watch: DoorWatch
    door: NotingDoor
    file: Path
    told: list[SourceBan]

    async def sees(self, *news: DoorNews) -> None:
        for each in news:
            self.door.news = [each]
            await self.watch.look(self.door)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    yield database
    await database.close()


@pytest.fixture
def watched(db: Database, tmp_path: Path) -> Watched:
    rows, refusals, meters, clock = (
        BanStore(db),
        Refusals(RefusalStore(db, "a"), SystemClock()),
        Meters(),
        SystemClock(),
    )
    told: list[SourceBan] = []
    watch = DoorWatch(rows, refusals, meters, clock, BansFile(tmp_path / "bans.nft", clock), told.append)
    return Watched(rows, refusals, meters, watch, NotingDoor(), tmp_path / "bans.nft", told)


async def test_a_flood_is_a_sum_one_row_and_one_line(watched: Watched, db: Database) -> None:
    with capture_logs() as logged:
        await watched.sees(FLOOD, FLOOD)
    await watched.refusals.write()

    [row] = await RefusalStore(db, "a").newest(10)
    assert (row.kind.source, row.kind.number, row.count) == ("198.51.100.7", "+32900", 4000)
    assert 'telefoon_sip_turned_away_total{reason="stranger"} 4000' in watched.meters.text({})
    assert [each["stranger"] for each in logged if each["event"] == "messages_turned_away"] == [2000]


async def test_calls_beyond_a_peers_limit_are_refusals_of_that_limit(watched: Watched, db: Database) -> None:
    refused = UnheardCalls("192.0.2.1", "+32900", 300)
    turned_away = TurnedAwayMessages(TurnedAwayReason.PEER_LIMIT, "INVITE", 300)

    await watched.sees(DoorNews((turned_away,), peers_calls=(refused,)))
    await watched.refusals.write()

    [row] = await RefusalStore(db, "a").newest(10)
    assert (row.kind.rule, row.kind.source, row.kind.number, row.count) == (
        RefusalRule.LIMIT,
        "192.0.2.1",
        "+32900",
        300,
    )
    told = watched.meters.text({})
    assert 'telefoon_calls_refused_total{direction="inbound"} 300' in told
    assert 'telefoon_sip_turned_away_total{reason="peer-limit"} 300' in told


async def test_a_ban_of_the_door_is_kept_and_counted_and_not_made_again(watched: Watched) -> None:
    ban = a_ban()

    await watched.sees(DoorNews(bans=(ban,)), DoorNews())

    assert await watched.rows.in_force(ban.since) == [ban]
    assert watched.door.banned == []
    assert watched.told == [ban]
    assert 'telefoon_sip_sources_banned_total{reason="invites"} 1' in watched.meters.text({})


async def test_a_ban_that_somebody_else_has_made_reaches_the_door_once(watched: Watched) -> None:
    ban = a_ban(reason=BanReason.BY_HAND)
    await watched.rows.put([ban])

    await watched.sees(DoorNews(), DoorNews())

    assert watched.door.banned == [ban]
    assert watched.told == [], "who has banned it knows"


async def test_a_ban_that_is_lifted_reaches_the_door(watched: Watched) -> None:
    await watched.sees(DoorNews(bans=(a_ban(),)))

    await watched.rows.lift(ADDRESS)
    await watched.sees(DoorNews())

    assert watched.door.lifted == [ADDRESS]


async def test_bans_of_before_the_restart_hold_again_also_those_that_are_over_but_not_forgotten(
    watched: Watched,
) -> None:
    now = SystemClock().now()
    over = a_ban(source=ip_network("203.0.113.9/32"), until=now - timedelta(hours=1))
    await watched.rows.put([over, a_ban()])

    await watched.sees(DoorNews())

    assert {each.source for each in watched.door.banned} == {ADDRESS, over.source}


async def test_the_file_for_the_packet_filter_has_the_bans_in_force_and_is_written_when_they_change(
    watched: Watched,
) -> None:
    over = a_ban(source=ip_network("203.0.113.9/32"), until=SystemClock().now() - timedelta(hours=1))
    await watched.rows.put([over])

    await watched.sees(DoorNews())
    none = watched.file.read_text()
    await watched.sees(DoorNews(bans=(a_ban(),)))
    one, written = watched.file.read_text(), watched.file.stat().st_mtime_ns
    await watched.sees(DoorNews())
    unchanged = watched.file.stat().st_mtime_ns
    await watched.rows.lift(ADDRESS)
    await watched.sees(DoorNews())

    assert "add element" not in none
    assert "add element inet telefoon_bans banned4 { 198.51.100.7/32 timeout" in one
    assert unchanged == written
    assert "add element" not in watched.file.read_text()
    assert [each.name for each in watched.file.parent.glob("*bans.nft*")] == ["bans.nft"], "nothing of it is left over"


async def test_a_file_that_can_t_be_written_is_told_once_and_written_as_soon_as_it_can_be(
    tmp_path: Path,
) -> None:
    path = tmp_path / "away" / "bans.nft"
    file = BansFile(path, SystemClock())

    with capture_logs() as logged:
        await file.keep([a_ban()])
        await file.keep([a_ban()])
    path.parent.mkdir()
    await file.keep([a_ban()])

    assert [each["event"] for each in logged] == ["bans_file_not_written"]
    assert "198.51.100.7" in path.read_text()
