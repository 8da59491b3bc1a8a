"""The tables of docs/performance.md, and that the page has those of the newest run."""

import pytest

from bench.latest import load
from bench.profile.results import load as load_profile
from bench.report import PAGE, plotted, renewed, tables
from bench.rows import Measured, Row

CPU = "cpu_ms_per_call_second"
RUN = {"measured_at": "2026-11-28T20:00:00+00:00", "revision": "abc1234", "rounds": 3, "cores": 2}
ROWS = [
    Row("ivr", 50, CPU, Measured({"failed": 0, CPU: 4.0, "gap_ms_p99": 20.2}), "asterisk", Measured({CPU: 5.0})),
    Row("ivr", 100, CPU, Measured({"failed": 2, CPU: 4.4}), "asterisk", Measured(error="it did\nnot boot")),
]


def test_a_scenario_has_a_line_for_each_side_under_each_load() -> None:
    text = tables(ROWS, {"ivr": RUN})

    assert "Measured: 2026-11-28T20:00:00+00:00, abc1234, 3 rounds, 2 cores." in text
    assert f"| load | whose | failed | {CPU} | gap_ms_p99 | ratio of {CPU} |" in text
    assert "| 50 | ours | 0.00 | 4.00 | 20.20 | 0.80 |" in text
    assert "| 100 | asterisk | broke |  |  |  |" in text
    assert "- ivr at 100, asterisk: it did not boot" in text
    assert "](performance/ivr.svg)" in text


def test_a_scenario_of_one_load_has_no_curve() -> None:
    assert plotted(ROWS) == ["ivr"]
    assert plotted(ROWS[:1]) == []


def test_only_what_stands_between_the_marks_is_renewed() -> None:
    page = "# Head\n\n<!-- made from bench/results/latest.json -->\nold\n<!-- end -->\n\nTail\n"

    renewed_page = renewed(page, ROWS, {})

    assert renewed_page.startswith("# Head\n")
    assert renewed_page.endswith("<!-- end -->\n\nTail\n")
    assert "old" not in renewed_page
    assert renewed(renewed_page, ROWS, {}) == renewed_page


@pytest.mark.promise
def test_the_page_has_the_tables_of_the_newest_run() -> None:
    page = PAGE.read_text("utf-8")

    assert page == renewed(page, *load(), load_profile())
