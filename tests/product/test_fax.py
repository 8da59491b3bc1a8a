"""A fax between two far ends of a Dial, and what the events of both calls tell of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.peers.ear import RtpEar
from tests.peers.fax_machine import FaxMachine, fax_machine, fax_port
from tests.peers.platform import Json, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_callee import RawCallee, raw_callee
from tests.peers.raw_caller import HOST, audio, raw_caller
from tests.peers.sip_message import SipMessage
from tests.product.test_replaces import in_place_of

pytestmark = pytest.mark.sip

CALLEE, OTHER = "+3225550199", "+3225550198"
DIALS = f"<Response><Dial>{OTHER}</Dial></Response>"


@dataclass(frozen=True, slots=True)
class FaxUnderWay:
    """Two far ends of a Dial, each with a fax machine; `first` and `second` are their INVITEs."""

    telefoon: Platform
    carrier: RawCallee
    placed: Json
    dialled: Json
    first: SipMessage
    second: SipMessage
    sends: FaxMachine
    takes: FaxMachine
    port: int
    """Ours, where the machine that sends is heard."""


@asynccontextmanager
async def fax_under_way(tmp_path: Path, ports: Ports, *fields: str) -> AsyncIterator[FaxUnderWay]:
    with RtpEar() as ear:
        async with (
            raw_callee() as carrier,
            platform(tmp_path, ports) as telefoon,
            fax_machine() as sends,
            fax_machine() as takes,
        ):
            added = ("trunks", "add", "carrier", "--host", f"{HOST}:{carrier.port}", "--set", "t38=pass")
            set_so = [each for field in ("keep_alive=none", *fields) for each in ("--set", field)]
            await asyncio.to_thread(telefoon.telefoon, *added, *set_so)
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
            port = fax_port((await asking).body)
            yield FaxUnderWay(telefoon, carrier, placed, dialled, first, second, sends, takes, port)


async def test_a_fax_between_two_far_ends_is_among_the_events_of_both_calls(tmp_path: Path, ports: Ports) -> None:
    async with fax_under_way(tmp_path, ports) as fax:
        began = await fax.telefoon.noted(fax.placed["id"], "fax_began")
        fax.sends.send(b"page", fax.port)
        await fax.takes.gets(b"page")
        ending = asyncio.create_task(fax.carrier.asks(fax.first, "BYE"))
        ended = await fax.telefoon.noted(fax.placed["id"], "fax_ended")
        fax.carrier.answer(await fax.carrier.gets("BYE"), "200 OK")

        assert (await ending).code == 200
        assert began["rate_bps"] == 9600
        assert (ended["packets_received"], ended["packets_sent"]) == (1, 0)
        assert (await fax.telefoon.noted(fax.dialled["call"], "fax_ended"))["packets_sent"] == 1
        await fax.telefoon.ended_call(fax.placed["id"])


async def test_nobody_takes_the_place_of_who_sends_or_takes_a_fax_and_the_fax_goes_on(
    tmp_path: Path, ports: Ports
) -> None:
    async with fax_under_way(tmp_path, ports, "replaces=true") as fax, raw_caller(fax.telefoon.sip_port) as expert:
        await fax.telefoon.noted(fax.placed["id"], "fax_began")

        of_who_sends = await expert.asks("INVITE", in_place_of(fax.first), body=audio())
        of_who_takes = await expert.asks("INVITE", in_place_of(fax.second, "other"), body=audio())

        fax.sends.send(b"page", fax.port)
        await fax.takes.gets(b"page")
        assert not fax.carrier.requests("BYE")
        ending = asyncio.create_task(fax.carrier.asks(fax.first, "BYE"))
        fax.carrier.answer(await fax.carrier.gets("BYE"), "200 OK")
        await ending

    assert (of_who_sends.code, of_who_takes.code) == (603, 603)
