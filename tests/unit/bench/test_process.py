"""What is read of a process and its children."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bench.process import memory, memory_alone

_WITH_A_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "print(flush=True); input()"], stdout=subprocess.PIPE)
child.stdout.readline()
print(flush=True)
child.wait()
"""


@pytest.mark.processes
def test_the_memory_of_a_process_alone_is_without_its_childrens() -> None:
    command = [sys.executable, "-c", _WITH_A_CHILD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin
        assert parent.stdout
        parent.stdout.readline()

        alone, with_child = memory_alone(parent.pid), memory(parent.pid)

        parent.stdin.close()
    assert 0 < alone.proportional_kib < with_child.proportional_kib
    assert 0 < alone.resident_kib < with_child.resident_kib
