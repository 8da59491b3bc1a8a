"""Requests made up from the published document, against the running product with a phone behind its trunk."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.peers.phone import phone
from tests.peers.platform import BASE_PATH, NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.waiting import within

pytestmark = [pytest.mark.sip, pytest.mark.slow, pytest.mark.costly("hundreds of made-up requests")]

CHECKOUT = Path(__file__).resolve().parents[2]
OWN_NUMBER = "TELEFOON_TEST_NUMBER"
HOOKS = "tests.contract.hooks"
EXAMPLES = 25
WITHIN_S = 240
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


def command(telefoon: Platform) -> list[str]:
    return [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{telefoon.address}/openapi.json"),
        *("--url", f"{telefoon.address}{BASE_PATH}", "--exclude-tag", "Node", "--exclude-operation-id", "streamEvents"),
        *("--header", f"X-API-Key: {telefoon.key}", "--checks", ",".join(CHECKS)),
        *("--max-examples", str(EXAMPLES), "--seed", "1", "--generation-database", "none", "--no-color"),
    ]


async def test_the_product_answers_as_published_whatever_it_is_asked(tmp_path: Path) -> None:
    async with phone("--busy") as far_end:
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}
        async with platform(tmp_path, Ports(), settings) as telefoon:
            process = await asyncio.create_subprocess_exec(
                *command(telefoon),
                env={**os.environ, "PYTHONPATH": str(CHECKOUT), "SCHEMATHESIS_HOOKS": HOOKS, OWN_NUMBER: NUMBER},
                cwd=tmp_path,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            async with within(WITHIN_S):
                output, _ = await process.communicate()
            placed = (await telefoon.get("calls"))["total"]

    assert process.returncode == 0, output.decode()[-6000:]
    assert placed > 0, output.decode()[-6000:]
