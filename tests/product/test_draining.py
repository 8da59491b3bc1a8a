"""`telefoon serve` is told to stop amid calls: they go on to their end, or hear a goodbye; new ones go elsewhere."""

import asyncio
import os
import signal
import sqlite3
from http import HTTPStatus
from pathlib import Path

import pytest

from engine.live.phrases import Phrase
from tests.peers.audio import longest_gap
from tests.peers.callers import calling
from tests.peers.customer import Customer
from tests.peers.platform import ACCOUNT, Platform, as_json, platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.sip_message import SipMessage
from tests.peers.spoken import is_told, spoken
from tests.running.pace import patience

pytestmark = pytest.mark.sip

ECHO = "<Response><Echo/></Response>"
SILENCE = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"
LONGEST_GAP_S = 0.3


async def told_to_stop(telefoon: Platform) -> None:
    os.kill(telefoon.pid, signal.SIGTERM)
    await telefoon.check_when("calls", "This node is stopping")


def stored(telefoon: Platform, call_id: str) -> tuple[str, str]:
    """The call's status, and all that explains it, as the database has it."""
    with sqlite3.connect(Path(telefoon.environment["TELEFOON_DATA_DIR"]) / "telefoon.db") as database:
        row = database.execute("select status, attempts from calls where id = ?", (call_id,)).fetchone()
    return str(row[0]), str(row[1])


def was_cut_short(telefoon: Platform, call_id: str, bye: SipMessage, code: int) -> None:
    """The call was ended because the node stopped, and both sides are told so."""
    assert bye.header("reason") == 'Q.850;cause=41;text="The server is stopping"'
    assert code == 0
    status, explanation = stored(telefoon, call_id)
    assert status == "completed"
    assert "Telefoon was stopped while this call went on." in explanation


async def test_calls_go_on_to_their_end_and_new_ones_are_to_be_tried_again(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = ECHO
    async with (
        platform(tmp_path, ports, {"DRAIN_S": "120"}, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 1500) as (caller,),
        raw_caller(telefoon.sip_port) as newcomer,
    ):
        await caller.ear.hears_in_all(1500, seconds=0.5, within_s=20)
        began_s = caller.ear.now_s
        await told_to_stop(telefoon)

        answer = await newcomer.asks("INVITE", body=audio())
        status, problem = await telefoon.refuses("calls", {"from": "+3225550100", "to": "+3225550199"})
        async with telefoon.client.get(f"{telefoon.address}/readyz") as response:
            readiness = response.status
        await asyncio.sleep(2)
        still = await telefoon.get(f"calls/{caller.call_id}")
        gap = longest_gap(caller.ear.heard(began_s), 1500)
        await telefoon.delete(f"calls/{caller.call_id}")
        await caller.far_end.finishes()
        code = await telefoon.ends_by_itself()

    assert answer.code == 503
    assert int(answer.header("retry-after")) == 60
    assert (status, readiness) == (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.SERVICE_UNAVAILABLE)
    assert "stopping" in problem["detail"]
    assert still["status"] == "in-progress"
    assert gap.seconds < patience(LONGEST_GAP_S), f"silence of {gap}"
    assert code == 0
    assert stored(telefoon, caller.call_id)[0] == "completed"


async def test_a_second_signal_ends_calls_at_once(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = ECHO
    async with (
        platform(tmp_path, ports, {"DRAIN_S": "3600"}, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 1500) as (caller,),
    ):
        await told_to_stop(telefoon)

        os.kill(telefoon.pid, signal.SIGTERM)
        bye = await caller.far_end.gets("BYE")
        code = await telefoon.ends_by_itself()

    was_cut_short(telefoon, caller.call_id, bye, code)


async def test_when_its_time_is_over_a_caller_hears_a_goodbye_and_is_hung_up_with_a_reason(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = SILENCE
    number = {"--url": shop.url("/start"), "--language": "en-GB"}
    async with platform(tmp_path, ports, {"DRAIN_S": "3"}, number=number) as telefoon:
        goodbye = await asyncio.to_thread(spoken, telefoon, tmp_path, Phrase.NODE_STOPS)
        async with calling(telefoon, ports, 1500) as (caller,):
            await told_to_stop(telefoon)

            bye = await caller.far_end.gets("BYE", within_s=40)
            await is_told(caller.ear, goodbye)
            code = await telefoon.ends_by_itself()

    was_cut_short(telefoon, caller.call_id, bye, code)


async def test_the_command_takes_no_more_calls_and_waits_for_the_last_or_takes_that_back(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = ECHO
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 1500) as (caller,),
    ):
        key = telefoon.telefoon("keys", "create", "--account", ACCOUNT, "--scope", "admin", "--json")
        by = ("--key", as_json(key)["key"])
        began = await asyncio.to_thread(telefoon.telefoon, "drain", *by)
        await telefoon.check_when("calls", "This node is stopping")
        waiting = asyncio.create_task(asyncio.to_thread(telefoon.telefoon, "drain", "--wait", *by))
        await asyncio.sleep(1)
        waited = not waiting.done()
        await telefoon.delete(f"calls/{caller.call_id}")
        told = await waiting
        undone = await asyncio.to_thread(telefoon.telefoon, "drain", "--undo", *by)
        await telefoon.check_when("calls", "100 of 100 pairs of RTP ports")

    assert began == "It takes no calls; 1 call is in progress.\n"
    assert waited
    assert told.endswith("It takes no calls; no call is in progress.\n")
    assert undone == "It takes calls; no call is in progress.\n"
