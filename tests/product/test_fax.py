"""A fax between two far ends of a Dial, and what the events of both calls tell of it."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.ear import RtpEar
from tests.peers.fax_machine import fax_machine, fax_port
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.raw_callee import raw_callee
from tests.peers.raw_caller import HOST, audio

pytestmark = pytest.mark.sip

CALLEE, OTHER = "+3225550199", "+3225550198"
DIALS = f"<Response><Dial>{OTHER}</Dial></Response>"


async def test_a_fax_between_two_far_ends_is_among_the_events_of_both_calls(tmp_path: Path, ports: Ports) -> None:
    with RtpEar() as ear:
        async with (
            raw_callee() as carrier,
            platform(tmp_path, ports) as telefoon,
            fax_machine() as sends,
            fax_machine() as takes,
        ):
            added = ("trunks", "add", "carrier", "--host", f"{HOST}:{carrier.port}", "--set", "t38=pass")
            await asyncio.to_thread(telefoon.telefoon, *added, "--set", "keep_alive=none")
            await asyncio.sleep(2)  # a trunk takes effect so soon
            placed = await telefoon.place(CALLEE, flow=DIALS)
            first = await carrier.gets("INVITE")
            carrier.answer(first, "200 OK", body=audio(ear.port))
            second = await carrier.gets("INVITE", times=2)
            carrier.answer(second, "200 OK", body=audio(ear.port), tag="other")
            dialled = await telefoon.noted(placed["id"], "dialled")
            await telefoon.call_when(dialled["call"], "in-progress")
            await asyncio.sleep(0.5)  # until the two are joined

            asking = asyncio.create_task(carrier.asks(first, "INVITE", body=sends.described()))
            offer = await carrier.gets("INVITE", times=3)
            carrier.answer(offer, "200 OK", body=takes.described())
            answer = await asking
            began = await telefoon.noted(placed["id"], "fax_began")
            sends.send(b"page", fax_port(answer.body))
            await takes.gets(b"page")
            ending = asyncio.create_task(carrier.asks(first, "BYE"))
            ended = await telefoon.noted(placed["id"], "fax_ended")
            carrier.answer(await carrier.gets("BYE"), "200 OK")

            assert (await ending).code == 200
            assert began["rate_bps"] == 9600
            assert (ended["packets_received"], ended["packets_sent"]) == (1, 0)
            assert (await telefoon.noted(dialled["call"], "fax_ended"))["packets_sent"] == 1
            await telefoon.ended_call(placed["id"])
