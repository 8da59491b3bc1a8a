"""A carrier that dies while a call is set up: it rings in vain until its timeout, and ends.

Its CANCEL is answered by nobody, which keeps nothing waiting.
"""

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.scenario import answers, pause, receives, scenario
from tests.peers.sipp import Sipp, sipp

pytestmark = pytest.mark.sip

TIMEOUT_S = 5
TRYING = receives("INVITE") + answers(100, "Trying") + pause(60)
RINGING = receives("INVITE") + answers(180, "Ringing", to_tag=True) + pause(60)
FLOW = "<Response><Hangup/></Response>"


async def killed(carrier: Sipp) -> None:
    carrier.process.kill()
    await carrier.process.wait()


@contextmanager
def swallowed(port: int) -> Iterator[None]:
    """What comes to the port is neither refused by the machine nor answered: it is gone with its carrier."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", port))
        yield


@pytest.mark.parametrize(
    ("steps", "summary", "alerted"), [(TRYING, "100 INVITE", False), (RINGING, "180 INVITE", True)]
)
@pytest.mark.parametrize("machine_too", [False, True])
async def test_a_call_whose_carrier_dies_while_it_is_set_up_ends_by_its_timeout(
    tmp_path: Path, ports: Ports, steps: str, summary: str, alerted: bool, machine_too: bool
) -> None:
    async with (
        sipp(scenario(steps), ports) as carrier,
        platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{carrier.port}"}) as telefoon,
    ):
        placed = await telefoon.place("+3225550199", flow=FLOW, timeout=TIMEOUT_S)
        await carrier.sends(summary)
        await killed(carrier)
        gone: AbstractContextManager[None] = swallowed(carrier.port) if machine_too else nullcontext()
        with gone:
            call = await telefoon.ended_call(placed["id"], within_s=TIMEOUT_S + 15)
        told = await telefoon.events(placed["id"])

    facts = {each["kind"]: each["facts"] for each in told}
    assert (call["status"], call["sip_code"], call["duration"]) == ("no-answer", 487, 0)
    assert [(each["trunk"], each["code"]) for each in call["attempts"]] == [("default", 487)]
    assert facts["answer_timeout"] == {"seconds": TIMEOUT_S}
    assert facts["hung_up"]["by"] == "us"
    assert ("provisional" in facts) is alerted
