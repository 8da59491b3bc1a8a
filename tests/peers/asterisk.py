"""Asterisk 22 in its chroot: a carrier and a phone network, with the product's own config/asterisk."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from scripts.asterisk_root import asterisk_root
from scripts.progress import Progress
from tests.peers.audio import Sound
from tests.peers.certificates import Pems
from tests.peers.ports import Ports

CONFIG: Final = Path(__file__).resolve().parents[2] / "config" / "asterisk"
PASSWORD: Final = "telefoon-on-loopback"
PLAIN_HOST: Final = "127.0.0.1"
"""Where the product of a plain trunk is; from any other address a digest is asked for."""

_START_S: Final = 40.0
_STOP_S: Final = 15.0
_RTP_PORTS: Final = 200
_SITE_PJSIP: Final = """
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:{udp}

[telefoon]
type = aor
contact = sip:{plain}:{product}

[telefoon]
type = identify
endpoint = telefoon
match = {plain}
"""
_SITE_TLS: Final = """
[tls]
type = transport
protocol = tls
bind = 127.0.0.1:{tls}
method = tlsv1_2
cert_file = {folder}/cert.pem
priv_key_file = {folder}/key.pem
"""
_DIRECTORIES: Final = """
[directories]
astetcdir => {folder}
astdbdir => {folder}
astkeydir => {folder}
astspooldir => {folder}
astrundir => {folder}
astlogdir => {folder}

[options]
verbose = 1
"""


@dataclass(slots=True)
class Asterisk:
    """A running Asterisk. `udp_port` and `tls_port` are where it takes calls."""

    root: Path
    folder: Path
    udp_port: int
    tls_port: int
    process: asyncio.subprocess.Process

    async def cli(self, command: str) -> str:
        """What its console answers."""
        inside = f"/{self.folder.relative_to(self.root)}/asterisk.conf"
        asking = await asyncio.create_subprocess_exec(
            *("chroot", str(self.root), "asterisk", "-C", inside, "-rx", command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await asking.communicate()
        return output.decode(errors="replace")

    async def originate(self, endpoint: str, number: str, extension: str) -> None:
        """Call a number at an endpoint; once answered, it does what the extension (NNN@context) says."""
        answer = await self.cli(f"channel originate PJSIP/{number}@{endpoint} extension {extension}")
        assert "rror" not in answer, answer

    def heard(self, name: str) -> Sound:
        """What the party of this name (its tone, as in "700") has heard so far."""
        return Sound.of_file(self.folder / f"heard-{name}.wav")


@asynccontextmanager
async def asterisk(ports: Ports, product_port: int, pems: Pems | None = None) -> AsyncIterator[Asterisk]:
    """An Asterisk that knows the product at PLAIN_HOST:product_port as its plain trunk; TLS if there are PEMs."""
    root = await asyncio.to_thread(_root)
    folder = Path(tempfile.mkdtemp(prefix="telefoon-", dir=root / "tmp"))
    udp, tls = ports.one(), ports.one()
    _configure(folder, f"/{folder.relative_to(root)}", ports, (udp, tls, product_port), pems)
    log = (folder / "console.log").open("wb")
    process = await asyncio.create_subprocess_exec(
        *("chroot", str(root), "asterisk", "-f", "-C", f"/{folder.relative_to(root)}/asterisk.conf"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    running = Asterisk(root, folder, udp, tls, process)
    try:
        await _until_booted(running)
        yield running
    finally:
        await _end(process)
        log.close()
        shutil.rmtree(folder)


@cache
def _root() -> Path:
    return asterisk_root(Progress())


def _configure(folder: Path, inside: str, ports: Ports, numbers: tuple[int, int, int], pems: Pems | None) -> None:
    shutil.copytree(CONFIG, folder, dirs_exist_ok=True)
    udp, tls, product = numbers
    rtp = ports.block(_RTP_PORTS)
    site = _SITE_PJSIP.format(udp=udp, product=product, plain=PLAIN_HOST)
    if pems is not None:
        shutil.copy(pems.certificate, folder / "cert.pem")
        shutil.copy(pems.key, folder / "key.pem")
        site += _SITE_TLS.format(tls=tls, folder=inside)
    (folder / "asterisk.conf").write_text(_DIRECTORIES.format(folder=inside))
    (folder / "site_pjsip.conf").write_text(site)
    (folder / "site_rtp.conf").write_text(f"rtpstart = {rtp}\nrtpend = {rtp + _RTP_PORTS - 1}\n")
    (folder / "site_globals.conf").write_text(f"HEARD = {inside}\n")


async def _until_booted(running: Asterisk) -> None:
    try:
        async with asyncio.timeout(_START_S):
            while "fully booted" not in await running.cli("core waitfullybooted"):
                assert running.process.returncode is None, (running.folder / "console.log").read_text()
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(f"Asterisk did not boot: {(running.folder / 'console.log').read_text()}") from None


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    # The chroot command has become Asterisk by exec, so this is its process.
    os.kill(process.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(_STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
