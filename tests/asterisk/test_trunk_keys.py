"""Keys to Asterisk and back, in each way that it knows: what it has understood, it sends back in the same way."""

import pytest

from engine.model.trunk import new_trunk
from engine.ports import Answered, DialRequest, DigitPressed, MediaChanged
from tests.peers.asterisk import Asterisk, asterisk
from tests.peers.ports import Ports
from tests.peers.waiting import eventually
from tests.sip.conftest import OpenLine, Watch, open_line

__all__ = ["open_line"]  # a fixture

SENDS_BACK = DialRequest("+3225552005", "+3225550100", "CA1")
PRESSES = DialRequest("+32255511440", "+3225550100", "CA1")


@pytest.mark.parametrize(
    ("dtmf_mode", "dtmf", "codec", "method"),
    [
        ("rfc4733", "auto", "PCMA", "rfc4733"),
        ("rfc4733", "rfc4733", "PCMA", "rfc4733"),
        ("info", "auto", "PCMA", "info"),
        ("info", "info-relay", "PCMA", "info"),
        ("info", "info-dtmf", "PCMA", "info"),
        ("inband", "inband", "PCMA", "inband"),
        ("inband", "inband", "PCMU", "inband"),
    ],
)
async def test_asterisk_understands_keys_and_is_understood(
    ports: Ports, open_line: OpenLine, dtmf_mode: str, dtmf: str, codec: str, method: str
) -> None:
    async with asterisk(ports, ports.one(), dtmf_mode=dtmf_mode) as network, open_line(codecs=[codec]) as line:
        await line.agent.use_trunks([new_trunk(_carrier(network, dtmf))])
        call = Watch(await line.agent.dial(SENDS_BACK)).start()
        await call.sees(Answered)
        await call.sees(MediaChanged)

        await call.leg.press("1597D#")

        await eventually(
            lambda: _keys(call) == [(key, method) for key in "1597D"], within_s=15, otherwise=lambda: str(call.seen)
        )
        await call.leg.hang_up()


@pytest.mark.parametrize("codec", ["PCMA", "G722"])
async def test_tones_of_asterisk_are_heard_as_keys(ports: Ports, open_line: OpenLine, codec: str) -> None:
    async with asterisk(ports, ports.one(), dtmf_mode="inband") as network, open_line(codecs=[codec]) as line:
        await line.agent.use_trunks([new_trunk(_carrier(network, "inband"))])
        call = Watch(await line.agent.dial(PRESSES)).start()
        await call.sees(Answered)
        assert (await call.sees(MediaChanged)).codec == codec

        await eventually(
            lambda: _keys(call) == [(key, "inband") for key in "159#"], within_s=15, otherwise=lambda: str(call.seen)
        )
        await call.leg.hang_up()


async def test_asterisk_itself_says_that_it_takes_no_tones_by_g722(ports: Ports, open_line: OpenLine) -> None:
    """What its interoperability table and docs/trunks.md name; with PCMA it takes them, as above."""
    async with asterisk(ports, ports.one(), dtmf_mode="inband") as network, open_line(codecs=["G722"]) as line:
        await line.agent.use_trunks([new_trunk(_carrier(network, "inband"))])
        call = Watch(await line.agent.dial(SENDS_BACK)).start()
        await call.sees(Answered)
        await call.sees(MediaChanged)

        await call.leg.press("1")

        complaint = "Can only do DSP on signed-linear, alaw or ulaw frames (g722 not supported)"
        await eventually(lambda: complaint in network.log(), within_s=15, otherwise=network.log)
        await call.leg.hang_up()


def _carrier(network: Asterisk, dtmf: str) -> dict[str, object]:
    return {"name": "carrier", "hosts": [f"127.0.0.1:{network.udp_port}"], "dtmf": dtmf}


def _keys(call: Watch) -> list[tuple[str, str]]:
    return [(each.digit, each.method) for each in call.seen if isinstance(each, DigitPressed)]
