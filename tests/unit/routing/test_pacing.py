"""Whose turn it is of calls that wait: in order within an account, in turn between accounts, never faster than set."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.routing.pacing import Pace, PacedCalls, PacedTurn


def begin(lines: PacedCalls, now_s: float) -> PacedTurn | None:
    turn = lines.turn(now_s)
    if turn is not None:
        lines.begun(turn, now_s)
    return turn


def joined(*calls: tuple[str, str], pace: Pace = Pace()) -> PacedCalls:  # noqa: B008 (frozen)
    lines = PacedCalls()
    for account, call in calls:
        lines.join(account, call, pace)
    return lines


def test_calls_begin_in_the_order_of_their_coming_evenly_spaced() -> None:
    lines = joined(("a", "1"), ("a", "2"), ("a", "3"), pace=Pace(calls_per_s=2))

    assert begin(lines, 0.0) == PacedTurn("a", "1")
    assert begin(lines, 0.25) is None
    assert lines.wait_s(0.25) == 0.25
    assert begin(lines, 0.5) == PacedTurn("a", "2")
    assert begin(lines, 1.0) == PacedTurn("a", "3")


def test_accounts_have_their_turns_one_after_the_other() -> None:
    lines = joined(("a", "1"), ("a", "2"), ("a", "3"), ("b", "4"), ("c", "5"))

    assert [begin(lines, 0.0) for _ in range(5)] == [
        PacedTurn("a", "1"), PacedTurn("b", "4"), PacedTurn("c", "5"), PacedTurn("a", "2"), PacedTurn("a", "3"),
    ]  # fmt: skip


def test_no_more_go_on_at_once_than_may() -> None:
    lines = joined(("a", "1"), ("a", "2"), pace=Pace(calls_at_once=1))
    begin(lines, 0.0)

    assert begin(lines, 10.0) is None
    assert lines.wait_s(10.0) is None

    lines.ended("a", 10.0)
    assert begin(lines, 10.0) == PacedTurn("a", "2")


def test_where_one_account_is_postponed_the_others_go_on() -> None:
    lines = joined(("a", "1"), ("b", "2"))
    lines.postponed("a", 5.0)

    assert begin(lines, 0.0) == PacedTurn("b", "2")
    assert begin(lines, 0.0) is None
    assert lines.wait_s(0.0) == 5.0
    assert begin(lines, 5.0) == PacedTurn("a", "1")


def test_who_leaves_lets_those_behind_come_nearer() -> None:
    lines = joined(("a", "1"), ("a", "2"), ("a", "3"))

    assert lines.leave("a", "2")

    assert not lines.leave("a", "2")
    assert (lines.position("a", "1"), lines.position("a", "2"), lines.position("a", "3")) == (1, None, 2)


ACCOUNT = st.sampled_from("abc")
STEP = st.one_of(
    st.tuples(st.just("joins"), ACCOUNT),
    st.tuples(st.just("leaves"), ACCOUNT),
    st.tuples(st.just("ends"), ACCOUNT),
    st.tuples(st.just("postponed"), ACCOUNT),
    st.tuples(st.just("time passes"), ACCOUNT),
)


@given(
    steps=st.lists(STEP, max_size=80),
    rates=st.tuples(*[st.one_of(st.none(), st.sampled_from([0.5, 1.0, 4.0]))] * 3),
    at_once=st.one_of(st.none(), st.integers(1, 3)),
)
def test_in_all_histories_order_pace_and_limits_hold_and_nobody_starves(  # noqa: C901 (one history, told in one go)
    steps: Sequence[tuple[str, str]], rates: Sequence[float | None], at_once: int | None
) -> None:
    paces = {account: Pace(rate, at_once) for account, rate in zip("abc", rates, strict=True)}
    lines, now_s = PacedCalls(), 0.0
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    going_on: Counter[str] = Counter()
    begun_at: defaultdict[str, list[float]] = defaultdict(list)

    def begin_all() -> None:
        while (turn := lines.turn(now_s)) is not None:
            account = turn.account_id
            assert waiting[account].pop(0) == turn.call_id, "in order"
            lines.begun(turn, now_s)
            going_on[account] += 1
            begun_at[account].append(now_s)
            assert at_once is None or going_on[account] <= at_once

    for number, (what, account) in enumerate(steps):
        if what == "joins":
            waiting[account].append(str(number))
            assert lines.join(account, str(number), paces[account]) == len(waiting[account])
        elif what == "leaves" and waiting[account]:
            assert lines.leave(account, waiting[account].pop())
        elif what == "ends" and going_on[account]:
            going_on[account] -= 1
            lines.ended(account, now_s)
        elif what == "postponed" and waiting[account]:
            lines.postponed(account, now_s + 1)
        elif what == "time passes":
            now_s += 0.3
        begin_all()
        assert {each: lines.count(each) for each in "abc"} == {each: len(waiting[each]) for each in "abc"}

    for _ in range(len(steps) * 4):
        for account in "abc":
            while going_on[account]:
                going_on[account] -= 1
                lines.ended(account, now_s)
        wait_s = lines.wait_s(now_s)
        if wait_s is None:
            break
        now_s += wait_s + 1e-9
        begin_all()
    assert not any(waiting.values()), "everybody has had a turn"
    for account, moments in begun_at.items():
        apart = [later - earlier for earlier, later in pairwise(moments)]
        assert all(each >= paces[account].apart_s - 1e-6 for each in apart)


@given(counts=st.lists(st.integers(1, 30), min_size=2, max_size=6), served=st.integers(1, 60))
def test_between_accounts_that_wait_the_numbers_served_differ_by_one_at_most(
    counts: Sequence[int], served: int
) -> None:
    lines = joined(*((str(account), f"{account}-{at}") for account, many in enumerate(counts) for at in range(many)))
    turns = Counter[str]()

    for _ in range(served):
        turn = begin(lines, 0.0)
        if turn is None:
            break
        turns[turn.account_id] += 1

    hungry = [turns[str(account)] for account, many in enumerate(counts) if turns[str(account)] < many]
    assert not hungry or max(turns.values()) - min(hungry) <= 1
