"""Requests made up from the published document, against the running product with a phone behind its trunk.

`make fuzz-api MINUTES=10` goes on for so long, with another seed each round.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.model.accounts import Scope
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, BASE_PATH, NUMBER, Platform, as_json, platform
from tests.peers.ports import Ports
from tests.peers.waiting import within

pytestmark = [pytest.mark.sip, pytest.mark.slow, pytest.mark.costly("hundreds of made-up requests")]

CHECKOUT = Path(__file__).resolve().parents[2]
OWN_NUMBER = "TELEFOON_TEST_NUMBER"
OWN_KEYS = "TELEFOON_TEST_KEYS"
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
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "ignored_auth",
)


def key_for_everything(telefoon: Platform) -> str:
    scopes = [word for scope in Scope for word in ("--scope", scope.value)]
    return str(as_json(telefoon.telefoon("keys", "create", "--account", ACCOUNT, "--json", *scopes))["key"])


def keys_of(telefoon: Platform) -> str:
    """The identifiers of all keys that there are."""
    return " ".join(each["id"] for each in as_json(telefoon.telefoon("keys", "list", "--json")))


def seeds() -> Iterator[int]:
    """One, or new ones for as many minutes as are set."""
    ends = time.monotonic() + 60 * float(os.environ.get(MINUTES, "0"))
    yield 1
    seed = 2
    while time.monotonic() < ends:
        yield seed
        seed += 1


def command(telefoon: Platform, key: str, seed: int) -> list[str]:
    return [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{telefoon.address}/openapi.json"),
        *("--url", f"{telefoon.address}{BASE_PATH}", "--exclude-tag", "Node", "--exclude-operation-id", "streamEvents"),
        *("--header", f"X-API-Key: {key}", "--checks", ",".join(CHECKS)),
        *("--max-examples", str(EXAMPLES), "--seed", str(seed), "--generation-database", "none", "--no-color"),
    ]


async def test_the_product_answers_as_published_whatever_it_is_asked(tmp_path: Path) -> None:
    async with phone("--busy") as far_end:
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}", **NO_LIMITS}
        async with platform(tmp_path, Ports(), settings) as telefoon:
            key = await asyncio.to_thread(key_for_everything, telefoon)
            keys = await asyncio.to_thread(keys_of, telefoon)
            for seed in seeds():
                before = (await telefoon.get("calls"))["total"]
                found, output = await asked_at_random(telefoon, key, keys, seed, tmp_path)
                assert not found, f"seed {seed}: {output[-6000:]}"
                assert (await telefoon.get("calls"))["total"] > before, output[-6000:]
                assert "request_failed" not in telefoon.log(), telefoon.log()[-6000:]


async def asked_at_random(telefoon: Platform, key: str, keys: str, seed: int, folder: Path) -> tuple[bool, str]:
    """Whether an answer was wrong, and what schemathesis says of it."""
    process = await asyncio.create_subprocess_exec(
        *command(telefoon, key, seed),
        env={
            **os.environ,
            "PYTHONPATH": str(CHECKOUT),
            "SCHEMATHESIS_HOOKS": HOOKS,
            OWN_NUMBER: NUMBER,
            OWN_KEYS: keys,
        },
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with within(WITHIN_S):
        output, _ = await process.communicate()
    return process.returncode != 0, output.decode()
