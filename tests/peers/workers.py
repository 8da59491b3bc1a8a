"""Two workers of one machine behind Kamailio, started by one command: the platform as a whole machine."""

import asyncio
import json
import os
import re
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from scripts.kamailio import KAMAILIO, MODULES, PROGRAM
from scripts.progress import Progress
from tests.peers.certificates import Pems
from tests.peers.customer import Customer
from tests.peers.platform import Json, Platform, prepared
from tests.peers.ports import Ports
from tests.peers.waiting import eventually

STAYS = "<Response><Echo/></Response>"


@asynccontextmanager
async def workers(
    folder: Path,
    ports: Ports,
    database: str,
    shop: Customer,
    pems: Pems | None = None,
    settings: Mapping[str, str] | None = None,
    flow: str = STAYS,
) -> AsyncIterator[Platform]:
    """Both serve; the platform is what clients and callers have, and whoever calls NUMBER is in the flow.

    With `pems` SIP and REST are spoken over TLS too, and the platform's REST is at the first worker's own port.
    `settings` are further ones of the machine.
    """
    root = await asyncio.to_thread(KAMAILIO.made, Progress())
    (modules,) = root.glob(str(MODULES))
    http, sip = ports.block(4), ports.block(10)
    given = {"WORKERS": "2", "DATABASE_URL": database, "HTTP_PORT": str(http), "SIP_PORT": str(sip)}
    shop.flows["/stays"] = flow
    if pems is not None:
        shown = {"CERT": str(pems.certificate), "KEY": str(pems.key)}
        given |= {f"{whose}TLS_{name}": file for whose in ("", "HTTP_") for name, file in shown.items()}
        given["SIP_TRANSPORTS"] = "udp, tcp, tls"
    options = {"--url": shop.url("/stays")}
    made = await asyncio.to_thread(prepared, folder, ports, {**given, **(settings or {})}, number=options)
    made.environment |= {
        "PATH": f"{(root / PROGRAM).parent}:{os.environ['PATH']}", "LD_LIBRARY_PATH": str(modules.parent),
    }  # fmt: skip
    made.http_port += 1 if pems is not None else 0
    try:
        await made.start()
        await eventually(lambda: states(made) == ["serving"] * 2, within_s=60, otherwise=made.log)
        await eventually(lambda: given_calls(made), within_s=30, otherwise=made.log)
        yield made
    finally:
        await made.end(signal.SIGINT)


def listed(made: Platform) -> dict[str, Json]:
    """The nodes of the database, by their names."""
    return {each["name"]: each for each in json.loads(made.telefoon("nodes", "list", "--json"))}


def states(made: Platform) -> list[str]:
    """The states of all nodes, in the order of their names."""
    return [each["state"] for each in listed(made).values()]


def given_calls(made: Platform) -> bool:
    """Whether the proxy gives calls to all, whom it asks each second whether they take some, over each IP version."""
    at = made.folder / "asking.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asking:
        asking.settimeout(5)
        asking.bind(str(at))
        try:
            asking.sendto(
                json.dumps({"jsonrpc": "2.0", "method": "dispatcher.list", "id": 1}).encode(),
                str(made.data / "kamailio" / "rpc.sock"),
            )
            answer = asking.recv(65536).decode()
        except OSError:
            return False
        finally:
            at.unlink()
    flags = re.findall(r'"FLAGS":\s*"(\w+)"', answer)
    return bool(flags) and set(flags) == {"AP"}
