"""What the library's own scripts of messages (tests/pjsua/scripts-sendto of its source) are answered here."""

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from engine.errors import LegGone, SipError
from tests.sip.conftest import Line, OpenLine, trunk_to
from tests.sip.library_scripts.otherwise import OTHERWISE, AsTrunk, trunk_of
from tests.sip.library_scripts.source import folder_of_tests

pytestmark = [pytest.mark.sip, pytest.mark.slow]

RUNNER: Final = Path(__file__).parent / "library_scripts/send.py"


async def answer_all(line: Line) -> None:
    while True:
        leg, _ = await line.arrivals.get()
        with suppress(SipError, LegGone):
            await leg.answer()


@pytest.mark.parametrize("trunk", AsTrunk)
async def test_a_script_gets_what_it_wants_or_what_the_page_says(
    open_line: OpenLine, tmp_path: Path, trunk: AsTrunk
) -> None:
    scripts = folder_of_tests(tmp_path)
    every = sorted((scripts / "scripts-sendto").glob("*.py"))
    names = [each.stem for each in every if trunk_of(each.read_text()) is trunk]
    trunks = [] if trunk is AsTrunk.NONE else [trunk_to(5999, **trunk.fields)]
    async with open_line(codecs=["PCMA", "PCMU"], rtp_ports=400, trunks=trunks) as line:
        answering = asyncio.create_task(answer_all(line))
        command = (sys.executable, "-W", "ignore", str(RUNNER), str(scripts), str(line.port), *names)
        running = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        told, _ = await running.communicate()
        answering.cancel()

    got: dict[str, str] = json.loads(told)
    assert list(got) == names
    assert {name: each for name, each in got.items() if not each.isdigit()} == {
        name: each for name, (each, _) in OTHERWISE.items() if name in names
    }
