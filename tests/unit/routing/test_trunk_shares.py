"""Shares of a trunk's limits: whatever nodes do, all together never use more, and who has use for it gets it."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from engine.routing.trunk_shares import HeldShare, NodeUse, share


def other(name: str, held: int, used: int = 0, *, wants: bool = False) -> HeldShare:
    return HeldShare(name, held, NodeUse(used, wants))


def test_a_node_alone_has_all_of_it() -> None:
    assert share(10, "a", NodeUse(0), []) == 10
    assert share(10, "a", NodeUse(7), []) == 10


def test_what_is_free_is_split_evenly_and_who_uses_more_has_the_remainder() -> None:
    assert share(10, "a", NodeUse(3), [other("b", held=0, used=2)]) == 6
    assert share(10, "b", NodeUse(2), [other("a", held=0, used=3)]) == 4


def test_a_node_has_no_more_than_others_leave_whatever_its_part_would_be() -> None:
    assert share(10, "b", NodeUse(0), [other("a", held=9)]) == 1
    assert share(10, "b", NodeUse(0), [other("a", held=10)]) == 0


def test_of_one_call_that_may_go_on_the_node_has_it_that_wants_it() -> None:
    assert share(1, "a", NodeUse(0), [other("b", held=0)]) == 1
    assert share(1, "a", NodeUse(0), [other("b", held=0, wants=True)]) == 0
    assert share(1, "b", NodeUse(0, wants=True), [other("a", held=0)]) == 1


def test_a_limit_that_was_lowered_leaves_nothing_to_anybody() -> None:
    assert share(2, "a", NodeUse(3), [other("b", held=2, used=2)]) == 0


class Nodes:
    """Nodes that settle in turn, as they do each second, and begin calls as far as they may."""

    def __init__(self, most: int, names: Sequence[str]) -> None:
        self.most = most
        self.keeps_to = dict.fromkeys(names, 0)
        self.used = dict.fromkeys(names, 0)
        self.wants = dict.fromkeys(names, False)
        self.rows: dict[str, HeldShare] = {}

    def settle(self, name: str) -> None:
        use = NodeUse(self.used[name], self.wants[name])
        others = [row for node, row in self.rows.items() if node != name]
        shared = share(self.most, name, use, others)
        self.rows[name] = HeldShare(name, max(shared, self.keeps_to[name], use.used), use)
        self.keeps_to[name] = shared

    def begins(self, name: str) -> bool:
        may = self.used[name] < self.keeps_to[name]
        self.used[name] += may
        self.wants[name] = not may
        assert sum(self.used.values()) <= self.most
        return may

    def ends(self, name: str) -> None:
        self.used[name] = max(self.used[name] - 1, 0)

    def dies(self, name: str) -> None:
        """Its calls are over, others have noticed, and it has started again."""
        self.used[name] = self.keeps_to[name] = 0
        self.rows.pop(name, None)


NAMES = ("a", "b", "c")
STEP = st.tuples(st.sampled_from(["settle", "settle", "begins", "begins", "ends", "dies"]), st.sampled_from(NAMES))


@given(most=st.integers(1, 12), steps=st.lists(STEP, max_size=120))
def test_in_all_histories_all_together_never_use_more_than_may_be(most: int, steps: Sequence[tuple[str, str]]) -> None:
    nodes = Nodes(most, NAMES)
    for what, name in steps:
        getattr(nodes, what)(name)


@given(most=st.integers(1, 12), busy=st.sampled_from(NAMES))
def test_one_node_that_has_all_the_calls_gets_all_of_it_within_some_seconds(most: int, busy: str) -> None:
    nodes = Nodes(most, NAMES)
    for _ in range(2 * most + 6):
        for name in NAMES:
            nodes.settle(name)
        while nodes.begins(busy):
            pass

    assert nodes.used[busy] == most
