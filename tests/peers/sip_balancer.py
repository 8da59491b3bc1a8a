"""Our SIP proxy before the nodes: Kamailio with the configuration in deploy/kamailio, and values of the test's site."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from scripts.kamailio import KAMAILIO, MODULES, PROGRAM
from scripts.progress import Progress
from tests.peers.certificates import Pems
from tests.peers.ports import Ports
from tests.peers.waiting import eventually, within

CONFIGURATION: Final = Path(__file__).parents[2] / "deploy" / "kamailio" / "kamailio.cfg"
OUTSIDE: Final = "127.0.0.1"
INSIDE: Final = "127.0.1.1"
"""Where nodes reach it: what they believe."""
KNOWN: Final = (f"1 {OUTSIDE} 32 0",)
"""Lines of sources.list by which this machine may call."""
_START_S: Final = 20.0
_STOP_S: Final = 10.0


@dataclass(slots=True)
class SipBalancer:
    """A Kamailio that callers reach at `port` of loopback, over TLS at `tls_port`, and nodes at `inside_port`.

    `start` and `end` may be repeated on it.
    """

    folder: Path
    root: Path
    port: int
    tls_port: int
    inside_port: int
    _process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    @property
    def log(self) -> str:
        """What it has written so far."""
        return (self.folder / "kamailio.log").read_text(errors="replace")

    def serve(self, *nodes: str) -> None:
        """Write the list of nodes (lines of nodes.list), which is read at its start."""
        (self.folder / "nodes.list").write_text("".join(f"{each}\n" for each in nodes))

    async def start(self) -> None:
        """Start it and wait until it listens."""
        (modules,) = self.root.glob(str(MODULES))
        with (self.folder / "kamailio.log").open("ab") as log:
            self._process = process = await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig", "KILL", self.root / PROGRAM, "-DD", "-E"),
                *("-m", "64", "-M", "8", "-x", "tlsf", "-X", "tlsf"),
                *("-f", self.folder / "kamailio.cfg", "-Y", self.folder, "-P", self.folder / "kamailio.pid"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "LD_LIBRARY_PATH": str(modules.parent)},
                start_new_session=True,
            )
        await eventually(
            lambda: process.returncode is not None or (_listens(self.port) and _listens(self.inside_port)),
            within_s=_START_S,
            otherwise=lambda: self.log[-3000:],
        )
        assert process.returncode is None, self.log

    async def end(self) -> None:
        """Stop it, and wait until its ports are free."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with within(_STOP_S):
                await process.wait()
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)  # one that is told to end while it starts waits for ever
            await process.wait()


@asynccontextmanager
async def sip_balancer(
    folder: Path,
    ports: Ports,
    nodes: Sequence[str] = (),
    *,
    sources: Iterable[str] = KNOWN,
    defines: Iterable[str] = (),
    pems: Pems | None = None,
    outside: int | None = None,
    inside: int | None = None,
    values: Iterable[tuple[str, str]] = (),
) -> AsyncIterator[SipBalancer]:
    """One that runs; `nodes` and `sources` are lines of its lists, `defines` what is switched on in site.cfg.

    It listens at the ports `outside` and, for nodes, `inside`, if told; `values` are further ones of site.cfg.
    """
    folder.mkdir(exist_ok=True)
    root = await asyncio.to_thread(KAMAILIO.made, Progress())
    one = SipBalancer(folder, root, outside or ports.one(), ports.one(), inside or ports.one())
    (modules,) = root.glob(str(MODULES))
    site = {
        "OUTSIDE_IP": OUTSIDE, "OUTSIDE_PORT": one.port, "OUTSIDE_TLS_PORT": one.tls_port, "INSIDE_IP": INSIDE,
        "INSIDE_PORT": one.inside_port, "INSIDE_TLS_PORT": ports.one(), "LISTS_FOLDER": folder, "RUN_FOLDER": folder,
        "TLS_FILE": folder / "tls.cfg", "TOPOLOGY_KEY": "a-key-of-the-tests", "STRANGERS_REQUESTS": 30, "BANNED_S": 60,
        "MODULES_FOLDER": modules, **dict(values),
    }  # fmt: skip
    lines = [f'#!substdef "!{name}!{value}!g"' for name, value in site.items()]
    lines += [f"#!define {each}" for each in (*defines, *(["WITH_TLS"] if pems else []))]
    (folder / "site.cfg").write_text("\n".join([*lines, "log_stderror=yes", ""]))
    (folder / "kamailio.cfg").symlink_to(CONFIGURATION)
    (folder / "sources.list").write_text("".join(f"{each}\n" for each in sources))
    if pems is not None:
        own = f"method = TLSv1.2+\nprivate_key = {pems.key}\ncertificate = {pems.certificate}\n"
        (folder / "tls.cfg").write_text(
            f"[server:default]\n{own}verify_certificate = no\nrequire_certificate = no\n"
            f"[client:default]\n{own}verify_certificate = yes\nca_list = {pems.ca}\n"
        )
    one.serve(*nodes)
    await one.start()
    try:
        yield one
    finally:
        await one.end()


def _listens(port: int) -> bool:
    """Whether it listens by UDP, which it does once its processes are there."""
    return any(line.split()[1].endswith(f":{port:04X}") for line in Path("/proc/net/udp").read_text().splitlines()[1:])
