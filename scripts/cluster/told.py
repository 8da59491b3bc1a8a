"""What `make cluster` says once all serves: where everything is, and what to try."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.cluster.nodes import CARRIER_PORT
from scripts.cluster.number import NUMBER
from scripts.cluster.programs import Program
from scripts.cluster.whole import Cluster

_CALLEE = "+3225550199"
_BODY = f'{{"from": "{NUMBER}", "to": "{_CALLEE}", "flow": [{{"verb": "say", "text": "Hello."}}]}}'


def what_to_try(cluster: Cluster, programs: Sequence[Program]) -> str:
    """Addresses, the key, and commands that can be pasted into another terminal."""
    first = cluster.nodes[0]
    asking = f"curl -H 'X-API-Key: {cluster.key}' {cluster.balancer.url}/v1/voice"
    phone = f".venv/bin/telefoon phone --host {cluster.subnet.outside}"
    own = " ".join(f"TELEFOON_{name}={first.settings[name]}" for name in ("CONFIG", "DATA_DIR", "DATABASE_URL"))
    lines = [
        f"REST by HAProxy   {cluster.balancer.url}/v1/voice   key {cluster.key}",
        f"SIP by Kamailio   {cluster.proxy.outside}",
        *(
            f"{node.name}            {node.url}   SIP {node.sip}   process {program.pid}"
            for node, program in zip(cluster.nodes, programs, strict=True)
        ),
        f"PostgreSQL        psql -h {cluster.database.where.address} -U postgres telefoon",
        f"logs              {cluster.folder}",
        "",
        "Try, in another terminal:",
        f"  {phone} --port {CARRIER_PORT}",
        "        a telephone that answers what the nodes dial",
        f"  {asking}/calls -d '{_BODY}' -H 'Content-Type: application/json'",
        "        a call to it, by any node",
        f"  {phone} --dial sip:{NUMBER}@{cluster.proxy.outside}",
        "        a call to the node with the fewest calls, into a conference",
        f"  {asking}/events",
        "        what happens on all nodes",
        f"  {own} .venv/bin/telefoon nodes list",
        "        which nodes there are; drain NAME takes one out, drain NAME --end lets it in again",
        f"  kill -9 {programs[0].pid}",
        f"        {first.name} dies; it is started again after a while",
        f"  nsenter --net=/proc/{first.where.holder}/ns/net",
        f"        a shell in the network of {first.name}",
        "",
        "Ctrl-C ends all of it.",
    ]
    return "\n".join(lines)
