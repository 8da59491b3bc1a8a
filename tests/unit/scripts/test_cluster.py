"""What is decided before a cluster is started: its addresses, and the files that its programs are given."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from scripts.cluster.haproxy import CONFIGURATION, nodes_file
from scripts.cluster.kamailio import CONFIGURATION as DEPLOYED
from scripts.cluster.kamailio import nodes_list
from scripts.cluster.programs import library_path
from scripts.cluster.subnet import MOST_NODES, Subnet
from scripts.failure import SetupFailed
from scripts.haproxy import HAPROXY, PROGRAM
from scripts.progress import Progress


def test_each_part_of_a_cluster_has_an_address_of_its_own() -> None:
    subnet = Subnet(7)
    nodes = [subnet.node(number) for number in range(1, MOST_NODES + 1)]

    addresses = [subnet.outside, subnet.database, subnet.http_balancer]
    addresses += [subnet.sip_proxy, subnet.sip_proxy_inside, *nodes]

    assert len(set(addresses)) == len(addresses)
    assert nodes[0] == "198.18.7.11"


@pytest.mark.parametrize("number", [0, MOST_NODES + 1])
def test_there_are_no_more_nodes_than_addresses(number: int) -> None:
    with pytest.raises(SetupFailed, match="1 to 100 nodes"):
        Subnet(7).node(number)


def test_haproxys_file_of_nodes_has_each_in_either_list_and_is_otherwise_as_deployed() -> None:
    text = nodes_file({"x": "192.0.2.1:8080", "y": "192.0.2.2:8080", "z": "192.0.2.3:8080"})

    deployed = (CONFIGURATION / "nodes.cfg").read_text().splitlines()
    others = [line for line in deployed if not line.startswith("    server ")]
    assert [line for line in text.splitlines() if not line.startswith("    server ")] == others
    assert text.count("    server y 192.0.2.2:8080\n") == 2
    assert "NODE_1" not in text


@pytest.mark.processes
@pytest.mark.parametrize("more", [{}, {"BALANCER_HTTPS": ":443", "BALANCER_CERTIFICATE": "site.pem"}])
def test_haproxy_finds_nothing_wrong_with_what_is_deployed(tmp_path: Path, more: dict[str, str]) -> None:
    root = HAPROXY.made(Progress())
    key = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run(
        [*key, "-subj", "/CN=site", "-keyout", "key", "-out", "cert"], cwd=tmp_path, check=True, capture_output=True
    )
    (tmp_path / "site.pem").write_text((tmp_path / "cert").read_text() + (tmp_path / "key").read_text())
    given = {
        "BALANCER_HTTP": ":80", "BALANCER_SOCKET": str(tmp_path / "admin.sock"), "NODE_1": "192.0.2.1:8080",
        "NODE_2": "192.0.2.2:8080", "LD_LIBRARY_PATH": library_path(root),
    }  # fmt: skip

    checked = subprocess.run(
        [root / PROGRAM, "-c", "-f", CONFIGURATION / "haproxy.cfg", "-f", CONFIGURATION / "nodes.cfg"],
        cwd=tmp_path, env={**os.environ, **given, **more}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert checked.returncode == 0, checked.stderr
    assert "WARNING" not in checked.stderr


def test_kamailios_list_of_nodes_has_what_the_deployed_one_has_of_each() -> None:
    text = nodes_list({"x": "192.0.2.1:5060", "y": "192.0.2.2:5060"})

    deployed = (DEPLOYED.parent / "nodes.list").read_text().splitlines()
    expected = [re.sub(r"sip:\S+|duid=[\w-]+", "", line) for line in deployed if line.startswith("1 ")]
    assert [re.sub(r"sip:\S+|duid=[\w-]+", "", line) for line in text.splitlines()] == expected
    assert "1 sip:192.0.2.2:5060 " in text
    assert "duid=y;" in text
