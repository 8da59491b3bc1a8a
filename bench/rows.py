"""The rows of bench/results/latest.json: one scenario under one load, ours beside another's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.statistics import Figures, growth, highest_clean, medians, ratio

_OWN_KEYS = frozenset({"scenario", "load", "ours", "ratio", "compared"})


@dataclass(frozen=True, slots=True)
class Measured:
    """One side's figures; `error` says why there are none, or not all."""

    figures: Figures = field(default_factory=dict)
    error: str = ""

    @classmethod
    def over(cls, rounds: Sequence["Measured"]) -> "Measured":
        """Medians over the rounds, and every error once."""
        errors = dict.fromkeys(each.error for each in rounds if each.error)
        return cls(medians([each.figures for each in rounds]), "; ".join(errors))

    @property
    def failed(self) -> bool:
        return bool(self.error) or self.figures.get("failed", 0) > 0 or self.figures.get("late", 0) > 0

    def as_json(self) -> dict[str, Any]:
        rounded = {name: round(value, 3) for name, value in self.figures.items()}
        return {"failed": 0, **rounded, **({"error": self.error} if self.error else {})}

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> "Measured":
        figures = {name: float(each) for name, each in value.items() if name != "error"}
        return cls(figures, str(value.get("error", "")))


@dataclass(frozen=True, slots=True)
class Row:
    """`other` is None where nobody else does the same; `compared` names the figure that the ratio is of."""

    scenario: str
    load: int
    compared: str
    ours: Measured
    other_name: str = ""
    other: Measured | None = None

    @property
    def ratio(self) -> float | None:
        if self.other is None:
            return None
        found = ratio(self.ours.figures, self.other.figures, self.compared)
        return None if found is None else round(found, 3)

    def as_json(self) -> dict[str, Any]:
        other = {} if self.other is None else {self.other_name: self.other.as_json()}
        return {
            "scenario": self.scenario,
            "load": self.load,
            "ours": self.ours.as_json(),
            **other,
            "ratio": self.ratio,
            "compared": self.compared,
        }

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> "Row":
        other_name = next((key for key in value if key not in _OWN_KEYS), "")
        return cls(
            scenario=value["scenario"],
            load=value["load"],
            compared=value["compared"],
            ours=Measured.of_json(value["ours"]),
            other_name=other_name,
            other=Measured.of_json(value[other_name]) if other_name else None,
        )


def side_by_load(rows: Sequence[Row], *, ours: bool) -> dict[int, Measured]:
    """One side of the rows of one scenario."""
    sides = {row.load: row.ours if ours else row.other for row in rows}
    return {load: side for load, side in sides.items() if side is not None}


def growth_of(rows: Sequence[Row], *, ours: bool) -> dict[int, float]:
    """Growth of the compared figure, from load to load, of one scenario's rows."""
    sides = side_by_load(rows, ours=ours)
    compared = rows[0].compared
    return growth({load: side.figures[compared] for load, side in sides.items() if compared in side.figures})


def highest_load(rows: Sequence[Row], *, ours: bool) -> int | None:
    """The highest load of one scenario's rows up to which this side failed nothing."""
    return highest_clean({load: float(side.failed) for load, side in side_by_load(rows, ours=ours).items()})
