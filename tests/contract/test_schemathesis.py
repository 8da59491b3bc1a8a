"""Requests made up from the published documents, against the running product with a phone behind its trunk.

`make fuzz-api MINUTES=10` goes on for so long, with another seed each round.
"""

import asyncio
import base64
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from api.http.v2010 import contract as v2010
from engine.model.accounts import Scope
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, BASE_PATH, NUMBER, Platform, as_json, platform
from tests.peers.ports import Ports
from tests.peers.waiting import within

pytestmark = [pytest.mark.sip, pytest.mark.slow, pytest.mark.costly("hundreds of made-up requests")]

CHECKOUT = Path(__file__).resolve().parents[2]
OWN_NUMBER = "TELEFOON_TEST_NUMBER"
OWN_KEYS = "TELEFOON_TEST_KEYS"
OWN_ACCOUNT = "TELEFOON_TEST_ACCOUNT"
OWN_IDS = "TELEFOON_TEST_IDS"
HOOKS = "tests.contract.hooks"
MINUTES = "TELEFOON_FUZZ_MINUTES"
NO_LIMITS = {"API_RATE_PER_KEY": "0", "API_RATE_PER_ADDRESS": "0", "API_WRONG_KEYS": "0"}
EXAMPLES = 25
WITHIN_S = 420
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
    "ignored_auth",
)
STRICT = ("negative_data_rejection", "missing_required_header")


@dataclass(frozen=True, slots=True)
class Door:
    """A document, what is below its base path, and what is checked beside CHECKS; `left_out` are options that say what
    is not asked.
    """

    base: str
    document: str
    checks: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


V1: Final = Door(
    BASE_PATH, "/openapi.json", STRICT, ("--exclude-tag", "Node", "--exclude-operation-id", "streamEvents")
)
V2010: Final = Door(v2010.BASE_PATH, f"{v2010.BASE_PATH}/openapi.json")
"""It passes over what it doesn't know, as programs expect of it, so what is wrong need not be refused."""


@dataclass(frozen=True, slots=True)
class Asker:
    """A key for everything and its account, and the ids of all keys that there are."""

    key: str
    account: str
    keys: str

    def credentials(self, door: Door) -> str:
        """The header by which a door is opened."""
        pair = base64.b64encode(f"{self.account}:{self.key}".encode()).decode()
        return f"X-API-Key: {self.key}" if door is V1 else f"Authorization: Basic {pair}"


def key_for_everything(telefoon: Platform) -> str:
    scopes = [word for scope in Scope for word in ("--scope", scope.value)]
    return str(as_json(telefoon.telefoon("keys", "create", "--account", ACCOUNT, "--json", *scopes))["key"])


def asker(telefoon: Platform) -> Asker:
    key = key_for_everything(telefoon)
    keys = " ".join(each["id"] for each in as_json(telefoon.telefoon("keys", "list", "--json")))
    (account,) = as_json(telefoon.telefoon("accounts", "list", "--json"))
    return Asker(key, account["id"], keys)


async def things(telefoon: Platform) -> dict[str, str]:
    """The id of something that the account has, by the noun of /2010-04-01."""
    number = (await telefoon.get("numbers"))["numbers"][0]["id"]
    made = {
        noun: (await telefoon.post(noun.lower(), {"friendly_name": "desk"}))["id"]
        for noun in ("Applications", "Conferences", "Queues")
    }
    return {**made, "IncomingPhoneNumbers": number, "OutgoingCallerIds": number}


def seeds() -> Iterator[int]:
    """One, or new ones for as many minutes as are set."""
    ends = time.monotonic() + 60 * float(os.environ.get(MINUTES, "0"))
    yield 1
    seed = 2
    while time.monotonic() < ends:
        yield seed
        seed += 1


def command(telefoon: Platform, door: Door, who: Asker, seed: int) -> list[str]:
    return [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{telefoon.address}{door.document}"),
        *("--url", f"{telefoon.address}{door.base}", *door.left_out),
        *("--header", who.credentials(door), "--checks", ",".join((*CHECKS, *door.checks))),
        *("--max-examples", str(EXAMPLES), "--seed", str(seed), "--generation-database", "none", "--no-color"),
    ]


@pytest.mark.parametrize("door", [V1, V2010], ids=["v1", "2010-04-01"])
async def test_the_product_answers_as_published_whatever_it_is_asked(door: Door, tmp_path: Path) -> None:
    async with phone("--busy") as far_end:
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}", **NO_LIMITS}
        async with platform(tmp_path, Ports(), settings) as telefoon:
            who = await asyncio.to_thread(asker, telefoon)
            ids = await things(telefoon)
            for seed in seeds():
                before = (await telefoon.get("calls"))["total"]
                found, output = await asked_at_random(telefoon, door, who, ids, seed, tmp_path)
                assert not found, f"seed {seed}: {output[-6000:]}"
                assert (await telefoon.get("calls"))["total"] > before, output[-6000:]
                assert "request_failed" not in telefoon.log(), telefoon.log()[-6000:]


async def asked_at_random(
    telefoon: Platform, door: Door, who: Asker, ids: Mapping[str, str], seed: int, folder: Path
) -> tuple[bool, str]:
    """Whether an answer was wrong, and what schemathesis says of it."""
    process = await asyncio.create_subprocess_exec(
        *command(telefoon, door, who, seed),
        env={
            **os.environ,
            "PYTHONPATH": str(CHECKOUT),
            "SCHEMATHESIS_HOOKS": HOOKS,
            OWN_NUMBER: NUMBER,
            OWN_KEYS: who.keys,
            OWN_ACCOUNT: who.account,
            OWN_IDS: json.dumps(ids),
        },
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with within(WITHIN_S):
        output, _ = await process.communicate()
    return process.returncode != 0, output.decode()
