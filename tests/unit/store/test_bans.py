"""Bans of sources of SIP: kept by their source, remembered a day after their end, lifted for good."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from engine.errors import NotFound
from engine.model.ban import BanReason, SourceBan
from engine.store.bans import MOST, BanStore
from engine.store.database import Database

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BAN = SourceBan(ip_network("198.51.100.7/32"), BanReason.INVITES, 1, NOW, NOW + timedelta(minutes=1))


@pytest.fixture
def rows(db: Database) -> BanStore:
    return BanStore(db)


async def test_a_ban_is_in_force_until_its_end_and_remembered_for_a_day(rows: BanStore) -> None:
    await rows.put([BAN])

    assert await rows.in_force(NOW) == [BAN]
    assert await rows.in_force(BAN.until) == []
    assert await rows.remembered(BAN.until + timedelta(days=1)) == [BAN]
    assert await rows.remembered(BAN.until + timedelta(days=1, seconds=1)) == []


async def test_of_a_source_the_last_ban_is_kept(rows: BanStore) -> None:
    longer = replace(BAN, times=2, until=NOW + timedelta(minutes=2))

    await rows.put([BAN])
    await rows.put([longer, replace(BAN, source=ip_network("2001:db8::/64"))])

    assert [(str(each.source), each.times) for each in await rows.in_force(NOW)] == [
        ("198.51.100.7/32", 2),
        ("2001:db8::/64", 1),
    ]


async def test_a_ban_that_is_lifted_is_forgotten(rows: BanStore) -> None:
    await rows.put([BAN])

    await rows.lift(BAN.source)

    assert await rows.remembered(NOW) == []
    with pytest.raises(NotFound):
        await rows.lift(BAN.source)


async def test_forged_sources_do_not_fill_the_table(rows: BanStore) -> None:
    many = [
        replace(BAN, source=ip_network(f"10.0.{each // 256}.{each % 256}/32"), until=NOW + timedelta(seconds=each))
        for each in range(MOST + 10)
    ]

    await rows.put(many)

    assert len(await rows.remembered(NOW)) == MOST
