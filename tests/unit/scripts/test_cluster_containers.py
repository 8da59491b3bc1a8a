"""docker-compose.cluster.yml: its parts fit each other, and what it names exists. No container engine tries it here."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import Settings
from scripts.kamailio import KAMAILIO, MODULES, PROGRAM
from scripts.progress import Progress
from tests.unit.scripts.test_containers import stages

pytestmark = pytest.mark.promise

CHECKOUT = Path(__file__).resolve().parents[3]
TEXT = (CHECKOUT / "docker-compose.cluster.yml").read_text()
CONTENT: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = CONTENT["services"]
NODES = ("node-1", "node-2")


def address(service: str, network: str = "cluster") -> str:
    """A service's address on a network."""
    return str(SERVICES[service]["networks"][network]["ipv4_address"])


def site(name: str) -> str:
    """A value of Kamailio's site."""
    found = re.search(rf'"!{name}!([^!]*)!g"', (CHECKOUT / "deploy/compose/site.cfg").read_text())
    assert found is not None
    return found[1]


def test_each_service_is_an_image_or_a_stage_of_ours() -> None:
    assert set(SERVICES) == {*NODES, "secrets", "haproxy", "kamailio", "postgres"}
    for service in SERVICES.values():
        assert "image" in service or service["build"]["target"] in stages()


def test_each_setting_that_is_given_exists() -> None:
    given = {name.removeprefix("TELEFOON_").lower() for name in re.findall(r"TELEFOON_[A-Z_]+", TEXT)}

    assert given <= set(Settings.model_fields)


def test_what_is_mounted_exists() -> None:
    mounted = re.findall(r"- (\./[\w./-]+):", TEXT)

    assert {f"./deploy/{name}" for name in ("haproxy", "kamailio/kamailio.cfg", "compose/site.cfg")} <= set(mounted)
    assert [path for path in mounted if not (CHECKOUT / path).exists()] == []


def test_each_volume_and_network_is_declared() -> None:
    used = {each.partition(":")[0] for service in SERVICES.values() for each in service.get("volumes", [])}
    joined = {name for service in SERVICES.values() for name in service.get("networks", {})}

    assert {name for name in used if not name.startswith(".")} == set(CONTENT["volumes"])
    assert joined == set(CONTENT["networks"])


@pytest.mark.parametrize("name", NODES)
def test_a_node_has_a_name_addresses_and_a_folder_of_its_own(name: str) -> None:
    settings = SERVICES[name]["environment"]

    assert settings["TELEFOON_NODE"] == name
    assert settings["TELEFOON_SIP_HOST"] == address(name)
    assert settings["TELEFOON_NODE_URL"] == f"http://{address(name)}:{Settings.model_fields['http_port'].default}"
    assert SERVICES[name]["volumes"] == [f"{name}-data:/var/lib/telefoon"]


@pytest.mark.parametrize("name", NODES)
def test_a_node_believes_the_proxies_before_it_and_no_others(name: str) -> None:
    settings = SERVICES[name]["environment"]

    assert settings["TELEFOON_TRUSTED_PROXIES"] == f"{address('haproxy')}/32"
    assert settings["TELEFOON_SIP_PROXIES"] == f"{address('kamailio')}/32"


def test_haproxy_is_before_all_nodes() -> None:
    given = SERVICES["haproxy"]["environment"]
    named = re.findall(r'server (\S+) "\$\{(\w+)\}"', (CHECKOUT / "deploy/haproxy/nodes.cfg").read_text())

    assert set(named) == {(name, name.upper().replace("-", "_")) for name in NODES}
    assert [given[name.upper().replace("-", "_")] for name in NODES] == [f"{address(name)}:8080" for name in NODES]


def test_kamailio_is_before_all_nodes_and_at_its_own_addresses() -> None:
    listed = re.findall(
        r"^1 sip:(\S+) .*duid=([\w-]+)", (CHECKOUT / "deploy/compose/nodes.list").read_text(), re.MULTILINE
    )

    assert listed == [(f"{address(name)}:5060", name) for name in NODES]
    assert (site("INSIDE_IP"), site("OUTSIDE_IP")) == (address("kamailio"), address("kamailio", "outside"))


def test_kamailio_has_each_value_that_its_configuration_needs() -> None:
    """Those that are switched on by a define are for who switches it on."""
    deployed = (CHECKOUT / "deploy/kamailio/site.cfg").read_text()
    switched_on = {"TLS_FILE", "TOPOLOGY_KEY", "OUTSIDE6_IP", "INSIDE6_IP"}
    needed = set(re.findall(r'^#!substdef "!(\w+)!', deployed, re.MULTILINE)) - switched_on

    assert (
        set(re.findall(r'^#!substdef "!(\w+)!', (CHECKOUT / "deploy/compose/site.cfg").read_text(), re.MULTILINE))
        == needed
    )


def test_nodes_reach_the_database_as_it_lets_them_in() -> None:
    given = SERVICES["postgres"]["environment"]
    user, password, name = (given[f"POSTGRES_{each}"] for each in ("USER", "PASSWORD", "DB"))

    for node in NODES:
        url = SERVICES[node]["environment"]["TELEFOON_DATABASE_URL"]
        assert url == f"postgresql+asyncpg://{user}:{password}@{address('postgres')}/{name}"


def test_no_node_starts_before_it_has_its_secrets_and_a_database() -> None:
    for node in NODES:
        awaited = SERVICES[node]["depends_on"]
        assert awaited["secrets"] == {"condition": "service_completed_successfully"}
        assert awaited["postgres"] == {"condition": "service_healthy"}
    for node in NODES:
        assert f"{node}-data:/var/lib/nodes/{node[-1]}" in SERVICES["secrets"]["volumes"]


@pytest.mark.processes
def test_kamailio_can_read_what_it_is_given(tmp_path: Path) -> None:
    root = KAMAILIO.made(Progress())
    (modules,) = root.glob(str(MODULES))
    (tmp_path / "kamailio.cfg").symlink_to(CHECKOUT / "deploy/kamailio/kamailio.cfg")
    (tmp_path / "site.cfg").symlink_to(CHECKOUT / "deploy/compose/site.cfg")

    checked = subprocess.run(
        [root / PROGRAM, "-c", "-E", "-f", tmp_path / "kamailio.cfg", "-Y", tmp_path, "-L", modules],
        env={**os.environ, "LD_LIBRARY_PATH": str(modules.parent)}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "config file ok" in checked.stdout + checked.stderr
