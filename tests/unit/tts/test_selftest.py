"""The start-up test finds a driver that speaks with the rate of before."""

from collections.abc import Sequence

from tts.script import Script
from tts.selftest import rate_faults
from tts.voices import Voice


async def test_a_driver_that_keeps_the_last_rate_is_found() -> None:
    last = 100

    async def late(_script: Script, _voices: Sequence[Voice | None], rate: int | None) -> float:
        nonlocal last
        seconds, last = 500 / last, rate or 100
        return seconds

    assert "ignores the rate" in (await rate_faults(late))[0]


async def test_a_driver_that_obeys_passes() -> None:
    async def obedient(_script: Script, _voices: Sequence[Voice | None], rate: int | None) -> float:
        return 500 / (rate or 100)

    assert await rate_faults(obedient) == []
