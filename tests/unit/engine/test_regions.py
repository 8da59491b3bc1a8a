"""Which nodes may carry what belongs to an account, and which of them is asked first (engine.routing.regions)."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidField
from engine.model.node import Node, NodeState
from engine.routing.regions import carriers, may_carry, region_name

NOW: Final = datetime(2026, 11, 30, tzinfo=UTC)
NODE: Final = Node(
    name="node", instance="", state=NodeState.SERVING, rest_url="", sip_address="", region="", version="", process="",
    capacity=100, live_calls=0, load=0.0, started_at=NOW, beat_at=NOW, lease_until=NOW, drain_wanted=False,
    settled=False, taken_by=None, held=True,
)  # fmt: skip
REGIONS: Final = st.sampled_from(["", "eu-be", "eu-de"])
NODES: Final = st.lists(
    st.builds(
        lambda name, state, region, calls, load, drained, held: replace(
            NODE, name=name, state=state, region=region, live_calls=calls, load=load, drain_wanted=drained, held=held
        ),
        st.text("abc", min_size=1, max_size=4),
        st.sampled_from(NodeState),
        REGIONS,
        st.integers(0, 100),
        st.floats(0, 1),
        st.booleans(),
        st.booleans(),
    ),
    max_size=8,
    unique_by=lambda node: node.name,
)


@given(REGIONS)
def test_an_account_without_a_region_is_carried_by_any_node(node: str) -> None:
    assert may_carry(node, "")


@given(REGIONS, REGIONS.filter(bool))
def test_an_account_with_a_region_is_carried_by_nodes_of_that_region_alone(node: str, account: str) -> None:
    assert may_carry(node, account) == (node == account)


@given(NODES, REGIONS.filter(bool))
def test_who_is_asked_may_carry_it_and_takes_calls(nodes: list[Node], region: str) -> None:
    for each in carriers(region, nodes):
        assert may_carry(each.region, region)
        assert (each.state, each.held, each.drain_wanted) == (NodeState.SERVING, True, False)


@given(NODES, REGIONS.filter(bool))
def test_nobody_who_takes_calls_there_is_left_out(nodes: list[Node], region: str) -> None:
    asked = carriers(region, nodes)

    for each in nodes:
        takes_calls = each.state is NodeState.SERVING and each.held and not each.drain_wanted
        assert (each in asked) == (takes_calls and each.region == region)


@given(NODES, REGIONS, st.randoms())
def test_who_has_the_least_to_do_is_asked_first_whatever_the_order(
    nodes: list[Node], region: str, random: Random
) -> None:
    asked = carriers(region, nodes)
    shuffled = list(nodes)
    random.shuffle(shuffled)

    assert carriers(region, shuffled) == asked
    assert [each.load for each in asked] == sorted(each.load for each in asked)


@pytest.mark.parametrize("text", ["eu-be", "eu-west-1", "Brussels", "a" * 63])
def test_a_region_is_a_name_of_letters_digits_dots_and_hyphens(text: str) -> None:
    assert region_name(text) == text


@pytest.mark.parametrize("text", ["", " ", "eu be", "-eu", "eu-be\n", "a" * 64, "é"])
def test_what_can_be_no_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidField, match="is no region"):
        region_name(text)
