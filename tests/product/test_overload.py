"""Far more calls than a node can set up: some are refused at once, none waits for seconds, and who talks is heard.

One peer's flood is that peer's: the calls of others are taken meanwhile.
"""

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest

from tests.peers.audio import longest_gap
from tests.peers.callers import calling
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.scenario import acks, acks_refusal, asks, calls, receives, scenario, sdp
from tests.peers.sipp import Sipp, sipp
from tests.running.pace import patience

pytestmark = pytest.mark.sip

CALLS: Final = 400
PER_SECOND: Final = 400
ANSWERED_WITHIN_S: Final = 2.0
"""Half a second is aimed at, beside a SIPp that takes as much of the machine; if all were taken, four."""
LONGEST_GAP_S: Final = 0.3
_ENTRY: Final = re.compile(
    r"^-{20,} (\S+ \S+?)\n\w+ message (?:sent|received) .*:\n\n((?:(?!-{20,} ).*\n)*)", re.MULTILINE
)
_CALL_ID: Final = re.compile(r"^Call-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
_FINAL: Final = re.compile(r"SIP/2\.0 ([2-6]\d\d)(?=(?s:.*)^CSeq: \d+ INVITE)", re.MULTILINE)


@dataclass(slots=True)
class Outcome:
    """How one INVITE was answered, and after how many seconds."""

    code: int
    after_s: float
    head: str


def outcomes(far_end: Sipp) -> Iterator[Outcome]:
    """The final answer to each INVITE, as the trace has it."""
    invited: dict[str, datetime] = {}
    for stamp, text in _ENTRY.findall((far_end.folder / "messages.log").read_text(errors="replace")):
        at, call_id = datetime.fromisoformat(stamp[:26]), _CALL_ID.search(text)
        if call_id is None:
            continue
        if text.startswith("INVITE "):
            invited.setdefault(call_id[1], at)
        elif (answer := _FINAL.match(text)) and call_id[1] in invited:
            yield Outcome(int(answer[1]), (at - invited.pop(call_id[1])).total_seconds(), text)


def crowd() -> str:
    """Callers who hang up as soon as they are answered, and go away where they are refused."""
    refused = receives(503, optional=True).replace("/>", ' next="refused"/>')
    return scenario(
        calls(sdp(port="9")), receives(100, optional=True), receives(180, optional=True), refused,
        receives(200, keeps_route=True), acks(), asks("BYE", 2), receives(200).replace("/>", ' next="end"/>'),
        '<label id="refused"/>\n', acks_refusal(), '<label id="end"/>\n',
    )  # fmt: skip


@pytest.mark.costly("hundreds of calls in a second")
async def test_some_are_refused_at_once_none_waits_for_seconds_and_who_talks_is_heard(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = "<Response><Echo/></Response>"
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 1500) as (talking,),
    ):
        await talking.ear.hears_in_all(1500, seconds=0.5, within_s=20)
        began_s = talking.ear.now_s
        async with sipp(
            crowd(), ports, target=telefoon.sip_port, service=NUMBER, calls=CALLS, per_second=PER_SECOND
        ) as callers:
            await callers.finishes(within_s=60)
            heard = talking.ear.heard(began_s)
            found = list(outcomes(callers))
        still = await telefoon.get(f"calls/{talking.call_id}")
        known = (await telefoon.get("calls", direction="inbound"))["total"]
        lines = telefoon.log().count("calls_refused")

    refused, taken = ([each for each in found if each.code == code] for code in (503, 200))
    assert len(refused) + len(taken) == len(found) == CALLS
    assert len(taken) > 5
    assert len(refused) > CALLS / 4
    assert "Retry-After: 1" in refused[0].head
    assert max(each.after_s for each in found) < patience(ANSWERED_WITHIN_S)
    assert known == len(taken) + 1, "nothing is stored of whom is refused"
    assert still["status"] == "in-progress"
    gap = longest_gap(heard, 1500)
    assert gap.seconds < patience(LONGEST_GAP_S), f"silence of {gap}"
    assert 1 <= lines <= 3


FLOODER: Final = "127.0.0.2"
FLOOD: Final = 1500
FLOOD_PER_S: Final = 300
OTHERS: Final = 40
_TURNED_AWAY: Final = re.compile(r'telefoon_sip_turned_away_total\{reason="peer-limit"\} (\d+)')


@pytest.mark.costly("hundreds of calls a second")
async def test_a_peers_flood_to_numbers_that_there_are_not_leaves_the_calls_of_others_alone(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = "<Response><Echo/></Response>"
    settings = {"SIP_ALLOW": "127.0.0.0/8"}
    async with (
        platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 1500) as (talking,),
    ):
        await talking.ear.hears_in_all(1500, seconds=0.5, within_s=20)
        began_s = talking.ear.now_s
        flooding = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.peers.flood", str(telefoon.sip_port), "INVITE", str(FLOOD_PER_S), str(FLOOD),
            FLOODER, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with sipp(
            crowd(), ports, target=telefoon.sip_port, service=NUMBER, calls=OTHERS, per_second=10
        ) as others:
            await others.finishes(within_s=60)
            found = list(outcomes(others))
        await flooding.communicate()
        heard = talking.ear.heard(began_s)
        async with raw_caller(telefoon.sip_port, host=FLOODER) as later:
            answered = await later.asks("INVITE", body=audio())
            await later.asks("BYE")
        still = await telefoon.get(f"calls/{talking.call_id}")
        refusals = json.loads(await asyncio.to_thread(telefoon.telefoon, "refusals", "--json"))
        async with telefoon.client.get(f"{telefoon.address}/metrics") as response:
            turned_away = _TURNED_AWAY.search(await response.text())

    codes = [each.code for each in found]
    assert codes.count(200) + codes.count(503) == OTHERS
    assert 200 in codes, "only those that a machine without time for them has try again are not taken"
    assert answered.code == 200
    assert still["status"] == "in-progress"
    gap = longest_gap(heard, 1500)
    assert gap.seconds < patience(LONGEST_GAP_S), f"silence of {gap}"
    assert turned_away is not None
    assert int(turned_away[1]) > FLOOD / 5, "as soon as it has told often enough that there is no such number"
    assert "too many calls" in {each["rule"] for each in refusals if each["source"] == FLOODER}
