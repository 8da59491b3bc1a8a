"""Kamailio before the nodes, with deploy/kamailio/kamailio.cfg as it is and this cluster's values."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.cluster.namespaces import UNTIL_WE_DIE, Namespace
from scripts.cluster.programs import Program, library_path, running
from scripts.cluster.subnet import Subnet
from scripts.kamailio import KAMAILIO, MODULES, PROGRAM
from scripts.progress import Progress

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "kamailio" / "kamailio.cfg"
PORT = 5060
_MOST_CALLS_OF_A_NODE = 500


@dataclass(frozen=True, slots=True)
class Kamailio:
    """A running one: carriers and phones reach it at the outside address, nodes at the inside one."""

    outside: str
    inside: str
    program: Program


@contextmanager
def kamailio(where: Namespace, folder: Path, subnet: Subnet, nodes: Mapping[str, str]) -> Iterator[Kamailio]:
    """Kamailio before nodes, of which each name has an address and port; this machine is the one that may call."""
    folder.mkdir()
    root = KAMAILIO.made(Progress())
    (modules,) = root.glob(str(MODULES))
    site = {
        "OUTSIDE_IP": subnet.sip_proxy, "OUTSIDE_PORT": PORT, "OUTSIDE_TLS_PORT": PORT + 1,
        "INSIDE_IP": subnet.sip_proxy_inside, "INSIDE_PORT": PORT, "INSIDE_TLS_PORT": PORT + 1,
        "LISTS_FOLDER": folder, "RUN_FOLDER": folder, "TLS_FILE": folder / "tls.cfg",
        "TOPOLOGY_KEY": secrets.token_hex(16), "STRANGERS_REQUESTS": 30, "BANNED_S": 60, "MODULES_FOLDER": modules,
    }  # fmt: skip
    values = [f'#!substdef "!{name}!{value}!g"' for name, value in site.items()]
    (folder / "site.cfg").write_text("\n".join([*values, "log_stderror=yes", ""]))
    (folder / "nodes.list").write_text(nodes_list(nodes))
    (folder / "sources.list").write_text(f"1 {subnet.outside} 32 0\n")
    # What it includes is looked for beside it.
    (folder / "kamailio.cfg").symlink_to(CONFIGURATION)
    program = Program(
        "Kamailio",
        [
            *where.inside,
            *UNTIL_WE_DIE,
            *(root / PROGRAM, "-DD", "-E", "-f", folder / "kamailio.cfg"),
            *("-m", "64", "-M", "8", "-x", "tlsf", "-X", "tlsf"),
            *("-Y", folder, "-P", folder / "kamailio.pid"),
        ],
        folder / "log",
        lambda: _listens(where),
        {**os.environ, "LD_LIBRARY_PATH": f"{library_path(root)}:{modules.parent}"},
    )
    with running(program):
        yield Kamailio(subnet.sip_proxy, subnet.sip_proxy_inside, program)


def nodes_list(nodes: Mapping[str, str]) -> str:
    """The list of nodes, in the notation of deploy/kamailio/nodes.list."""
    return "".join(f"1 sip:{at} 0 0 duid={name};maxload={_MOST_CALLS_OF_A_NODE}\n" for name, at in nodes.items())


def _listens(where: Namespace) -> bool:
    """Whether it listens by UDP at both addresses, which it does once its processes are there."""
    return where.run("cat", "/proc/net/udp").count(f":{PORT:04X} ") >= 2
