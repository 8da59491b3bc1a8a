"""`make bench` itself: both sides start, take a load, are measured and end. The figures mean nothing here."""

import asyncio

import pytest

from bench.rounds import planned, run
from bench.rows import Row
from bench.scenarios import SCENARIOS

CALLS = 2
OF_CALLS = {"cpu_ms_per_call", "cpu_ms_per_further_second", "cpu_ms_per_call_second", "pss_kib_per_call"}
OF_SET_UP = {"setup_ms_p50", "setup_ms_p95", "setup_ms_p99"}
OF_SOUND = {"gap_ms_p99", "gap_ms_worst"}
MEASURED = {
    "ivr": OF_CALLS | OF_SET_UP | OF_SOUND,
    "bridge": OF_CALLS | OF_SET_UP | OF_SOUND,
    "setup": {"cpu_ms_per_call"} | OF_SET_UP,
}


@pytest.mark.slow
async def test_both_sides_of_menus_bridges_and_set_up_are_measured() -> None:
    told: list[str] = []
    plans = [planned(each, (CALLS,)) for each in SCENARIOS if each.name in MEASURED]

    async with asyncio.TaskGroup() as side_by_side:
        runs = [side_by_side.create_task(run([plan], 1, told.append, brief=True)) for plan in plans]
    rows: list[Row] = [row for each in runs for row in each.result()]

    assert [row.scenario for row in rows] == list(MEASURED)
    for row in rows:
        for side in (row.ours, row.other):
            assert side is not None
            assert (side.error, side.figures.get("failed")) == ("", 0), told
            assert side.figures.keys() >= MEASURED[row.scenario]
