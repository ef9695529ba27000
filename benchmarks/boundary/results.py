"""Figures, the bars they have to keep, and the table of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Value = float | str | None
"""A figure; text where there is none and why, as `killed at turn 114`; None where it is not measured."""


@dataclass(frozen=True)
class Bar:
    """What a figure of ours has to keep.

    Attributes:
        limit: The number.
        ratio: Whether it is for the ratio to raw, and not for the figure itself.
        at_least: Whether the figure must not be lower, and not higher.
    """

    limit: float
    ratio: bool = True
    at_least: bool = False

    def kept(self, ours: Value, ratio: float | None) -> bool:
        """Whether ours keeps it; what is not a number does not."""
        value = ratio if self.ratio else ours
        if not isinstance(value, (int, float)):
            return False
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.limit:g}{' x raw' if self.ratio else ''}"


@dataclass(frozen=True)
class Figure:
    """One line of the table: a figure of each variant."""

    what: str
    unit: str
    values: Mapping[str, Value]
    bar: Bar | None = None

    def ratio(self, variant: str) -> float | None:
        """The variant's figure as a multiple of raw's."""
        value, raw = self.values.get(variant), self.values.get("raw")
        return value / raw if isinstance(value, (int, float)) and isinstance(raw, (int, float)) and raw else None

    def kept(self) -> bool | None:
        """Whether ours keeps the bar, where there is one."""
        return self.bar.kept(self.values.get("ours"), self.ratio("ours")) if self.bar else None


@dataclass(frozen=True)
class Result:
    """What one measurement found.

    Attributes:
        title: A heading.
        note: How it was measured.
        figures: The table.
        series: For charts: by name, points of each variant.
    """

    title: str
    note: str
    figures: list[Figure]
    series: Mapping[str, Mapping[str, Sequence[tuple[float, float]]]] = field(default_factory=dict)


def medians(samples: Mapping[str, Iterable[float]]) -> dict[str, Value]:
    """The median of each variant's samples."""
    return {variant: statistics.median(values) for variant, values in samples.items()}


def markdown(result: Result, variants: list[str]) -> str:
    """The result as a section of Markdown."""
    others = [variant for variant in variants if variant != "raw"]
    heads = ["", *variants, *(f"{variant} / raw" for variant in others), "bar", "kept"]
    rows = [_row(figure, variants, others) for figure in result.figures]
    lines = [f"| {' | '.join(row)} |" for row in [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]]
    return "\n".join([f"## {result.title}", "", result.note, "", *lines, ""])


def _row(figure: Figure, variants: list[str], others: list[str]) -> list[str]:
    values = [_written(figure.values.get(variant)) for variant in variants]
    ratios = [figure.ratio(variant) for variant in others]
    kept = {None: "", True: "yes", False: "NO"}[figure.kept()]
    what = f"{figure.what}, {figure.unit}" if figure.unit else figure.what
    return [what, *values, *("" if each is None else f"{each:.2f} x" for each in ratios), str(figure.bar or ""), kept]


def _written(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"


def as_json(result: Result) -> dict[str, Any]:
    """The result as JSON values."""
    figures = [
        {
            "what": figure.what,
            "unit": figure.unit,
            "values": dict(figure.values),
            "ratios": {variant: figure.ratio(variant) for variant in figure.values if variant != "raw"},
            "bar": str(figure.bar) if figure.bar else None,
            "kept": figure.kept(),
        }
        for figure in result.figures
    ]
    return {"title": result.title, "note": result.note, "figures": figures, "series": result.series}
