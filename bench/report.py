"""Makes the tables and plots of docs/performance.md of bench/results/latest.json, and its pictures of profile.json.

make bench-report
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.latest import load
from bench.profile.results import load as load_profile
from bench.profile.results import section as profile_section
from bench.rows import Measured, Row
from bench.scenario import Scenario
from bench.scenarios import SCENARIOS
from bench.table import errors, of_loads, shown

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
PLOTS: Final = PAGE.with_suffix("")
_BEGIN: Final = "<!-- made from bench/results/latest.json -->"
_END: Final = "<!-- end -->"
_NONE: Final = "No run has been put here yet: `make bench` on a quiet machine, then `make bench-report`."


def renewed(
    page: str,
    rows: Sequence[Row],
    runs: Mapping[str, Mapping[str, Any]],
    profile: Mapping[str, Any] | None = None,
) -> str:
    """The page with its tables made anew, and the section of the profile if there is one."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    made = "\n\n".join([tables(rows, runs), *([profile_section(profile)] if profile else [])])
    return f"{before}{_BEGIN}\n\n{made}\n\n{_END}{after}"


def tables(rows: Sequence[Row], runs: Mapping[str, Mapping[str, Any]]) -> str:
    """A section for each scenario that has rows, in the order of the scenarios."""
    sections = []
    for scenario in SCENARIOS:
        own = [row for row in rows if row.scenario == scenario.name]
        if own:
            sections.append(_section(scenario, own, runs.get(scenario.name, {})))
    return "\n\n".join(sections) or _NONE


def plotted(rows: Sequence[Row]) -> list[str]:
    """Scenarios with several loads: those have a curve."""
    names = dict.fromkeys(row.scenario for row in rows)
    return [name for name in names if sum(row.scenario == name for row in rows) > 1]


def _section(scenario: Scenario, rows: Sequence[Row], run: Mapping[str, Any]) -> str:
    parts = [f"### {scenario.name}", f"{scenario.asks[0].upper()}{scenario.asks[1:]}. {_of_run(run)}", _table(rows)]
    if told := of_loads(rows):
        parts.append("\n".join(f"- {line}" for line in told.splitlines()))
    if broken := errors(rows):
        parts.append("\n".join(f"- {_one_line(line)}" for line in broken))
    if scenario.name in plotted(rows):
        parts.append(f"![{scenario.name}: {rows[0].compared} by load](performance/{scenario.name}.svg)")
    return "\n\n".join(parts)


def _of_run(run: Mapping[str, Any]) -> str:
    facts = [f"{run[name]} {unit}".strip() for name, unit in _FACTS.items() if name in run]
    return f"Measured: {', '.join(facts)}." if facts else ""


_FACTS: Final = {
    "measured_at": "",
    "revision": "",
    "rounds": "rounds",
    "cpu": "",
    "cores": "cores",
    "memory_mib": "MiB",
}


def _table(rows: Sequence[Row]) -> str:
    sides = [(row, name, side) for row in rows for name, side in _sides(row)]
    figures = list(dict.fromkeys(name for _, _, side in sides for name in side.figures if name != "failed"))
    head = ["load", "whose", "failed", *figures, f"ratio of {rows[0].compared}"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for row, name, side in sides:
        cells = [str(row.load), name, "broke" if side.error else shown(side.figures.get("failed", 0))]
        cells += [shown(side.figures.get(figure)) for figure in figures]
        cells.append(shown(row.ratio) if side is row.ours else "")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _sides(row: Row) -> list[tuple[str, Measured]]:
    return [("ours", row.ours), *([(row.other_name, row.other)] if row.other else [])]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def main() -> None:
    """The command line."""
    from bench.plots import plot
    from bench.profile.pictures import draw

    rows, runs = load()
    profile = load_profile()
    PAGE.write_text(renewed(PAGE.read_text(), rows, runs, profile))
    PLOTS.mkdir(exist_ok=True)
    if profile:
        draw(profile, PLOTS)
    for name in plotted(rows):
        plot([row for row in rows if row.scenario == name], PLOTS / name)


if __name__ == "__main__":
    main()
