"""Nodes of one cluster: each `telefoon serve` in a namespace of its own, all with the same ports and secrets."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.cluster.namespaces import UNTIL_WE_DIE, Namespace
from scripts.cluster.programs import Program
from scripts.cluster.subnet import Subnet
from scripts.failure import SetupFailed

CHECKOUT = Path(__file__).resolve().parents[2]
HTTP_PORT = 8080
SIP_PORT = 5060
CARRIER_PORT = 5080
TELEFOON = (sys.executable, "-m", "api.cli")
_ASKED_S = 2.0


@dataclass(frozen=True, slots=True)
class ClusterNode:
    """One node: its name, where it runs, its folder and its settings, as environment variables."""

    name: str
    where: Namespace
    folder: Path
    settings: Mapping[str, str]

    @property
    def url(self) -> str:
        """Its own REST interface, which only what is inside asks."""
        return f"http://{self.at}"

    @property
    def at(self) -> str:
        """Its address and port of HTTP, for HAProxy."""
        return f"{self.where.address}:{HTTP_PORT}"

    @property
    def sip(self) -> str:
        """Its address and port of SIP, for Kamailio."""
        return f"{self.where.address}:{SIP_PORT}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its process: ours, with its own settings in the place of any others."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("TELEFOON_")}
        return ours | {f"TELEFOON_{name}": value for name, value in self.settings.items()}

    @property
    def data(self) -> Path:
        return Path(self.settings["DATA_DIR"])

    def program(self) -> Program:
        """Its process, not started yet."""
        return Program(
            f"the node {self.name}",
            [*self.where.inside, *UNTIL_WE_DIE, *TELEFOON, "serve"],
            self.folder / "serve.log",
            self.answers,
            {**self.environment, "PYTHONPATH": str(CHECKOUT)},
            # At once: nobody is waited for.
            ends_by=signal.SIGINT,
        )

    def answers(self) -> bool:
        """Whether it answers requests, be it ready or not."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=_ASKED_S):
                return True
        except (urllib.error.URLError, TimeoutError):
            return False

    def telefoon(self, *arguments: str) -> str:
        """Run a command of `telefoon` with its settings; what it prints. Raises SetupFailed if it fails."""
        command = [*self.where.inside, *TELEFOON, *arguments]
        done = subprocess.run(command, cwd=CHECKOUT, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SetupFailed(f"telefoon {' '.join(arguments)} failed: {done.stdout}{done.stderr}")
        return done.stdout


def cluster_node(
    name: str, where: Namespace, folder: Path, subnet: Subnet, database: str, more: Mapping[str, str]
) -> ClusterNode:
    """A node with its folder, and settings as those who run a cluster give them; `more` are further ones."""
    folder.mkdir()
    config = folder / "telefoon.toml"
    config.touch()
    settings = {
        "NODE": name,
        "CONFIG": str(config),
        "DATA_DIR": str(folder / "var"),
        "DATABASE_URL": database,
        "HTTP_HOST": where.address,
        "HTTP_PORT": str(HTTP_PORT),
        "SIP_HOST": where.address,
        "SIP_PORT": str(SIP_PORT),
        "PUBLIC_URL": f"http://{subnet.http_balancer}",
        "TRUSTED_PROXIES": f"{subnet.http_balancer}/32",
        "EGRESS_ALLOW": subnet.network,
        "SIP_PROXIES": f"{subnet.sip_proxy_inside}/32",
    }
    return ClusterNode(name, where, folder, settings | dict(more))


def give_secrets(nodes: Sequence[ClusterNode]) -> None:
    """Give all nodes one pepper and one master key, by which each understands what the others have stored."""
    made = {"pepper": secrets.token_bytes(32), "master.key": f"{secrets.token_hex(32)}\n".encode()}
    for node in nodes:
        node.data.mkdir(mode=0o700)
        for name, secret in made.items():
            (node.data / name).touch(mode=0o600)
            (node.data / name).write_bytes(secret)
