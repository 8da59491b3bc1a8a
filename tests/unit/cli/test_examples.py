"""docs/examples: every flow runs here, and does in the simulator what its row in the README says."""

import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.webhooks import signing
from tests.peers.ports import Ports
from tests.peers.tutorial import await_connections
from tests.unit.cli.conftest import Run

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
README = (EXAMPLES / "README.md").read_text("utf-8")
ROWS = re.findall(r"^\| \[([\w.-]+)\]\(\1\) \| [^|]+ \| `telefoon ([^`]+)` \| `([^`]+)` \|$", README, re.MULTILINE)
FLOWS = sorted(path for pattern in ("*.xml", "*.json") for path in EXAMPLES.glob(pattern))
PORT = "8090"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SENT_AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The port at which serve.py serves the folder."""
    port = Ports().one()
    command = [sys.executable, str(EXAMPLES / "serve.py"), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as serving:
        await_connections(port, serving)
        yield str(port)
        serving.terminate()


def test_there_is_a_row_for_each_flow_that_is_no_part_of_another() -> None:
    texts = "".join(path.read_text("utf-8") for path in FLOWS)
    parts = {path.name for path in FLOWS if f'"{path.name}"' in texts}

    assert {name for name, _, _ in ROWS} >= {path.name for path in FLOWS} - parts
    assert [name for name in re.findall(r"\]\(([\w.-]+\.py)\)", README) if not (EXAMPLES / name).is_file()] == []


@pytest.mark.parametrize("flow", FLOWS, ids=lambda path: path.name)
def test_every_flow_is_one_that_runs_here(telefoon: Run, flow: Path) -> None:
    checked = telefoon("flow", "check", str(flow))

    assert checked.exit_code == 0, checked.stdout


@pytest.mark.processes
@pytest.mark.parametrize(("name", "command", "line"), ROWS, ids=[row[0] for row in ROWS])
def test_an_example_prints_what_its_row_says(
    telefoon: Run, monkeypatch: pytest.MonkeyPatch, served: str, name: str, command: str, line: str
) -> None:
    monkeypatch.chdir(EXAMPLES)

    simulated = telefoon(*shlex.split(command.replace(PORT, served)))

    assert name in command
    assert simulated.exit_code == 0, simulated.output
    assert line in simulated.stdout


@pytest.mark.parametrize(
    ("changed", "late_by", "genuine"),
    [(b"", timedelta(), True), (b"&CallStatus=busy", timedelta(), False), (b"", timedelta(minutes=6), False)],
    ids=["as it was sent", "changed on its way", "sent again later"],
)
def test_hooks_takes_what_telefoon_signed_just_now(changed: bytes, late_by: timedelta, genuine: bool) -> None:
    is_genuine = runpy.run_path(str(EXAMPLES / "hooks.py"))["is_genuine"]
    body = b"CallSid=CA1&CallStatus=completed"
    seconds = int(SENT_AT.timestamp())
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(seconds),
        "webhook-signature": signing.message_signature(SECRET, "msg_1", seconds, body),
    }

    assert is_genuine(SECRET, headers, body + changed, (SENT_AT + late_by).timestamp()) is genuine
