"""Two accounts on one node, of which one has something of every kind: what tests of strangers ask for."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.model.accounts import Scope
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, NUMBER, Platform, as_json, platform
from tests.peers.ports import Ports

CALLER: Final = "+3225550177"
CALLEE: Final = "+3225550199"
STRANGER: Final = "stranger"


@dataclass(frozen=True, slots=True)
class Belongings:
    """What an account has: its own id, a call in a conference, one that waits in a queue, one that was recorded."""

    account: str
    call: str
    waiting: str
    recorded: str
    conference: str
    participant: str
    recording: str
    queue: str
    hold: str
    number: str
    application: str

    async def as_they_are(self, telefoon: Platform) -> str:
        """The things themselves, but for figures that count on."""
        call = await telefoon.get(f"calls/{self.call}")
        conference = await telefoon.get(f"conferences/{self.conference}")
        recording = await telefoon.get(f"recordings/{self.recording}")
        (participant,) = (await telefoon.get(f"conferences/{self.conference}/participants"))["participants"]
        queue = await telefoon.get(f"queues/{self.queue}")
        facts = {
            "call": [call[name] for name in ("id", "status", "from", "to")],
            "conference": [conference[name] for name in ("id", "status", "friendly_name")],
            "recording": [recording[name] for name in ("id", "status", "sha256")],
            "queue": [queue[name] for name in ("id", "friendly_name", "waiting")],
            "number": await telefoon.get(f"numbers/{self.number}"),
            "application": await telefoon.get(f"applications/{self.application}"),
            "participant": [participant.get(name) for name in ("id", "muted", "hold", "coach", "end_on_exit")],
            "calls": (await telefoon.get("calls"))["total"],
            "conferences": (await telefoon.get("conferences"))["total"],
            "recordings": (await telefoon.get("recordings"))["total"],
        }
        return json.dumps(facts)


@asynccontextmanager
async def owning(
    tmp_path: Path, ports: Ports, shop: Customer, settings: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[Platform, Belongings]]:
    """A node with an account that has one of everything, a call that waits in a queue among it."""
    shop.flows["/start"] = "<Response><Enqueue>support</Enqueue></Response>"
    async with phone() as far_end:
        trunk = {"TRUNK": f"sip:127.0.0.1:{far_end.port}", **(settings or {})}
        async with platform(tmp_path, ports, trunk, number={"--url": shop.url("/start")}) as telefoon:
            inbound = ("--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--from", CALLER)
            async with phone(*inbound):
                yield telefoon, await _made(telefoon)


async def _made(telefoon: Platform) -> Belongings:
    recorded = await telefoon.place(CALLEE, record=True, flow="<Response><Pause length='1'/></Response>")
    await telefoon.ended_call(recorded["id"])
    recording = (await telefoon.get("recordings"))["recordings"][0]["id"]
    call = await telefoon.place(CALLEE, flow="<Response><Dial><Conference>board</Conference></Dial></Response>")
    await telefoon.noted(call["id"], "conference_joined")
    conference = (await telefoon.get("conferences"))["conferences"][0]["id"]
    participant = (await telefoon.get(f"conferences/{conference}/participants"))["participants"][0]["id"]
    waiting = await telefoon.newest_call(direction="inbound")
    await telefoon.noted(waiting["id"], "queue_entered")
    return Belongings(
        account=account_id(telefoon, ACCOUNT),
        call=call["id"],
        waiting=waiting["id"],
        recorded=recorded["id"],
        conference=conference,
        participant=participant,
        recording=recording,
        queue=(await telefoon.get("queues"))["queues"][0]["id"],
        hold=await _held(telefoon, recorded["id"]),
        number=(await telefoon.get("numbers"))["numbers"][0]["id"],
        application=(await telefoon.post("applications", {"friendly_name": "desk"}))["id"],
    )


async def _held(telefoon: Platform, call_id: str) -> str:
    privacy = as_json(telefoon.telefoon("keys", "create", "--account", ACCOUNT, "--scope", "privacy", "--json"))["key"]
    order = {"kind": "call", "object": call_id, "reason": "Case 7"}
    async with telefoon.client.post("holds", json=order, headers={"X-API-Key": privacy}) as response:
        return str((await response.json())["id"])


def account_id(telefoon: Platform, name: str) -> str:
    """The id of the account of this name."""
    return next(
        str(each["id"]) for each in as_json(telefoon.telefoon("accounts", "list", "--json")) if each["name"] == name
    )


def keys_of_a_stranger(telefoon: Platform) -> dict[Scope, str]:
    """A key of another account for each scope, which is for nothing else."""

    def made(scope: Scope) -> str:
        told = telefoon.telefoon("keys", "create", "--account", STRANGER, "--scope", scope.value, "--json")
        return str(as_json(told)["key"])

    return {scope: made(scope) for scope in Scope}
