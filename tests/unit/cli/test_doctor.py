"""telefoon doctor: what it prints, and when it exits 1."""

import json

import pytest

from tests.peers.ports import Ports
from tests.unit.cli.conftest import Run

pytestmark = pytest.mark.processes

SUBJECTS = {
    "SIP library", "HTTP port", "SIP port (udp)", "RTP ports", "Database", "Master key", "Voices", "Recogniser",
    "Trunk", "Countries", "Disk",
}  # fmt: skip


@pytest.fixture(autouse=True)
def free_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = Ports()
    rtp = ports.block(200)
    for name, value in (("HTTP_PORT", ports.one()), ("SIP_PORT", ports.one()), ("RTP_PORTS", f"{rtp}-{rtp + 199}")):
        monkeypatch.setenv(f"TELEFOON_{name}", str(value))


def test_a_machine_that_is_fit_exits_0(telefoon: Run) -> None:
    told = telefoon("doctor")
    assert told.exit_code == 0
    assert "ok     SIP library: pjsua2" in told.stdout
    assert "FAULT" not in told.stdout


def test_json_has_every_check(telefoon: Run) -> None:
    told = json.loads(telefoon("doctor", "--json").stdout)
    assert told["ok"] is True
    assert {check["subject"] for check in told["checks"]} > SUBJECTS


def test_one_fault_exits_1_and_says_what_to_do(telefoon: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_TRUNK", f"sip:127.0.0.1:{Ports().one()};transport=tcp")
    told = telefoon("doctor")
    assert told.exit_code == 1
    assert "FAULT  Trunk: 127.0.0.1" in told.stdout
    assert "Check TELEFOON_TRUNK" in told.stdout
    assert json.loads(telefoon("doctor", "--json").stdout)["ok"] is False


def test_a_named_program_alone_is_looked_at(telefoon: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_EGRESS_ALLOW", "127.0.0.0/8")
    telefoon("keys", "create", "--account", "demo")

    told = telefoon("doctor", "--program", "ws://127.0.0.1:1/media", "--account", "demo")

    assert told.exit_code == 1
    assert told.stdout.startswith("ok     Program's name: 127.0.0.1 is 127.0.0.1\n")
    assert "FAULT  Program's address: port 1" in told.stdout
    assert "SIP library" not in told.stdout


@pytest.mark.parametrize(
    "arguments", [("--account", "demo"), ("--program", "https://a.example/"), ("--program", "wss://a.example/?a=1")]
)
def test_what_is_no_program_is_wrong_usage(telefoon: Run, arguments: tuple[str, ...]) -> None:
    assert telefoon("doctor", *arguments).exit_code == 2
