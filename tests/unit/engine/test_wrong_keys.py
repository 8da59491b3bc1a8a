"""Wrong API keys: a few are free, then each wait is twice the last, up to an hour."""

import pytest

from engine.security.wrong_keys import WrongKeys

NOW_S = 5000.0


@pytest.fixture
def wrong_keys() -> WrongKeys:
    return WrongKeys(free=3)


def wrong(table: WrongKeys, times: int, at_s: float = NOW_S, address: str = "203.0.113.9") -> None:
    for _ in range(times):
        table.count(address, at_s)


def test_the_first_few_cost_nothing(wrong_keys: WrongKeys) -> None:
    wrong(wrong_keys, 3)

    assert wrong_keys.wait_s("203.0.113.9", NOW_S) == 0


@pytest.mark.parametrize(("times", "wait_s"), [(4, 1), (5, 2), (6, 4), (10, 64), (16, 3600), (500, 3600)])
def test_each_further_one_doubles_the_wait_up_to_an_hour(wrong_keys: WrongKeys, times: int, wait_s: int) -> None:
    wrong(wrong_keys, times)

    assert wrong_keys.wait_s("203.0.113.9", NOW_S) == wait_s


def test_the_wait_ends(wrong_keys: WrongKeys) -> None:
    wrong(wrong_keys, 6)

    assert wrong_keys.wait_s("203.0.113.9", NOW_S + 3.5) == 1
    assert wrong_keys.wait_s("203.0.113.9", NOW_S + 4) == 0


def test_another_address_waits_for_nothing(wrong_keys: WrongKeys) -> None:
    wrong(wrong_keys, 100)

    assert wrong_keys.wait_s("203.0.113.10", NOW_S) == 0


def test_an_hour_without_a_wrong_key_is_a_new_beginning(wrong_keys: WrongKeys) -> None:
    wrong(wrong_keys, 10)
    later_s = NOW_S + 64 + 3600

    wrong(wrong_keys, 1, later_s)

    assert wrong_keys.wait_s("203.0.113.9", later_s) == 0


def test_the_table_does_not_grow_without_end() -> None:
    table = WrongKeys(free=1, most=10)
    for number in range(1000):
        wrong(table, 2, address=f"address {number}")

    assert len(table) == 10
    assert table.wait_s("address 999", NOW_S) == 1
