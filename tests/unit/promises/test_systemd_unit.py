"""The unit of systemd starts the node as the product wants it: its command, its limits, its folders."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from api.node.open_files import WANTED
from config.settings import Settings
from engine.live.calls.draining import GOODBYE_S
from sip.media.media_priority import NICENESS, REAL_TIME_OF_CLOCK
from tests.unit.promises.pages import CHECKOUT, DOCS

pytestmark = pytest.mark.promise

UNIT = CHECKOUT / "deploy" / "systemd" / "telefoon.service"
GIVEN = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE))
STORED_S = 30.0
"""Until calls are hung up and stored, and all that the node is made of has ended."""
OPERATIONS = (DOCS / "operations.md").read_text("utf-8")


def test_it_serves_from_where_the_page_installs_it() -> None:
    assert GIVEN["ExecStart"] == "/opt/telefoon/.venv/bin/telefoon serve"
    assert "git clone <this repository> /opt/telefoon\n" in OPERATIONS
    assert GIVEN["Documentation"] == "file:///opt/telefoon/docs/operations.md"


def test_its_limits_are_those_that_the_doctor_and_the_media_threads_want() -> None:
    assert int(GIVEN["LimitNOFILE"]) == WANTED
    assert int(GIVEN["LimitNICE"]) == NICENESS
    assert int(GIVEN["LimitRTPRIO"]) == REAL_TIME_OF_CLOCK
    assert "RestrictRealtime" not in GIVEN


def test_it_waits_for_calls_as_the_node_does_and_so_does_the_container() -> None:
    longest_s = Settings.model_fields["drain_s"].default + GOODBYE_S + STORED_S

    grace = re.search(r"stop_grace_period: (\d+)s", (CHECKOUT / "docker-compose.yml").read_text())

    assert GIVEN["TimeoutStopSec"] == f"{longest_s:g}"
    assert grace is not None
    assert grace[1] == GIVEN["TimeoutStopSec"]
    assert f"wait for `drain_s` and {GOODBYE_S + STORED_S:g} s" in OPERATIONS


def test_the_node_may_write_where_the_page_has_its_data() -> None:
    assert f'data_dir = "/var/lib/{GIVEN["StateDirectory"]}"' in OPERATIONS
    assert GIVEN["WorkingDirectory"] == f"/var/lib/{GIVEN['StateDirectory']}"
    assert GIVEN["Environment"] == "TELEFOON_CONFIG=/etc/telefoon/telefoon.toml"


def test_the_packet_filter_is_given_the_file_that_the_page_has_the_node_write() -> None:
    path, service = (UNIT.with_name(f"telefoon-bans.{kind}").read_text() for kind in ("path", "service"))
    (written,) = re.findall(r'^    sip_bans_file = "(.+)"$', OPERATIONS, re.MULTILINE)

    assert f"PathChanged={written}\n" in path
    assert f"ExecStart=/usr/sbin/nft -f {written}\n" in service


@pytest.mark.processes
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace(GIVEN["ExecStart"], "/bin/true"))

    verified = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)

    assert (verified.returncode, verified.stderr) == (0, "")
