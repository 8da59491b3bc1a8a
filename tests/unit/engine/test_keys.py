import asyncio
import time

from engine.live.session.dtmf import Keys


async def test_keys_are_read_in_the_order_in_which_they_were_pressed() -> None:
    keys = Keys(time.monotonic)
    for key in "1#":
        keys.press(key)

    assert [await keys.next(0), await keys.next(0)] == ["1", "#"]


async def test_no_key_in_time_is_none() -> None:
    assert await Keys(time.monotonic).next(0.01) is None


async def test_forgotten_keys_are_not_read() -> None:
    keys = Keys(time.monotonic)
    keys.press("1")

    keys.forget()

    assert await keys.next(0.01) is None


async def test_a_sequence_is_noticed_and_its_keys_are_read_all_the_same() -> None:
    keys = Keys(time.monotonic)
    noticed = asyncio.create_task(keys.sequence("*0"))
    await asyncio.sleep(0)
    for key in "1*":
        keys.press(key)
    await asyncio.sleep(0)
    assert not noticed.done()

    keys.press("0")
    await noticed

    assert [await keys.next(0.1) for _ in range(4)] == ["1", "*", "0", None]


async def test_diverted_keys_are_for_one_reader_only() -> None:
    keys = Keys(time.monotonic)
    with keys.diverted() as apart:
        keys.press("1")
        assert await apart.next(0.1) == "1"
    keys.press("2")

    assert await keys.next(0.1) == "2"
    assert await keys.next(0.01) is None
