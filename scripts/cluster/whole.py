"""A whole cluster: network, PostgreSQL, nodes, HAProxy and Kamailio, started in this order and ended in the other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.cluster.haproxy import Haproxy, haproxy
from scripts.cluster.kamailio import PORT as PROXY_PORT
from scripts.cluster.kamailio import Kamailio, kamailio
from scripts.cluster.namespaces import Network, network
from scripts.cluster.nodes import CARRIER_PORT, ClusterNode, cluster_node, give_secrets
from scripts.cluster.postgres import Postgres, postgres
from scripts.cluster.subnet import Subnet

ACCOUNT = "demo"


@dataclass(frozen=True, slots=True)
class Cluster:
    """What has been started; the nodes have their secrets and the database an account, but none serves yet."""

    folder: Path
    network: Network
    database: Postgres
    nodes: Sequence[ClusterNode]
    balancer: Haproxy
    proxy: Kamailio
    key: str
    """Of the account, for the REST interface."""

    @property
    def subnet(self) -> Subnet:
        return self.network.subnet


@contextmanager
def cluster(
    names: Sequence[str], settings: Mapping[str, str] | None = None, certificate: Path | None = None
) -> Iterator[Cluster]:
    """A cluster of nodes with these names; `settings` are of all nodes, beside the usual ones.

    Unless they name a trunk there is one, by Kamailio to CARRIER_PORT of this machine's address, where anybody may
    stand in for a carrier. All that it stores is in a folder that is gone with it. `certificate` is HAProxy's, a PEM
    file with its key.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="telefoon-cluster-")))
        # PostgreSQL runs as a user of its own.
        folder.chmod(0o711)
        joined = stack.enter_context(network())
        subnet = joined.subnet
        database = stack.enter_context(postgres(joined.add(subnet.database), folder / "postgres"))
        nodes = [
            cluster_node(name, joined.add(subnet.node(number)), folder / name, subnet, database.url(), settings or {})
            for number, name in enumerate(names, start=1)
        ]
        give_secrets(nodes)
        key = nodes[0].telefoon("keys", "create", "--account", ACCOUNT).split()[-1]
        if "TRUNK" not in nodes[0].settings:
            _add_carrier(nodes[0], subnet)
        at = {node.name: node.at for node in nodes}
        where = joined.add(subnet.http_balancer)
        balancer = stack.enter_context(haproxy(where, folder / "haproxy", at, certificate))
        before = joined.add(subnet.sip_proxy, subnet.sip_proxy_inside)
        proxy = stack.enter_context(
            kamailio(before, folder / "kamailio", subnet, {each.name: each.sip for each in nodes})
        )
        yield Cluster(folder, joined, database, nodes, balancer, proxy, key)


def _add_carrier(node: ClusterNode, subnet: Subnet) -> None:
    host, proxy = f"{subnet.outside}:{CARRIER_PORT}", f"{subnet.sip_proxy_inside}:{PROXY_PORT}"
    node.telefoon("trunks", "add", "carrier", "--host", host, "--set", f"outbound_proxy={proxy}")
