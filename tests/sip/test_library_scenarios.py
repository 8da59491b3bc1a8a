"""What the library's own scenarios for SIPp (tests/pjsua/scripts-sipp of its source) get of our user agent."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest

from engine.model.trunk import HoldStyle, Srtp, SrtpKeying, Trunk
from engine.ports import Alerted, Answered, DialRequest, Leg, MediaChanged
from tests.peers.ports import Ports
from tests.peers.sipp import Sipp, sipp
from tests.peers.waiting import eventually
from tests.sip.conftest import Line, OpenLine, Watch, subscriber_of, trunk_to
from tests.sip.library_scripts.scenarios import Does, LibraryScenario, Setting, those_run
from tests.sip.library_scripts.source import folder_of_tests

pytestmark = [pytest.mark.sip, pytest.mark.slow]

LONGEST_S: Final = 10.0
AT_ONCE: Final = 12
UNEXPECTED: Final = re.compile(r"while expecting .*?\(index (\d+)\), received '(?:SIP/2\.0 )?(\S+)", re.DOTALL)
STEPS: Final = {"send", "recv", "pause", "nop"}
OF_TRUNKS: Final[Mapping[Setting, Mapping[str, Any]]] = {
    Setting.SDES: {"srtp": Srtp.OPTIONAL},
    Setting.DTLS: {"srtp": Srtp.OPTIONAL, "srtp_keying": SrtpKeying.DTLS},
}
CODECS: Final[Mapping[Setting, list[str]]] = {Setting.PCMU_ALONE: ["PCMU"]}


def trunk(port: int, setting: Setting) -> Trunk:
    """The scenario's far end as a trunk."""
    if setting is Setting.SUBSCRIBER:
        return subscriber_of(port, f"at-{port}", user="a", password="secret")
    fields = {"hold": HoldStyle.SENDONLY, "user": "a", "password": "secret", **OF_TRUNKS.get(setting, {})}
    return trunk_to(port, f"at-{port}", **fields)


class Arrivals:
    """The calls that come in, by the port of their far end."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._legs: dict[int, Leg] = {}

    async def gather(self) -> None:
        """Until it is cancelled."""
        while True:
            leg, arrival = await self._line.arrivals.get()
            self._legs[int(arrival.source.rpartition(":")[2])] = leg

    async def of(self, port: int) -> Leg:
        """The call of this far end."""
        return await eventually(lambda: self._legs.get(port), within_s=LONGEST_S, otherwise=lambda: f"a call of {port}")


async def called(line: Line, port: int, setting: Setting) -> Leg:
    """A call to the scenario: at its address, or by the trunk that it is."""
    if setting is not Setting.TRUNK:
        address = f"sip:+3225550199@127.0.0.1:{port}"
        return await line.agent.dial(DialRequest(address, "+3225550100", "CA1", user="a", password="secret"))
    await line.agent.use_trunks([trunk(port, setting)])
    return await line.agent.dial(DialRequest("+3225550199", "+3225550100", "CA1"))


async def take_part(line: Line, arrivals: Arrivals, far_end: Sipp, one: LibraryScenario) -> None:
    """Do what the library's sample program would."""
    does = one.does
    if does is Does.REGISTERS:
        return
    if does.calls:
        leg = await called(line, far_end.port, one.setting)
    else:
        leg = await arrivals.of(far_end.port)
        await leg.answer()
    call = Watch(leg).start()
    if does.holds:
        await call.sees(Answered)
        if does is Does.CALLS_AND_HOLDS_TOO:
            await call.sees(MediaChanged, times=2)
        await asyncio.sleep(0.5)  # its ACK is on its way
        await leg.hold(held=True)
    if does.hangs_up:
        await call.sees(Alerted if does.calls else Answered)
        await asyncio.sleep(0.5)
        await leg.hang_up()


async def got(line: Line, arrivals: Arrivals, far_end: Sipp, one: LibraryScenario) -> str:
    """The first that a scenario got and did not want; empty where it went as it is written."""
    taking_part = asyncio.create_task(take_part(line, arrivals, far_end, one))
    try:
        await far_end.finishes(within_s=LONGEST_S)
    except AssertionError:
        errors = far_end.folder / "errors.log"
        found = UNEXPECTED.search(errors.read_text(errors="replace")) if errors.exists() else None
        return f"{found[2]}, not {wanted_at(far_end.folder, int(found[1]))}" if found else "nothing more"
    else:
        return ""
    finally:
        taking_part.cancel()
        await asyncio.gather(taking_part, return_exceptions=True)


def wanted_at(folder: Path, step: int) -> str:
    """What the scenario waits for at this step, past what may come or not."""
    steps = [each for each in ElementTree.parse(folder / "scenario.xml").getroot() if each.tag in STEPS]
    awaited = next(each for each in steps[step:] if each.tag == "recv" and each.get("optional") != "true")
    return awaited.get("response") or awaited.get("request") or ""


@pytest.mark.parametrize("setting", Setting)
async def test_a_scenario_gets_what_it_wants_or_what_the_page_says(
    open_line: OpenLine, ports: Ports, tmp_path: Path, setting: Setting
) -> None:
    folder = folder_of_tests(tmp_path) / "scripts-sipp"
    wanted = those_run([each.stem for each in sorted(folder.glob("*.xml"))], setting)
    at = {name: ports.one() for name in wanted}
    several = asyncio.Semaphore(1 if setting is Setting.TRUNK else AT_ONCE)

    async def run(line: Line, arrivals: Arrivals, name: str, one: LibraryScenario) -> str:
        xml = (folder / f"{name}.xml").read_text()
        async with several, sipp(xml, ports, target=line.port, port=at[name], is_called=one.does.waits) as far_end:
            return await got(line, arrivals, far_end, one)

    trunks = [trunk(at[name], setting) for name in wanted]
    async with open_line(codecs=CODECS.get(setting, ["PCMA", "PCMU"]), rtp_ports=400, trunks=trunks) as line:
        arrivals = Arrivals(line)
        gathering = asyncio.create_task(arrivals.gather())
        told = await asyncio.gather(*(run(line, arrivals, name, each) for name, each in wanted.items()))
        gathering.cancel()

    got_otherwise = {name: each for name, each in zip(wanted, told, strict=True) if each}
    assert got_otherwise == {name: each.gets for name, each in wanted.items() if each.gets}
