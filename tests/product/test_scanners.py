"""Real scanners against a node with its defaults: what they learn is in docs/scanners.md, made of the same table."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from config.settings import SipTransport
from tests.peers.audio import longest_gap
from tests.peers.callers import Caller, calling, has
from tests.peers.certificates import make_pems
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import HOST, RawCaller, raw_caller
from tests.peers.scanners import Scanned, scan
from tests.peers.sip_message import SipMessage
from tests.peers.waiting import HELD_UP_S, eventually
from tests.peers.wire_tap import WireTap, wire_tap
from tests.product.scans.scans import NAMES, SCANS, Scan, write_names

pytestmark = [pytest.mark.sip, pytest.mark.slow]

NOBODY: Final = "192.0.2.0/24"
"""The only network that may call without a trunk, so that this machine is a stranger, as others are by default."""
STRANGERS: Final = f"127.{100 + os.getpid() % 100}.{100 + os.getpid() // 100 % 100}"
"""Each scanner has an address of its own here, so that none is heard less for what another has sent.

All are equally long: they are in answers, and whether there is one depends on its length.
"""
ON_ITS_WAY_S: Final = 0.5
HEADERS_OF_REFUSAL: Final = {"via", "call-id", "from", "to", "cseq", "content-length"}
AN_ANSWER: Final = re.compile(r"^SIP/2\.0 \d{3}", re.MULTILINE)
METHODS: Final = (
    "INVITE", "OPTIONS", "REGISTER", "SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH", "REFER", "INFO", "UPDATE", "PRACK",
    "CANCEL", "BYE", "FOO",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scanner has written, and what went over the wire, from which address."""

    scan: Scan
    scanned: Scanned
    wire: WireTap


@asynccontextmanager
async def node(folder: Path, ports: Ports, shop: Customer, **settings: str) -> AsyncIterator[Platform]:
    """A node with a trunk at this machine's usual address, whose callers meet in a conference."""
    pems = make_pems(folder)
    shop.flows["/start"] = "<Response><Dial><Conference>desk</Conference></Dial></Response>"
    given = {
        "SIP_ALLOW": NOBODY,
        "SIP_TRANSPORTS": "udp,tcp,tls",
        "TLS_CERT": str(pems.certificate),
        "TLS_KEY": str(pems.key),
        **settings,
    }
    async with platform(folder, ports, given, number={"--url": shop.url("/start")}) as telefoon:
        await asyncio.to_thread(telefoon.telefoon, "trunks", "add", "carrier", "--host", HOST)
        await asyncio.sleep(2)
        yield telefoon


@asynccontextmanager
async def talking(telefoon: Platform, ports: Ports) -> AsyncIterator[None]:
    """Two calls by the trunk that hear each other, before, all the while, and afterwards."""
    async with calling(telefoon, ports, 400, 700) as (one, other):
        await has(telefoon, "desk", 2, within_s=10)
        since = [await begins_to_hear(one, other), await begins_to_hear(other, one)]
        yield
        await asyncio.gather(one.hears(other), other.hears(one))
        for (listener, speaker), since_s in zip(((one, other), (other, one)), since, strict=True):
            gap = longest_gap(listener.ear.heard(since_s), speaker.hz)
            assert gap.seconds <= HELD_UP_S, f"silence of {gap}"


async def begins_to_hear(listener: Caller, speaker: Caller) -> float:
    """When it hears the other for sure, in seconds of its ear."""
    return await listener.ear.hears(speaker.hz, within_s=10, seconds=0.5) + 0.2


async def scanned_by_all(telefoon: Platform, ports: Ports, folder: Path) -> list[Outcome]:
    """All scanners at once."""
    write_names(folder)

    async def one(number: int, each: Scan) -> Outcome:
        target = telefoon.sip_port + (each.transport is SipTransport.TLS)
        async with wire_tap(ports, target, f"{STRANGERS}.{100 + number}") as wire:
            scanned = await scan(each.scanner, each.arguments(wire.port, ports.one()), folder)
            await asyncio.sleep(ON_ITS_WAY_S)
            return Outcome(each, scanned, wire)

    return await asyncio.gather(*(one(number, each) for number, each in enumerate(SCANS, 1)))


