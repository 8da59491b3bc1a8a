"""Rows of bench/results/latest.json, and the file itself."""

import json
from pathlib import Path

from bench.latest import load, save
from bench.rows import Measured, Row, growth_of, highest_load
from bench.table import errors, of_loads, table

CPU = "cpu_ms_per_call_second"


def row(load: int, ours: float, theirs: float, *, scenario: str = "ivr", failed: int = 0) -> Row:
    return Row(
        scenario, load, CPU, Measured({"failed": failed, CPU: ours}), "asterisk", Measured({"failed": 0, CPU: theirs})
    )


def test_a_row_says_whose_figures_are_whose_and_their_ratio() -> None:
    assert row(100, 4.0, 5.0).as_json() == {
        "scenario": "ivr",
        "load": 100,
        "ours": {"failed": 0, CPU: 4.0},
        "asterisk": {"failed": 0, CPU: 5.0},
        "ratio": 0.8,
        "compared": CPU,
    }


def test_a_row_without_another_side_has_no_ratio() -> None:
    alone = Row("flow", 1, "documents_per_s", Measured({"documents_per_s": 900.0}))

    assert alone.as_json()["ratio"] is None
    assert Row.of_json(alone.as_json()).other is None


def test_a_side_that_broke_is_told_and_not_hidden() -> None:
    broken = Row("ivr", 100, CPU, Measured({CPU: 4.0}), "asterisk", Measured(error="it did not boot"))

    assert broken.as_json()["asterisk"] == {"failed": 0, "error": "it did not boot"}
    assert broken.ratio is None
    assert errors([broken]) == ["ivr at 100, asterisk: it did not boot"]
    assert "see below" in table([broken])


def test_the_highest_load_and_growth_are_each_sides_own() -> None:
    rows = [row(50, 4.0, 5.0), row(100, 4.0, 10.0), row(200, 8.0, 10.0, failed=3)]

    assert highest_load(rows, ours=True) == 100
    assert highest_load(rows, ours=False) == 200
    assert growth_of(rows, ours=True) == {100: 1.0, 200: 2.0}
    assert growth_of(rows, ours=False) == {100: 2.0, 200: 1.0}
    assert "ours: highest load with nothing failed 100; to 100: x1.00, to 200: x2.00" in of_loads(rows)


def test_a_new_run_replaces_the_rows_of_its_scenarios_alone(tmp_path: Path) -> None:
    path = tmp_path / "results" / "latest.json"
    save([row(50, 4.0, 5.0), row(50, 1.0, 1.0, scenario="bridge")], {"rounds": 3}, path=path)

    save([row(100, 3.0, 5.0)], {"rounds": 1}, path=path)

    rows, runs = load(path)
    assert [(each.scenario, each.load) for each in rows] == [("bridge", 50), ("ivr", 100)]
    assert (runs["bridge"]["rounds"], runs["ivr"]["rounds"]) == (3, 1)
    assert json.loads(path.read_text())["rows"][1]["ratio"] == 0.6
