"""What the library's own scripts of messages (tests/pjsua/scripts-sendto of its source) are answered here."""

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from engine.errors import SipError
from tests.sip.conftest import Line, OpenLine
from tests.sip.library_scripts.otherwise import OTHERWISE
from tests.sip.library_scripts.source import folder_of_tests

pytestmark = [pytest.mark.sip, pytest.mark.slow]

RUNNER: Final = Path(__file__).parent / "library_scripts/send.py"


async def answer_all(line: Line) -> None:
    while True:
        leg, _ = await line.arrivals.get()
        with suppress(SipError):
            await leg.answer()


async def test_a_script_gets_what_it_wants_or_what_the_page_says(open_line: OpenLine, tmp_path: Path) -> None:
    scripts = folder_of_tests(tmp_path)
    async with open_line(codecs=["PCMA", "PCMU"], rtp_ports=400) as line:
        answering = asyncio.create_task(answer_all(line))
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "ignore", RUNNER, scripts, str(line.port), stdout=asyncio.subprocess.PIPE
        )
        told, _ = await running.communicate()
        answering.cancel()

    got: dict[str, str] = json.loads(told)
    assert {name: each for name, each in got.items() if not each.isdigit()} == {
        name: each for name, (each, _) in OTHERWISE.items()
    }
