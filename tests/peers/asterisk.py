"""Asterisk 22 in its chroot: a carrier and a phone network, with the product's own config/asterisk."""

import asyncio
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from scripts.asterisk_root import asterisk_root
from scripts.progress import Progress
from scripts.run_asterisk import CONFIG, asterisk_conf
from sip.media.media_priority import NICENESS
from tests.peers.audio import Sound
from tests.peers.certificates import Pems
from tests.peers.ports import Ports
from tests.peers.waiting import eventually, within

PASSWORD: Final = "telefoon-on-loopback"
PLAIN_HOST: Final = "127.0.0.1"
"""Where the product of a plain trunk is; from any other address a digest is asked for."""

REGISTRATION_S: Final = 10
"""How long a registration lasts; the library renews it five seconds before it expires."""

_START_S: Final = 40.0
_STOP_S: Final = 15.0
_HEARD_S: Final = 10.0
_POLL_S: Final = 0.1
_SITE_PJSIP: Final = """
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:{udp}

[tcp]
type = transport
protocol = tcp
bind = 127.0.0.1:{udp}

[telefoon]
type = aor
contact = sip:{plain}:{product}

[telefoon]
type = identify
endpoint = telefoon
match = {plain}

[registering](!)
type = aor
max_contacts = 1
remove_existing = yes
minimum_expiration = {registration_s}
maximum_expiration = {registration_s}
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


@dataclass(slots=True)
class Asterisk:
    """An Asterisk that may be started and ended repeatedly. `udp_port` and `tls_port` are where it takes calls."""

    root: Path
    folder: Path
    udp_port: int
    tls_port: int
    _process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "Asterisk is not running"
        return self._process.pid

    async def start(self) -> None:
        """Start it and wait until it takes calls."""
        with (self.folder / "console.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig", "KILL", "nice", "-n", str(NICENESS), "chroot", str(self.root)),
                *("asterisk", "-f", "-C", self._inside("asterisk.conf")),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            async with within(_START_S):
                while "fully booted" not in await self.cli("core waitfullybooted"):
                    assert self._process.returncode is None, self.log()
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise AssertionError(f"Asterisk did not boot: {self.log()}") from None

    async def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Signal it and wait for its end."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        # The chroot command has become Asterisk by exec, so this is its process.
        process.send_signal(number)
        try:
            async with within(_STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def cli(self, command: str) -> str:
        """What its console answers."""
        asking = await asyncio.create_subprocess_exec(
            *("chroot", str(self.root), "asterisk", "-C", self._inside("asterisk.conf"), "-rx", command),
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

    async def heard(self, name: str) -> Sound:
        """All that the party of this name (its tone, as in "700") has heard, once it has hung up."""
        kept = self.folder / f"heard-{name}.wav"
        await eventually(kept.exists, within_s=_HEARD_S, otherwise=lambda: f"{kept.name}; {self.log()[-2000:]}")
        return Sound.of_file(kept)

    def log(self) -> str:
        """What it has written to its console so far."""
        return (self.folder / "console.log").read_text(errors="replace")

    def _inside(self, name: str) -> str:
        return f"/{self.folder.relative_to(self.root)}/{name}"


@asynccontextmanager
async def asterisk(
    ports: Ports, product_port: int, pems: Pems | None = None, *, rtp_ports: int = 200, dtmf_mode: str = "rfc4733",
    endpoint: Sequence[str] = (), more: Mapping[str, str] | None = None,
) -> AsyncIterator[Asterisk]:  # fmt: skip
    """An Asterisk that knows the product at PLAIN_HOST:product_port as its plain trunk; TLS if there are PEMs.

    `endpoint` are further lines of each telephone's settings; `more` is added to its files, by their names.
    """
    root = await asyncio.to_thread(_root)
    folder = Path(tempfile.mkdtemp(prefix="telefoon-", dir=root / "tmp"))
    running = Asterisk(root, folder, ports.one(), ports.one())
    try:
        _configure(running, ports, product_port, pems, rtp_ports)
        configured = folder / "pjsip.conf"
        configured.write_text(
            configured.read_text().replace("dtmf_mode = rfc4733", "\n".join((f"dtmf_mode = {dtmf_mode}", *endpoint)))
        )
        for name, lines in (more or {}).items():
            with (folder / name).open("a") as file:
                file.write(lines)
        await running.start()
        yield running
    finally:
        await running.end()
        shutil.rmtree(folder)


@cache
def _root() -> Path:
    return asterisk_root(Progress())


def _configure(one: Asterisk, ports: Ports, product_port: int, pems: Pems | None, rtp_ports: int) -> None:
    folder, inside = one.folder, f"/{one.folder.relative_to(one.root)}"
    shutil.copytree(CONFIG, folder, dirs_exist_ok=True)
    rtp = ports.block(rtp_ports)
    site = _SITE_PJSIP.format(udp=one.udp_port, product=product_port, plain=PLAIN_HOST, registration_s=REGISTRATION_S)
    if pems is not None:
        shutil.copy(pems.certificate, folder / "cert.pem")
        shutil.copy(pems.key, folder / "key.pem")
        site += _SITE_TLS.format(tls=one.tls_port, folder=inside)
    (folder / "asterisk.conf").write_text(asterisk_conf(inside, verbose=1))
    (folder / "site_pjsip.conf").write_text(site)
    (folder / "site_rtp.conf").write_text(f"rtpstart = {rtp}\nrtpend = {rtp + rtp_ports - 1}\n")
    (folder / "site_globals.conf").write_text(f"HEARD = {inside}\n")
