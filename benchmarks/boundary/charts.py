"""The charts of a run, as PNG files. The colours are the same in each run: ours blue, official orange, raw grey."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_COLOURS = {"raw": "#7f7f7f", "ours": "#1f77b4", "official": "#ff7f0e"}
_KEPT = {"whole conversation": "all of it kept", "window of 40": "a window of 40 messages kept"}


def draw(results: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw what there is of: history by turn, CPU by turn, replay, memory.

    Args:
        results: Results by name, as `results.as_json` writes them.
        folder: Where the files go; made if it is not there.
    """
    pyplot = import_pyplot()
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []

    def save(name: str, axes: Any) -> None:
        if axes.get_legend_handles_labels()[0]:
            axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        files.append(folder / f"{name}.png")
        axes.figure.tight_layout()
        axes.figure.savefig(files[-1], dpi=150, pil_kwargs={"optimize": True})
        pyplot.close(axes.figure)

    for name, series in results.get("history", {}).get("series", {}).items():
        axes = _lines(
            pyplot, series, f"History of a conversation, {_KEPT.get(name, name)}", "KB of history", marker=None
        )
        axes.set_xscale("log")
        axes.set_yscale("log")
        save(f"history-{name.replace(' ', '-')}", axes)
    for series in results.get("cpu", {}).get("series", {}).values():
        title = "CPU of a turn, no tools, whole conversation"
        axes = _lines(pyplot, series, title, "ms of the worker's CPU", marker="o")
        axes.set_ylim(bottom=0)
        save("cpu", axes)
    for name in ("replay", "memory"):
        if figures := results.get(name, {}).get("figures"):
            save(name, _bars(pyplot, results[name]["title"], figures[0]))
    return files


def _lines(pyplot: Any, series: Mapping[str, Any], title: str, label: str, *, marker: str | None) -> Any:
    _, axes = pyplot.subplots(figsize=(7, 4.5))
    for variant, points in series.items():
        turns, values = zip(*points, strict=True)
        axes.plot(turns, values, label=variant, color=_COLOURS[variant], marker=marker, markersize=4)
    axes.set(title=title, xlabel="turn", ylabel=label)
    axes.grid(alpha=0.3, which="both")
    return axes


def _bars(pyplot: Any, title: str, figure: Mapping[str, Any]) -> Any:
    _, axes = pyplot.subplots(figsize=(5, 4.5))
    values = {name: value for name, value in figure["values"].items() if isinstance(value, (int, float))}
    bars = axes.bar(list(values), list(values.values()), color=[_COLOURS[name] for name in values], width=0.6)
    axes.bar_label(bars, fmt="{:,.0f}", padding=3)
    axes.set(title=f"{title}:\n{figure['what']}", ylabel=figure["unit"])
    return axes


def import_pyplot() -> Any:
    """Matplotlib's pyplot, or the end of the process with what to install."""
    try:
        import matplotlib  # pyright: ignore[reportMissingImports]

        matplotlib.use("agg")
        import matplotlib.pyplot  # pyright: ignore[reportMissingImports]
    except ImportError:
        sys.exit("The charts need matplotlib: .venv/bin/pip install matplotlib")
    return matplotlib.pyplot
