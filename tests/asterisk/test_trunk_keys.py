"""Keys to Asterisk and back, in each way that it knows: what it has understood, it sends back in the same way."""

import pytest

from engine.model.trunk import new_trunk
from engine.ports import Answered, DialRequest, DigitPressed, MediaChanged
from tests.peers.asterisk import asterisk
from tests.peers.ports import Ports
from tests.peers.waiting import eventually
from tests.sip.conftest import OpenLine, Watch, open_line

__all__ = ["open_line"]  # a fixture

SENDS_BACK = DialRequest("+3225552005", "+3225550100", "CA1")


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
        carrier = {"name": "carrier", "hosts": [f"127.0.0.1:{network.udp_port}"], "dtmf": dtmf}
        await line.agent.use_trunks([new_trunk(carrier)])
        call = Watch(await line.agent.dial(SENDS_BACK)).start()
        await call.sees(Answered)
        await call.sees(MediaChanged)

        await call.leg.press("1597D#")

        await eventually(
            lambda: _keys(call) == [(key, method) for key in "1597D"], within_s=15, otherwise=lambda: str(call.seen)
        )
        await call.leg.hang_up()


def _keys(call: Watch) -> list[tuple[str, str]]:
    return [(each.digit, each.method) for each in call.seen if isinstance(each, DigitPressed)]
