"""The lists of the SIP proxy before the nodes."""

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network

from engine.model.node import Node, NodeState
from engine.model.proxy_lists import nodes_list, sources_list

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def node(name: str, state: NodeState = NodeState.SERVING, sip: str = "10.0.0.11:5060", *, held: bool = True) -> Node:
    return Node(
        name, "NO1", state, "http://10.0.0.11:8080", sip, "", "1.0", "1@host", 100, 0, 0.0, NOW, NOW, NOW,
        drain_wanted=False, settled=False, taken_by=None, held=held,
    )  # fmt: skip


def test_a_line_has_the_nodes_address_and_its_name() -> None:
    assert nodes_list([node("a")]) == "1 sip:10.0.0.11:5060 0 0 duid=a\n"


def test_over_tls_the_port_is_the_one_above() -> None:
    assert nodes_list([node("a")], over_tls=True) == "1 sip:10.0.0.11:5061;transport=tls 0 0 duid=a\n"


def test_with_an_address_of_the_proxy_over_ipv6_nodes_that_speak_it_are_in_a_group_of_their_own_too() -> None:
    both = replace(node("a"), sip_over_ipv6="[fd00::11]:5060")
    alone = replace(node("b", sip="[fd00::12]:5060"), sip_over_ipv6="[fd00::12]:5060")

    assert nodes_list([both, node("c"), alone], inside_ipv6="[fd00::5]:5060").splitlines() == [
        "1 sip:10.0.0.11:5060 0 0 duid=a",
        "2 sip:[fd00::11]:5060 0 0 duid=a;socket=udp:[fd00::5]:5060",
        "1 sip:10.0.0.11:5060 0 0 duid=c",
        "2 sip:[fd00::12]:5060 0 0 duid=b;socket=udp:[fd00::5]:5060",
    ]
    assert nodes_list([both], over_tls=True, inside_ipv6="[fd00::5]:5061").splitlines() == [
        "1 sip:10.0.0.11:5061;transport=tls 0 0 duid=a",
        "2 sip:[fd00::11]:5061;transport=tls 0 0 duid=a;socket=tls:[fd00::5]:5061",
    ]


def test_without_one_those_of_ipv6_alone_are_in_the_one_group_that_there_is() -> None:
    alone = replace(node("a", sip="[fd00::12]:5060"), sip_over_ipv6="[fd00::12]:5060")

    assert nodes_list([alone]) == "1 sip:[fd00::12]:5060 0 0 duid=a\n"


def test_a_node_that_drains_or_is_lost_stays_and_one_that_has_stopped_goes() -> None:
    nodes = [node("a", NodeState.DRAINING), node("b", held=False), node("c", NodeState.STOPPED)]

    assert [line.rpartition("=")[2] for line in nodes_list(nodes).splitlines()] == ["a", "b"]


def test_an_odd_name_does_not_end_its_attribute() -> None:
    assert nodes_list([node("a;maxload=1 x")]).endswith("duid=a_maxload_1_x\n")


def test_sources_are_groups_of_networks_each_once() -> None:
    known = [ip_network("192.0.2.10"), ip_network("2001:db8::/32"), ip_network("192.0.2.10")]

    assert sources_list(known, [ip_network("198.51.100.66")]).splitlines() == [
        "1 192.0.2.10 32 0",
        "1 2001:db8:: 32 0",
        "2 198.51.100.66 32 0",
    ]


def test_nobody_is_an_empty_list() -> None:
    assert sources_list([], []) == ""
    assert nodes_list([]) == ""
