"""There is one version, that of setup.py: the command, HTTP and SIP tell it."""

from pathlib import Path

import pytest
import typer.testing

from api.cli.app import app_for
from api.doctor.options import Certificates, OptionsTarget, ask
from config.version import USER_AGENT, VERSION
from scripts.written_version import numbers_of, version_in
from sip import endpoint
from sip.config import ListenAddress, SipConfig, Tls
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sip_message import SipMessage
from tests.unit.promises.sources import sources

pytestmark = pytest.mark.promise

CHECKOUT = Path(__file__).resolve().parents[3]


def test_what_is_installed_has_the_version_of_setup_py() -> None:
    assert version_in((CHECKOUT / "setup.py").read_text()) == VERSION, "run `make setup`"


def test_the_version_is_a_semantic_one() -> None:
    assert ".".join(map(str, numbers_of(VERSION))) == VERSION


def test_the_command_tells_it() -> None:
    told = typer.testing.CliRunner().invoke(app_for(None), ["--version"])

    assert told.stdout == f"telefoon {VERSION}\n"


def test_calls_tell_it_in_their_user_agent() -> None:
    listening = ListenAddress("127.0.0.1", 5060, (), None, 10000, 10100)
    settings = endpoint._endpoint_config(SipConfig(listening, ["PCMA"], 1800, Tls(), []))

    assert settings.uaConfig.userAgent == f"Telefoon/{VERSION}" == USER_AGENT


async def test_the_doctor_tells_it_and_who_asks() -> None:
    async with sip_answerer(lambda _: "200 OK") as far_end:
        await ask(OptionsTarget.of(f"sip:127.0.0.1:{far_end.port}"), Certificates())

    assert SipMessage.read(far_end.requests[0]).header("user-agent") == f"Telefoon/{VERSION} (doctor)"


def test_no_other_file_writes_it_down() -> None:
    written = f"Telefoon/{VERSION.rpartition('.')[0]}"

    assert [each for each in sources() if written in each.read_text(encoding="utf-8")] == []
