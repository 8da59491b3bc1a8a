"""Kamailio as a carrier's registrar and proxy: it asks a subscriber for a digest, and stays in the way of dialogs."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.kamailio import KAMAILIO, MODULES, PROGRAM
from scripts.progress import Progress
from tests.peers.certificates import Pems
from tests.peers.ports import Ports
from tests.peers.waiting import eventually, within

SUBSCRIBER: Final = "telefoon"
PASSWORD: Final = "s3cret-on-loopback"
REALM: Final = "carrier.test"
FORKED: Final = "+3225559999"
"""A number that rings at both phones."""
_CONFIGURATION: Final = Path(__file__).with_suffix(".cfg")
_STOP_S: Final = 10.0
_START_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Kamailio:
    """A running one, which takes calls at `port` by UDP and TCP; `phone_port` and `other_port` are its phones'.

    By TLS it takes them at `tls_port`, if it has a certificate.
    """

    port: int
    tls_port: int
    phone_port: int
    other_port: int
    log: Path


@asynccontextmanager
async def kamailio(
    folder: Path, ports: Ports, *, algorithm: str = "", contact: str = "", pems: Pems | None = None
) -> AsyncIterator[Kamailio]:
    """A Kamailio in a folder of the test's own; `algorithm` is of its digests, MD5 if empty.

    With the `contact` of the subscriber (a SIP URI) it knows it by that alone.
    """
    root = await asyncio.to_thread(KAMAILIO.made, Progress())
    one = Kamailio(ports.one(), ports.one(), ports.block(2), ports.one(), folder / "kamailio.log")
    (modules,) = root.glob(str(MODULES))
    given = {
        "SIP_PORT": one.port, "PHONE_PORT": one.phone_port, "OTHER_PORT": one.other_port, "MODULES": modules,
        "SUBSCRIBER": SUBSCRIBER, "PASSWORD": PASSWORD, "REALM": REALM, "ALGORITHM": algorithm,
        "KNOWN_CONTACT": contact, "TLS_PORT": one.tls_port, "CERTIFICATE": pems and pems.certificate,
        "PRIVATE_KEY": pems and pems.key,
    }  # fmt: skip
    text = _CONFIGURATION.read_text()
    for name, value in given.items():
        text = text.replace(name, str(value))
    (folder / "kamailio.cfg").write_text(text)
    with one.log.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", root / PROGRAM, "-DD", "-E", "-m", "32", "-M", "4"),
            *(("-A", "WITH_TLS") if pems else ()),
            *("-f", folder / "kamailio.cfg", "-Y", folder, "-P", folder / "kamailio.pid"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "LD_LIBRARY_PATH": str(modules.parent)},
            start_new_session=True,
        )
    try:
        await eventually(
            lambda: process.returncode is not None or _answers(one.port),
            within_s=_START_S,
            otherwise=lambda: one.log.read_text(errors="replace")[-2000:],
        )
        assert process.returncode is None, one.log.read_text(errors="replace")
        yield one
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            async with within(_STOP_S):
                await process.wait()


def _answers(port: int) -> bool:
    """Whether it listens by UDP, which it does once its processes are there."""
    return any(line.split()[1].endswith(f":{port:04X}") for line in Path("/proc/net/udp").read_text().splitlines()[1:])
