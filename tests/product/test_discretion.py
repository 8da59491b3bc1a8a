"""A run with the default settings: number, keys, name and PIN are in no log line, event, trace or ledger entry."""

import json
from pathlib import Path

import pytest

from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip

PERSON = "+32471234556"
KEYS = "73914826"
NAME = "Zebulon"
PIN = "8642097531"  # longer than a fraction of a second in the log
DEFAULTS = {"KEEP_DIGITS": "false", "KEEP_SPOKEN_TEXT": "false", "KEEP_WEBHOOK_BODIES": "false"}
PLANTED = (PERSON[1:], PERSON[3:], KEYS, NAME, PIN)


async def test_nothing_that_was_planted_is_written_down(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = (
        f'<Response><Gather numDigits="{len(KEYS)}" timeout="8" action="/keyed" method="GET">'
        f"<Say>{NAME}, your code please.</Say></Gather></Response>"
    )
    shop.flows["/keyed"] = (
        f"<Response><Say>Thank you, {NAME}.</Say><Dial timeLimit='1'>{PERSON}</Dial>"
        f"<Redirect>/lost?who={NAME}&amp;number=%2B{PERSON[1:]}</Redirect>"
        f'<Dial><Conference pin="{PIN}">x</Conference></Dial></Response>'
    )
    shop.failing.add("/lost")
    async with (
        phone("--digits", KEYS, "--digits-after", "6") as far_end,
        platform(
            tmp_path, ports, {**DEFAULTS, "TRUNK": f"sip:127.0.0.1:{far_end.port}", "LOG_LEVEL": "debug"}
        ) as telefoon,
    ):
        placed = await telefoon.place(PERSON, url=shop.url("/start"), status_callback=shop.url("/status"))
        await shop.is_asked("/keyed", within_s=30)
        await shop.is_asked("/lost", within_s=30)
        await telefoon.ended_call(placed["id"], within_s=40)
        await shop.is_asked("/status", times=4)
        calls = [call["id"] for call in (await telefoon.get("calls"))["calls"]]
        events = [await telefoon.events(call) for call in calls]
        ledger = [json.loads(telefoon.telefoon("webhooks", "list", call, "--json")) for call in calls]
        trace = telefoon.telefoon("audit", "export")
        log = telefoon.log()

    assert shop.forms("/keyed")[0]["Digits"] == KEYS
    assert "digit" in json.dumps(events)
    assert len(ledger[-1]) >= 3
    for where, text in {"log": log, "events": json.dumps(events), "ledger": json.dumps(ledger), "trace": trace}.items():
        lines = [line for line in text.splitlines() if any(each in line for each in PLANTED)]
        assert not lines, (where, lines[:5])
