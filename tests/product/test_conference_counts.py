"""How many are in a conference is true: after storms, after a database that failed, and where nobody ever came."""

import asyncio
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.peers.callers import calling, has
from tests.peers.customer import Customer
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.scenario import acks, asks, calls, pause, receives, scenario, sdp
from tests.peers.sipp import sipp
from tests.peers.waiting import within
from tests.running.pace import patience

pytestmark = pytest.mark.sip

STORM = 200
ROUNDS = 2
STAY_S = 18


@pytest.mark.alone("two hundred phones and the server fill the machine")
@pytest.mark.costly("two hundred phones")
async def test_storms_of_two_hundred_come_and_go_and_are_counted_right_after_each(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    room = '<Conference beep="false" maxParticipants="250">hall</Conference>'
    shop.flows["/start"] = f"<Response><Dial>{room}</Dial></Response>"
    media = ports.block(3 * STORM)
    settings = {"RTP_PORTS": f"{media}-{media + 3 * STORM - 1}", "CODECS": "PCMA", "RTP_SILENCE_S": "0"}
    stays = scenario(
        calls(sdp()), receives(100, optional=True), receives(180, optional=True), receives(200, keeps_route=True),
        acks(), pause(patience(STAY_S)), asks("BYE", 2), receives(200),
    )  # fmt: skip
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unread:
        unread.bind(("127.0.0.1", 0))
        keys = {"ear": unread.getsockname()[1]}
        async with platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon:
            for _ in range(ROUNDS):
                async with sipp(stays, ports, target=telefoon.sip_port, keys=keys, calls=STORM, per_second=40) as crowd:
                    await has(telefoon, "hall", STORM, within_s=30)
                    await crowd.finishes(within_s=60)
                await has(telefoon, "hall", None, within_s=20)
            rooms = (await telefoon.get("conferences", friendly_name="hall"))["conferences"]
            listed = await telefoon.get("calls", status="completed", page_size="1")

    assert [(each["status"], each["participant_count"]) for each in rooms] == [("completed", 0)] * ROUNDS
    assert listed["total"] == ROUNDS * STORM


async def test_who_left_while_the_database_failed_is_counted_out_when_it_is_well(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = '<Response><Dial><Conference beep="false">desk</Conference></Dial></Response>'
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 400, 700, 1000) as (first, second, leaving),
    ):
        await has(telefoon, "desk", 3, within_s=10)
        room = (await telefoon.get("conferences"))["conferences"][0]["id"]
        with closing(sqlite3.connect(tmp_path / "var" / "telefoon.db")) as data:
            data.execute("ALTER TABLE participants RENAME TO elsewhere")
            await telefoon.delete(f"conferences/{room}/participants/{leaving.call_id}")
            await leaving.far_end.finishes()
            await asyncio.gather(first.hears(second, never=[leaving]), second.hears(first, never=[leaving]))
            data.execute("ALTER TABLE elsewhere RENAME TO participants")

        await has(telefoon, "desk", 2, within_s=30)
        assert "store_failed" in telefoon.log(), "the database has not failed"
        await telefoon.patch(f"conferences/{room}", {"status": "completed"})


async def test_a_conference_that_nobody_enters_for_a_day_is_completed(tmp_path: Path, ports: Ports) -> None:
    async with platform(tmp_path, ports) as telefoon:
        old = await telefoon.post("conferences", {"friendly_name": "yesterday's"})
        new = await telefoon.post("conferences", {"friendly_name": "today's"})
        await telefoon.end()
        made = (datetime.now(UTC) - timedelta(hours=24, minutes=1)).isoformat(timespec="microseconds")
        with closing(sqlite3.connect(tmp_path / "var" / "telefoon.db")) as data:
            data.execute("UPDATE conferences SET date_created = ? WHERE id = ?", (made, old["id"]))
            data.commit()

        await telefoon.start()

        async with within(10):
            while (ended := await telefoon.get(f"conferences/{old['id']}"))["status"] != "completed":
                await asyncio.sleep(0.2)
        waits = await telefoon.get(f"conferences/{new['id']}")

    assert "date_ended" in ended
    assert waits["status"] == "init"
