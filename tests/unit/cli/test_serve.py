"""telefoon serve: what stops the start is one line, however deep it came from. A node that runs: tests/product."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.peers.ports import Ports
from tests.unit.cli.conftest import Run


@pytest.fixture(autouse=True)
def free_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = Ports()
    for name in ("HTTP_PORT", "SIP_PORT"):
        monkeypatch.setenv(f"TELEFOON_{name}", str(ports.one()))


@pytest.mark.sip
def test_a_taken_http_port_is_told_with_the_setting_to_change(telefoon: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("TELEFOON_HTTP_PORT", str(port))
        stopped = telefoon("serve")
    assert stopped.exit_code == 1
    said = [line for line in stopped.stderr.splitlines() if line.startswith("telefoon: ")]
    assert "\n".join(said) == (
        f"telefoon: HTTP can't listen on 127.0.0.1:{port}: Address already in use. "
        "Stop the program that has it, or set TELEFOON_HTTP_PORT to a free port."
    )
    assert "Traceback" not in stopped.stderr


def test_a_library_of_the_package_index_stops_the_start(telefoon: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pjsua2_build", None)
    stopped = telefoon("serve")
    assert stopped.exit_code == 1
    assert stopped.stderr.startswith("telefoon: The pjsua2 that is installed was not built by this project")


def test_a_wrong_setting_stops_the_start(telefoon: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_TRUNK", "10.0.0.1")
    stopped = telefoon("serve")
    assert (stopped.exit_code, stopped.stderr) == (
        1,
        "telefoon: TELEFOON_TRUNK is '10.0.0.1': write a SIP URI, such as sip:127.0.0.1:5080;transport=udp.\n",
    )


def test_a_language_with_an_unknown_engine_stops_the_start(telefoon: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_TTS_ENGINES", '{"nl-NL": ["siri"]}')
    stopped = telefoon("serve")
    assert stopped.exit_code == 1
    assert "telefoon: tts_engines names 'siri' for nl-NL." in stopped.stderr


@pytest.mark.processes
@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_library_that_is_broken_is_told_in_one_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "pjsua2.py").write_text("raise ImportError('libx.so.1: cannot open shared object file')\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "TELEFOON_DATA_DIR": str(tmp_path / "data")}

    done = subprocess.run(
        [sys.executable, "-m", "api.cli", command], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == "telefoon: pjsua2 is installed but can't be loaded. Build it with: make setup\n"
