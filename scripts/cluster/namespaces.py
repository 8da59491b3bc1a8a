"""Network namespaces on one bridge. They have no names and no files: a process holds each, and with it they are gone.

It needs root. Each holder ends when the thread ends that has started it, be it by kill -9; the kernel then takes away
namespaces, bridge and interfaces.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count

from scripts.cluster.subnet import NUMBERS, Subnet
from scripts.failure import SetupFailed

UNTIL_WE_DIE = ("setpriv", "--pdeathsig", "KILL")
_HOLDER = (*UNTIL_WE_DIE, "unshare", "--net", "sh", "-c", "echo made; exec sleep infinity")
_ANSWER_S = 30


@dataclass(frozen=True, slots=True)
class Namespace:
    """A network of its own, held by the process `holder`, with an address, at a port of the bridge."""

    holder: int
    address: str = ""
    port: str = ""

    @property
    def inside(self) -> tuple[str, ...]:
        """What is put before a command, so that it runs in there."""
        return ("nsenter", f"--net=/proc/{self.holder}/ns/net", "--")

    def run(self, *command: str, given: str = "") -> str:
        """Run a command in there, to its end; what it prints. Raises SetupFailed if it fails."""
        return _run((*self.inside, *command), given)

    def ip(self, *commands: str) -> None:
        """Commands of ip(8), one after the other."""
        self.run("ip", "-batch", "-", given="".join(f"{each}\n" for each in commands))


@dataclass(frozen=True, slots=True)
class Network:
    """A bridge, which this machine reaches at `subnet.outside`; namespaces are added to it."""

    subnet: Subnet
    switch: Namespace
    """That of the bridge, which has no address of its own."""
    _stack: ExitStack
    _numbers: Iterator[int] = field(default_factory=count)

    def add(self, address: str, *further: str) -> Namespace:
        """A namespace with this address on the bridge, and further ones. It has no way to elsewhere."""
        port = f"port{next(self._numbers)}"
        made = Namespace(self._stack.enter_context(_held()), address, port)
        self.switch.ip(
            f"link add {port} type veth peer name eth0 netns {made.holder}", f"link set {port} master bridge up"
        )
        owned = [f"address add {each}/24 dev eth0" for each in (address, *further)]
        made.ip("link set lo up", *owned, "link set eth0 up")
        return made


@contextmanager
def network() -> Iterator[Network]:
    """A network of this block's own; nothing of it is left afterwards."""
    if os.geteuid() != 0:
        raise SetupFailed("networks of their own are made as root.")
    with ExitStack() as stack:
        switch = Namespace(stack.enter_context(_held()))
        switch.ip("link set lo up", "link add bridge type bridge", "link set bridge up")
        subnet = stack.enter_context(_joined(switch))
        yield Network(subnet, switch, stack)


@contextmanager
def _joined(switch: Namespace) -> Iterator[Subnet]:
    """Join this machine to the bridge; by the name of its interface it has a subnet that nobody else has."""
    subnet = next((each for each in map(Subnet, NUMBERS) if _takes(each, switch)), None)
    if subnet is None:
        raise SetupFailed(f"this machine has {len(NUMBERS)} such networks, or can't have an interface more.")
    switch.ip("link set outside master bridge up")
    _run(["ip", "address", "add", f"{subnet.outside}/24", "dev", subnet.interface])
    _run(["ip", "link", "set", subnet.interface, "up"])
    try:
        yield subnet
    finally:
        # It would go with the namespace of its other end, but some moments later.
        _run(["ip", "link", "delete", subnet.interface])


def _takes(subnet: Subnet, switch: Namespace) -> bool:
    """Whether nobody else had it before: there is one interface of a name."""
    pair = f"link add {subnet.interface} type veth peer name outside netns {switch.holder}"
    return subprocess.run(["ip", *pair.split()], capture_output=True, check=False).returncode == 0


@contextmanager
def _held() -> Iterator[int]:
    """A process that holds a new network namespace; its id."""
    holder = subprocess.Popen(_HOLDER, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True)
    assert holder.stdout is not None
    with holder.stdout as told:
        if told.readline() != b"made\n":
            raise SetupFailed("unshare makes no network namespace here.")
    try:
        yield holder.pid
    finally:
        holder.kill()
        holder.wait()


def _run(command: Sequence[str], given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=_ANSWER_S)
    if done.returncode != 0:
        raise SetupFailed(f"{' '.join(command)} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout
