"""What goes wrong between nodes: packets that never arrive, all of a kind or some of all, and a slow database."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.cluster.namespaces import UNTIL_WE_DIE, Namespace, Network
from scripts.cluster.postgres import PORT, Postgres
from scripts.cluster.programs import library_path
from scripts.nftables import NFTABLES, PROGRAM
from scripts.progress import Progress

CHECKOUT: Final = Path(__file__).resolve().parents[2]
_SIP_PORTS: Final = "{ 5060, 5061 }"
_SLOW_PORT: Final = 5433
_CUTS: Final = """
table bridge telefoon_{port}_{name} {{
    chain passing {{ type filter hook forward priority 0; {rules} }}
}}
"""
_DETOUR: Final = """
table ip telefoon_detour {{
    chain coming {{ type nat hook prerouting priority -100; tcp dport {port} redirect to :{slow}; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Link:
    """The wire between a namespace and the bridge of all."""

    network: Network
    where: Namespace

    @contextmanager
    def cut_from(self, *addresses: str) -> Iterator[None]:
        """Inside, nothing comes from these addresses, and nothing reaches them; nobody is told."""
        theirs = f"{{ {', '.join(addresses)} }}"
        with self._losing("cut", [f"ip daddr {theirs}"], [f"ip saddr {theirs}"]):
            yield

    @contextmanager
    def without_sip(self) -> Iterator[None]:
        """Inside, no message of SIP comes or goes; sound, HTTP and the database do."""
        sip = [f"meta l4proto {{ tcp, udp }} th {end} {_SIP_PORTS}" for end in ("sport", "dport")]
        with self._losing("sip", sip, sip):
            yield

    @contextmanager
    def losing(self, percent: int) -> Iterator[None]:
        """Inside, so many of a hundred packets are lost in each direction."""
        some = [f"meta protocol ip numgen random mod 100 < {percent}"]
        with self._losing("some", some, some):
            yield

    @contextmanager
    def _losing(self, name: str, going: Sequence[str], coming: Sequence[str]) -> Iterator[None]:
        """What fits one of the expressions, those for packets from there or those for packets to there, is lost."""
        port = self.where.port
        told = [f'iifname "{port}" {each} drop;' for each in going] + [
            f'oifname "{port}" {each} drop;' for each in coming
        ]
        text = _CUTS.format(port=port, name=name, rules=" ".join(told))
        with _rules(self.network.switch, f"bridge telefoon_{port}_{name}", text):
            yield


@contextmanager
def slow_database(database: Postgres, seconds: float) -> Iterator[None]:
    """Inside, each answer of the database takes so much longer. All who are connected have to connect again, twice."""
    relay = subprocess.Popen(
        [*database.where.inside, *UNTIL_WE_DIE, sys.executable, "-m", "tests.peers.slow_link",
         database.where.address, str(_SLOW_PORT), str(PORT), str(seconds)],
        cwd=CHECKOUT, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert relay.stdout is not None
    with relay:
        try:
            assert relay.stdout.readline() == b"listening\n", "the slow link does not listen"
            with _rules(database.where, "ip telefoon_detour", _DETOUR.format(port=PORT, slow=_SLOW_PORT)):
                database.disconnect_all()
                yield
        finally:
            relay.kill()


@contextmanager
def _rules(where: Namespace, table: str, text: str) -> Iterator[None]:
    _nft(where, ["-f", "-"], text)
    try:
        yield
    finally:
        _nft(where, ["delete", "table", *table.split()])


def _nft(where: Namespace, arguments: Sequence[str], given: str = "") -> None:
    root = NFTABLES.made(Progress())
    libraries = f"LD_LIBRARY_PATH={library_path(root)}"
    where.run("env", libraries, str(root / PROGRAM), *arguments, given=given)
