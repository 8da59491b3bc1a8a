"""Asterisk calls from an address that nobody knows: it is the trunk's by its password, or by its certificate."""

from ipaddress import ip_network
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509

from engine.model.refusal import RefusalRule
from engine.model.trunk import Trunk, new_trunk
from engine.ports import MediaChanged
from sip.config import Tls
from tests.peers.asterisk import Asterisk, asterisk
from tests.peers.certificates import Pems, make_pems
from tests.peers.ports import Ports
from tests.peers.sipp import NUMBER
from tests.peers.waiting import eventually, lasting
from tests.sip.conftest import Line, OpenLine, Watch, open_line
from tests.sip.passing import says

__all__ = ["open_line"]  # a fixture

ELSEWHERE: Final = [ip_network("192.0.2.0/24")]
NAME: Final = "sip.carrier.example"
ENDPOINT: Final = """
[away](telephone)
aors = away
transport = {transport}
{more}

[away]
type = aor
contact = sip:127.0.0.1:{port}{parameters}
"""
PASSWORD_OF: Final = """
[away-password]
type = auth
auth_type = userpass
username = pbx
password = {password}
"""


def exchange(**fields: object) -> Trunk:
    return new_trunk({"name": "exchange", "hosts": ["192.0.2.10"], **fields})


async def is_heard(line: Line, network: Asterisk) -> str:
    """The trunk of a call of Asterisk's, which we hear until it is ended."""
    await network.originate("away", NUMBER, "500@tone")
    leg, arrival = await line.takes()
    call = Watch(leg).start()
    await leg.answer()
    await call.sees(MediaChanged)
    await says(line, leg.id, 500)
    await leg.hang_up()
    await call.ends()
    return arrival.trunk


def with_password(text: str, port: int) -> dict[str, str]:
    """What is added to Asterisk's files, so that it calls this port with a password."""
    endpoint = ENDPOINT.format(transport="udp", more="outbound_auth = away-password", port=port, parameters="")
    return {
        "pjsip.conf": endpoint + PASSWORD_OF.format(password=text),
        "modules.conf": "load = res_pjsip_outbound_authenticator_digest.so\n",
    }


async def test_asterisk_is_known_by_user_and_password(ports: Ports, open_line: OpenLine) -> None:
    port = ports.block(2)
    trunk = exchange(known_by="digest", user="pbx", password="correct horse")
    async with (
        asterisk(ports, ports.one(), more=with_password("correct horse", port)) as network,
        open_line(trunk=trunk, allow=ELSEWHERE, port=port) as line,
    ):
        assert await is_heard(line, network) == "exchange"
        assert await is_heard(line, network) == "exchange"
        assert line.noted == []


async def test_asterisk_with_a_wrong_password_tries_it_once(ports: Ports, open_line: OpenLine) -> None:
    port = ports.block(2)
    trunk = exchange(known_by="digest", user="pbx", password="correct horse")
    async with (
        asterisk(ports, ports.one(), more=with_password("guessed", port)) as network,
        open_line(trunk=trunk, allow=ELSEWHERE, port=port) as line,
    ):
        await network.originate("away", NUMBER, "500@tone")
        await eventually(lambda: line.noted or None, within_s=10, otherwise=network.log)
        await lasting(1)

        assert line.noted == [(RefusalRule.PASSWORD, NUMBER)]
        assert line.arrivals.empty()


@pytest.fixture
def theirs(tmp_path: Path) -> Pems:
    return make_pems(tmp_path / "theirs", names=[x509.DNSName(NAME)])


async def test_asterisk_is_known_by_its_certificate(
    ports: Ports, open_line: OpenLine, tmp_path: Path, theirs: Pems
) -> None:
    ours, port = make_pems(tmp_path / "ours"), ports.block(2)
    endpoint = ENDPOINT.format(transport="tls", more="", port=port + 1, parameters="\\;transport=tls")
    trunk = exchange(hosts=[NAME], transport="tls", known_by="tls", tls_ca=str(theirs.ca))
    async with (
        asterisk(ports, ports.one(), theirs, more={"pjsip.conf": endpoint}) as network,
        open_line(trunk=trunk, allow=ELSEWHERE, port=port, tls=Tls(ours.ca, ours.certificate, ours.key)) as line,
    ):
        assert await is_heard(line, network) == "exchange"
        assert line.noted == []
