"""A number of the cluster, and who answers for it: whoever calls it is in one conference, whatever node he reaches."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.cluster.namespaces import UNTIL_WE_DIE
from scripts.cluster.programs import Program, running
from scripts.cluster.whole import ACCOUNT, Cluster

NUMBER = "+3225550100"
ROOM = "all"
_PORT = 8000
_FLOW = f"""\
<Response>
    <Say language="en-GB">Welcome.</Say>
    <Dial><Conference>{ROOM}</Conference></Dial>
</Response>
"""


@contextmanager
def answered_number(cluster: Cluster) -> Iterator[None]:
    """NUMBER, with a server of its flow on this machine, as a customer's would be."""
    folder = cluster.folder / "customer"
    folder.mkdir()
    (folder / "flow.xml").write_text(_FLOW)
    url = f"http://{cluster.subnet.outside}:{_PORT}/flow.xml"
    serving = ("-m", "http.server", str(_PORT), "--bind", cluster.subnet.outside)
    with running(
        Program(
            "the customer's server", [*UNTIL_WE_DIE, sys.executable, *serving], folder / "log", lambda: _answers(url)
        )
    ):
        cluster.nodes[0].telefoon("numbers", "add", NUMBER, "--account", ACCOUNT, "--url", url, "--method", "GET")
        yield


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.URLError:
        return False