async def banned(telefoon: Platform, outcomes: list[Outcome]) -> set[str]:
    """The names of the scans whose addresses are in the list of bans."""
    listed = json.loads(await asyncio.to_thread(telefoon.telefoon, "bans", "list", "--json"))
    sources = {each["source"].partition("/")[0] for each in listed}
    return {each.scan.name for each in outcomes if each.wire.source in sources}


def told_nothing(outcome: Outcome) -> bool:
    """Whether neither the scanner nor the wire has anything of ours."""
    crossed = b"" if outcome.scan.transport is SipTransport.TLS else b"".join(outcome.wire.answered)
    return not crossed and not AN_ANSWER.search(outcome.scanned.told) and "elefoon" not in outcome.scanned.told


def refusals(outcome: Outcome) -> list[SipMessage]:
    """Every answer that went over the wire; each must be 403, with what the request had, and not larger."""
    answers = []
    for each in outcome.wire.answered:
        answer = SipMessage.read(each.decode())
        assert answer.start_line == "SIP/2.0 403 Forbidden"
        assert {name.lower() for name, _ in answer.headers} == HEADERS_OF_REFUSAL
        asked = [one for one in outcome.wire.asked if answer.header("call-id").encode() in one]
        assert len(each) <= max(map(len, asked))
        answers.append(answer)
    return answers


async def test_by_default_scanners_learn_nothing_and_calls_sound_on(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with node(tmp_path, ports, shop) as telefoon, talking(telefoon, ports):
        outcomes = await scanned_by_all(telefoon, ports, tmp_path)
        assert await banned(telefoon, outcomes) == {each.name for each in SCANS if each.is_banned}

    assert {each.scan.name: each.scanned.told for each in outcomes if not each.wire.asked} == {}
    assert {
        each.scan.name: each.scanned.told for each in outcomes if each.scan.of_silence not in each.scanned.told
    } == {}
    assert {each.scan.name: each.wire.answered for each in outcomes if not told_nothing(each)} == {}


async def test_where_strangers_are_refused_scanners_learn_only_that_and_calls_sound_on(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with node(tmp_path, ports, shop, SIP_STRANGERS="refuse") as telefoon, talking(telefoon, ports):
        outcomes = await scanned_by_all(telefoon, ports, tmp_path)
        assert await banned(telefoon, outcomes) == {each.name for each in SCANS if each.is_banned_of_refusal}

    assert {
        each.scan.name: each.scanned.told for each in outcomes if each.scan.of_refusal not in each.scanned.told
    } == {}
    in_clear = [each for each in outcomes if each.scan.transport is not SipTransport.TLS]
    assert {each.scan.name for each in in_clear if not refusals(each)} == {
        each.name for each in SCANS if each.is_malformed
    }


async def test_no_refusal_tells_a_number_or_a_user_or_a_method_from_another(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with (
        node(tmp_path, ports, shop, SIP_STRANGERS="refuse") as telefoon,
        wire_tap(ports, telefoon.sip_port, f"{STRANGERS}.100") as wire,
        raw_caller(wire.port) as stranger,
    ):
        stranger.branch = "z9hG4bKsame"
        answers = {await bytes_answered(stranger, wire, user, method) for user in NAMES for method in METHODS}

    assert len(answers) == 1


async def bytes_answered(stranger: RawCaller, wire: WireTap, user: str, method: str) -> bytes:
    """An answer, with what was asked for taken out of what it echoes."""
    before = len(wire.answered)
    stranger.send(stranger.written(method, number=1).replace(NUMBER.encode(), user.encode()))
    await eventually(lambda: len(wire.answered) > before, within_s=8, otherwise=lambda: f"an answer to {method} {user}")
    asked_for = ((f"<sip:{user}@".encode(), b"<sip:USER@"), (f"1 {method}\r\n".encode(), b"1 METHOD\r\n"))
    answer = wire.answered[before]
    for what, placeholder in asked_for:
        assert answer.count(what) == 1
        answer = answer.replace(what, placeholder)
    return answer
