"""Connections over TCP that have nothing to do any more: idle ones of anybody, and those of sources that are banned."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from engine.model.ban import BanReason, SourceBan
from engine.model.call import Event
from sip.config import ConnectionRoom, StrangersDue
from tests.sip.conftest import Line, OpenLine, trunk_to
from tests.sip.test_connections import FRIENDS, NOBODY, STRANGERS, Connection, connected, in_a_call_by

pytestmark = pytest.mark.sip

LONG_S = 600
IDLE_S = 3
SOON_S = 4.0


async def is_open(connection: Connection) -> bool:
    """Whether the platform has left it open for a moment more."""
    try:
        await connection.is_closed(within_s=0.5)
    except TimeoutError:
        return True
    return False


async def is_answered(connection: Connection) -> None:
    connection.writer.write(connection.request("OPTIONS"))
    await connection.gets(b"SIP/2.0 200")


async def banned(line: Line, address: str) -> None:
    now = datetime.now(UTC)
    ban = SourceBan(ip_network(address), BanReason.BY_HAND, 1, now, now + timedelta(minutes=5))
    await line.agent.door.ban([ban], now)


async def test_a_trunks_connection_on_which_nothing_is_said_is_closed_and_one_that_is_kept_alive_stays(
    open_line: OpenLine,
) -> None:
    room = ConnectionRoom(idle_s=IDLE_S)
    async with (
        open_line(allow=NOBODY, trunk=trunk_to(5060), connections=room) as line,
        connected(line, FRIENDS) as idle,
        connected(line, FRIENDS) as kept,
    ):
        await is_answered(idle)
        await is_answered(kept)
        closed = asyncio.create_task(idle.is_closed(within_s=IDLE_S + 10))
        while not closed.done():
            kept.writer.write(b"\r\n\r\n")
            await asyncio.sleep(1)
        await closed

        await is_answered(kept)


async def test_a_ban_closes_the_connections_of_its_source_at_once_and_no_others(open_line: OpenLine) -> None:
    room = ConnectionRoom(stranger_s=LONG_S)
    async with (
        open_line(allow=NOBODY, trunk=trunk_to(5060), connections=room) as line,
        connected(line, STRANGERS) as first,
        connected(line, STRANGERS) as second,
        connected(line, "127.0.0.3") as other,
        connected(line, FRIENDS) as friend,
    ):
        await is_answered(friend)
        await banned(line, STRANGERS)

        await asyncio.gather(first.is_closed(SOON_S), second.is_closed(SOON_S))
        assert await is_open(other)
        await is_answered(friend)


async def test_whoever_is_banned_for_what_it_sends_loses_the_connection_that_it_sends_it_on(
    open_line: OpenLine,
) -> None:
    room = ConnectionRoom(stranger_s=LONG_S)
    due = StrangersDue(messages_per_s=2)
    async with (
        open_line(allow=NOBODY, trunk=trunk_to(5060), connections=room, strangers=due) as line,
        connected(line, STRANGERS) as flooding,
        connected(line, STRANGERS) as silent,
    ):
        with suppress(ConnectionError):  # it may be closed before the last is sent
            for _ in range(10):
                flooding.writer.write(flooding.request("OPTIONS"))

        await asyncio.gather(flooding.is_closed(SOON_S), silent.is_closed(SOON_S))


async def test_a_ban_of_a_trunks_address_leaves_its_call_and_its_connection(open_line: OpenLine) -> None:
    async with (
        open_line(allow=NOBODY, trunk=trunk_to(5060)) as line,
        connected(line, FRIENDS) as friend,
    ):
        call = await in_a_call_by(line, friend)
        await banned(line, FRIENDS)
        await asyncio.sleep(1)

        friend.writer.write(friend.request("BYE", number=2))
        await friend.gets(b"CSeq: 2 BYE")
        assert (await call.ends()).outcome is Event.HUNG_UP
