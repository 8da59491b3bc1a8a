"""Which trunk a call goes out by, and which of its hosts: by priority, then by weight."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SipError
from engine.model.trunk import Trunk, TrunkHost, new_trunk
from engine.ports import DialRequest
from sip.trunks.choice import first_of, follows, way_of

CALLED = DialRequest("+3225550199", "+3225550100", "CA1")


def a_trunk(name: str, *hosts: str, **fields: Any) -> Trunk:
    return new_trunk({"name": name, "hosts": list(hosts) or [f"{name}.example"], **fields})


def test_a_number_goes_by_the_lowest_priority_that_is_enabled() -> None:
    trunks = [a_trunk("spare", priority=5), a_trunk("off", enabled=False), a_trunk("first", priority=1)]

    way = way_of(CALLED, trunks, lambda _: 0)

    assert (way.uri, way.trunk) == ("sip:+3225550199@first.example", trunks[2])


def test_the_host_of_the_lowest_priority_is_called() -> None:
    trunk = a_trunk("a", "spare.example;priority=2", "[2001:db8::1]:5070;priority=1", transport="tcp")

    assert way_of(CALLED, [trunk], lambda _: 0).uri == "sip:+3225550199@[2001:db8::1]:5070;transport=tcp"


def test_a_sip_address_needs_no_trunk() -> None:
    way = way_of(DialRequest("sip:desk@10.0.0.1", "+3225550100", "CA1"), [a_trunk("a")], lambda _: 0)

    assert (way.uri, way.trunk) == ("sip:desk@10.0.0.1", None)


@pytest.mark.parametrize("trunks", [[], [a_trunk("off", enabled=False)]])
def test_a_number_without_a_trunk_is_told(trunks: list[Trunk]) -> None:
    with pytest.raises(SipError, match="telefoon trunks add"):
        way_of(CALLED, trunks, lambda _: 0)


def test_each_has_its_share_by_weight() -> None:
    hosts = [TrunkHost("a", weight=1), TrunkHost("b", weight=3), TrunkHost("c", priority=1), TrunkHost("d", weight=0)]

    drawn = Counter(first_of(hosts, lambda _, n=n: n).host for n in range(4))  # type: ignore[misc]

    assert drawn == {"a": 1, "b": 3}


@given(st.lists(st.builds(TrunkHost, st.just("a"), weight=st.integers(0, 9)), min_size=1), st.data())
def test_whatever_is_drawn_one_is_chosen(hosts: list[TrunkHost], data: st.DataObject) -> None:
    chosen = first_of(hosts, lambda below: data.draw(st.integers(0, below - 1)))

    assert chosen in hosts
    assert chosen.weight > 0 or not any(host.weight for host in hosts)


@pytest.mark.parametrize(
    ("redirects", "uri", "followed"),
    [
        (True, "sip:1@B.example:5070", True),
        (True, "sip:1@c.example", False),
        (False, "sip:1@b.example", False),
    ],
)
def test_a_redirection_is_followed_within_the_trunk(redirects: bool, uri: str, followed: bool) -> None:
    assert follows(a_trunk("a", "a.example", "b.example", redirects=redirects), uri) is followed
