"""SIPp as a peer of tests."""

from pathlib import Path

import pytest

from tests.peers.ports import FIELD_PORTS, FIELDS, Ports
from tests.peers.scenario import is_called, scenario
from tests.peers.sipp import sipp

pytestmark = pytest.mark.processes


async def test_it_listens_only_where_nobody_else_is_given_a_port() -> None:
    async with sipp(scenario(is_called()), Ports(), keys={"ear": 9}) as callee:
        taken = _udp_ports(callee.process.pid)

    assert callee.port in taken
    assert all(any(first <= port < first + FIELD_PORTS for first in FIELDS) for port in taken), taken


def _udp_ports(pid: int) -> list[int]:
    """The UDP ports that a process has bound (proc(5): its descriptors, and /proc/net/udp by inode)."""
    sockets = {each.readlink().name for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()}
    rows = [row.split() for row in Path("/proc/net/udp").read_text().splitlines()[1:]]
    return [int(row[1].split(":")[1], 16) for row in rows if f"socket:[{row[9]}]" in sockets]
