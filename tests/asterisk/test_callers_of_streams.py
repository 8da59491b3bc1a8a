"""Callers from Asterisk whose call is given to a program by a media stream: what either hears, measured at both."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from tests.peers.asterisk import Asterisk
from tests.peers.asterisk_caller import AsteriskCaller
from tests.peers.audio import hears, tone, when_heard
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import ACCOUNT, platform
from tests.peers.ports import Ports
from tests.peers.stream_program import stream_program
from tests.peers.waiting import eventually, lasting

CALLER_HZ: Final = 700
PROGRAM_HZ: Final = 1000
NOTICE_S: Final = 3
"""The notice takes longer than that."""


@pytest.mark.slow
async def test_a_stream_hears_the_caller_and_its_keys_is_heard_after_the_notice_and_is_cleared(
    tmp_path: Path, ports: Ports, network: Asterisk, plain: dict[str, str], shop: Customer
) -> None:
    shop.flows["/done"] = "<Response><Hangup/></Response>"
    async with stream_program() as program:
        url = f"ws://127.0.0.1:{program.port}/media"
        shop.flows["/start"] = f'<Response><Connect action="/done"><Stream url="{url}"/></Connect></Response>'
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with platform(tmp_path, ports, plain, number=number) as telefoon:
            await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, "Bakkerij Jansen")
            caller = await AsteriskCaller.calling(network)
            [start] = await program.gets("start", within_s=60)
            program.sid = start["streamSid"]
            await program.says(tone(PROGRAM_HZ, 3, dbov=-18))
            await program.marks_here("said")
            await program.gets("mark", within_s=60)

            await caller.sounds(CALLER_HZ)
            await eventually(
                lambda: hears(program.heard(), CALLER_HZ, seconds=1),
                within_s=30,
                otherwise=lambda: f"{CALLER_HZ} Hz; {program.heard().seconds:.1f} s were heard",
            )
            await caller.presses("73")
            await program.gets("dtmf", times=2, within_s=30)

            await program.says(tone(PROGRAM_HZ, 30, dbov=-18))
            await program.marks_here("cleared")
            await lasting(2)
            await program.clears()
            await program.gets("mark", times=2)
            await lasting(1)
            assert program.socket is not None
            await program.socket.close()
            await shop.is_asked("/done")
            heard = await caller.heard()

    assert [each["dtmf"]["digit"] for each in program.of_event("dtmf")] == ["7", "3"]
    assert program.marks() == ["said", "cleared"]
    assert not hears(program.heard(), PROGRAM_HZ, seconds=0.1), "it does not hear itself"
    first, second = (each for each in when_heard(heard, PROGRAM_HZ, bridging_s=0.5) if each.seconds > 1)
    assert first.start_s > NOTICE_S
    assert 2.5 < first.seconds < 4, "once, and whole"
    assert second.seconds < 15, "what waited is not heard once it was cleared"
