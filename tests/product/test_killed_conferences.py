"""A conference whose process is killed in the middle: what the next process makes of it."""

import hashlib
import signal
import time
from datetime import datetime
from pathlib import Path

import pytest

from engine.store.conferences import Conferences
from engine.store.database import Database
from tests.peers.audio import Sound, hears, tone, when_heard
from tests.peers.callers import calling, has
from tests.peers.customer import Customer
from tests.peers.platform import platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip

TONES = (400, 700, 1000)
MARK = 1300
MAY_BE_LOST_S = 1.2


async def test_after_a_kill_the_conference_is_completed_and_its_recording_whole(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    conference = '<Conference beep="false" record="record-from-start">desk</Conference>'
    shop.flows["/start"] = f"<Response><Dial>{conference}</Dial></Response>"
    async with platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon:
        waits = await telefoon.post("conferences", {"friendly_name": "for later", "max_participants": 7})
        async with calling(telefoon, ports, *TONES) as callers:
            await has(telefoon, "desk", len(TONES), within_s=30)
            room = (await telefoon.get("conferences", friendly_name="desk"))["conferences"][0]
            first, second, _ = callers
            first.ear.say(tone((first.hz, MARK), 2, dbov=-21), for_ever=True)
            await second.ear.hears_in_all(MARK, seconds=MAY_BE_LOST_S + 2, within_s=10)
            killed_at = time.time()
            await telefoon.end(signal.SIGKILL)
            dead_at = time.time()
        await telefoon.start()

        ended = await telefoon.get(f"conferences/{room['id']}")
        inside = (await telefoon.get(f"conferences/{room['id']}/participants"))["participants"]
        calls = [await telefoon.get(f"calls/{each.call_id}") for each in callers]
        recording, wav = await telefoon.recording(tmp_path, conference_id=room["id"])
        still = await telefoon.get(f"conferences/{waits['id']}")
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'var' / 'telefoon.db'}")
    were_in = await Conferences(database).participants(room["id"], here_only=False)
    await database.close()

    assert (ended["status"], ended["participant_count"], inside) == ("completed", 0, [])
    assert sorted(each.call_id for each in were_in) == sorted(each.call_id for each in callers)
    assert all(each.left_at is not None and each.left_at.timestamp() > killed_at for each in were_in)
    assert {(call["status"], call["end_time"] is not None) for call in calls} == {("failed", True)}
    assert still == waits
    assert (still["status"], still["max_participants"]) == ("init", 7)

    assert recording["status"] == "completed"
    assert recording["sha256"] == hashlib.sha256(wav.read_bytes()).hexdigest()
    began = datetime.fromisoformat(recording["started_at"]).timestamp()
    heard = Sound.of_file(wav)
    assert hears(heard, MARK, seconds=1.5), "more is lost than may be"
    for hz in TONES:
        assert began + when_heard(heard, hz)[-1].end_s < dead_at + 0.1
        assert hears(heard.part(max(0, heard.seconds - 3)), hz, seconds=0.8)
