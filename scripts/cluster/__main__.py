"""Starts several nodes on this machine with PostgreSQL, HAProxy and Kamailio, says what to try, and ends on Ctrl-C.

python -m scripts.cluster            two nodes
python -m scripts.cluster --nodes 3

It needs root, as each program has a network namespace of its own. A node that ends by itself, or is killed, is started
again after a while, so that one sees what the others do meanwhile.
"""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from scripts.cluster.nodes import ClusterNode
from scripts.cluster.number import answered_number
from scripts.cluster.programs import Program
from scripts.cluster.told import what_to_try
from scripts.cluster.whole import cluster
from scripts.failure import run_main
from scripts.progress import Progress

_AGAIN_AFTER_S = 15.0
_LOOK_S = 0.5


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--nodes", type=int, default=2, help="how many nodes (2)")
    names = [f"node-{number}" for number in range(1, parser.parse_args().nodes + 1)]
    # A shell that starts it in the background has it ignore SIGINT.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _interrupt)
    with ExitStack() as stack:
        try:
            _serve(names, stack)
        except KeyboardInterrupt:
            # What ends it all is not interrupted itself.
            _ignore_interrupts()
            print("\nEnding all of it.", flush=True)


def _serve(names: Sequence[str], stack: ExitStack) -> None:
    with Progress().stage(f"Starting PostgreSQL, HAProxy, Kamailio and {len(names)} nodes"):
        started = stack.enter_context(cluster(names))
        stack.enter_context(answered_number(started))
        programs = stack.enter_context(_serving(started.nodes))
    print(what_to_try(started, programs), flush=True)
    while True:
        for program in programs:
            if (code := program.poll()) is not None:
                _start_again(program, code)
        time.sleep(_LOOK_S)


@contextmanager
def _serving(nodes: Sequence[ClusterNode]) -> Iterator[Sequence[Program]]:
    """The nodes' processes, all started before any is waited for."""
    programs = [node.program() for node in nodes]
    with ExitStack() as stack:
        for program in programs:
            stack.callback(program.end)
            program.begin()
        for program in programs:
            program.wait()
        yield programs


def _start_again(program: Program, code: int) -> None:
    print(f"{program.title} has ended with code {code}; it starts again in {_AGAIN_AFTER_S:g} s.", flush=True)
    time.sleep(_AGAIN_AFTER_S)
    program.start()
    print(f"{program.title} serves again, as process {program.pid}.", flush=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


if __name__ == "__main__":
    run_main(main)
