"""What docker-compose.cluster.yml starts is a cluster: its services as they stand there, without a container engine."""

import json
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from scripts.cluster.programs import Program
from tests.peers.compose import CHECKOUT, GATEWAYS, NODES, Composed, composed, outside

pytestmark = [pytest.mark.sip, pytest.mark.postgres, pytest.mark.processes, pytest.mark.slow]

NUMBER, CALLEE = "+3225550100", "+3225550199"
MACHINE, PORT = GATEWAYS[1], 5070
SHORT = [{"verb": "pause", "length": 1}]


def test_calls_go_out_and_come_in_by_kamailio_and_requests_by_haproxy() -> None:
    with composed() as cluster:
        inside, before = cluster.containers["kamailio"].addresses
        key = cluster.telefoon("keys", "create", "--account", "demo").split()[-1]
        cluster.telefoon("numbers", "add", NUMBER, "--account", "demo")
        carrier = ("trunks", "add", "carrier", "--host", f"{MACHINE}:{PORT}")
        cluster.telefoon(*carrier, "--set", f"outbound_proxy={inside}:5060")
        until(lambda: all("trunk_in_use" in each.log.read_text() for each in nodes(cluster)))

        with phone(cluster, "--port", str(PORT)) as callee:
            placed = cluster.asks("/v1/voice/calls", key, {"from": NUMBER, "to": CALLEE, "flow": SHORT})
            until(lambda: cluster.asks(f"/v1/voice/calls/{placed['id']}", key)["status"] == "completed")
            callee.terminate()
        with phone(cluster, "--dial", f"sip:{NUMBER}@{before}:5060") as caller:
            caller.wait(60)

        assert [each["state"] for each in json.loads(cluster.telefoon("nodes", "list", "--json"))] == ["serving"] * 2
        assert cluster.asks("/v1/voice/calls?direction=inbound", key)["total"] == 1


def nodes(cluster: Composed) -> list[Program]:
    return [cluster.programs[name] for name in NODES]


def phone(cluster: Composed, *options: str) -> subprocess.Popen[bytes]:
    """The test phone on this machine, as the containers see it."""
    command = [*cluster.machine.inside, sys.executable, "-m", "api.cli", "phone", "--host", MACHINE, *options]
    return subprocess.Popen(command, cwd=CHECKOUT, env=outside())


def until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.5)
