from engine.live.keys import Keys


async def test_keys_are_read_in_the_order_in_which_they_were_pressed() -> None:
    keys = Keys()
    for key in "1#":
        keys.press(key)

    assert [await keys.next(0), await keys.next(0)] == ["1", "#"]


async def test_no_key_in_time_is_none() -> None:
    assert await Keys().next(0.01) is None


async def test_forgotten_keys_are_not_read() -> None:
    keys = Keys()
    keys.press("1")

    keys.forget()

    assert await keys.next(0.01) is None
