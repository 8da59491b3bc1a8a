"""Ports for tests' servers: free, and never another process's."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sip.test_phone.phone import RTP_PORTS as PHONES
from tests.peers.ports import FIELDS, Fields, Ports

CLAIM = """
import sys
from pathlib import Path
from tests.peers.ports import Fields, Ports
fields = Fields(Path(sys.argv[1]))
Ports(fields).one()
print(*fields.owned, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def fields(tmp_path: Path) -> Iterator[Fields]:
    made = Fields(tmp_path / "claims")
    yield made
    made.close()


def test_no_port_is_given_twice(fields: Fields) -> None:
    ports = Ports(fields)
    blocks = [ports.block(20) for _ in range(40)]

    given = [port for first in blocks for port in range(first, first + 20)]
    assert len(set(given)) == len(given) == 800


def test_a_block_begins_evenly_and_stays_out_of_the_phones_range(fields: Fields) -> None:
    ports = Ports(fields)
    for _ in range(10):
        first = ports.block(200)
        assert first % 2 == 0
        assert first + 200 <= PHONES[0] or first >= PHONES[1]


def test_ports_are_used_again_after_all_others_of_the_field(fields: Fields) -> None:
    firsts = [next(fields.candidates(200)) for _ in range(6)]

    assert len(set(firsts[:5])) == 5
    assert firsts[5] == firsts[0]
    assert len(fields.owned) == 1


@pytest.mark.processes
def test_another_process_has_fields_of_its_own(fields: Fields) -> None:
    Ports(fields).one()
    with subprocess.Popen(
        [sys.executable, "-c", CLAIM, str(fields.claims)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        theirs = int(other.stdout.readline())
        assert theirs in FIELDS
        assert theirs not in fields.owned

        every_candidate = list(fields.candidates(2))
        assert len(fields.owned) == len(FIELDS) - 1
        assert theirs not in every_candidate
        other.communicate()
