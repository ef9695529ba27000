"""The live view: a line per attempt of a step, which changes in place where the output is a terminal."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterable
from typing import TextIO

from .steps import Step

_COLOURS = {"done": "32", "running": "33", "waiting": "2", "KILLED": "1;31", "failed": "1;31"}
_FINAL = ("done", "failed", "KILLED")
_NAME = 40  # columns


class View:
    """Shows the steps of one run.

    On a terminal the steps that are under way are the last lines and are drawn anew at each change; what has ended
    stays above them.
    """

    def __init__(self, out: TextIO) -> None:
        """Create the view.

        Args:
            out: Where to show it; plain text where it is no terminal.
        """
        self._out = out
        self._live = out.isatty()
        self._since = time.time()
        self._shown: set[tuple[str, int, str]] = set()
        self._killed: dict[str, list[str]] = {}  # workers that died in a step, by its id
        self._open: list[str] = []

    def say(self, text: str = "", style: str = "") -> None:
        """Print lines that stay, above the steps under way."""
        self._draw([self._styled(line, style if line else "") for line in text.split("\n")], self._open)

    def event(self, text: str, style: str = "1") -> None:
        """Print what happened, with the time."""
        self.say(f"{self._time()}  {text}", style)

    def steps(self, steps: Iterable[Step], dead: Collection[str] = ()) -> None:
        """Show what has changed.

        Args:
            steps: The run's steps, as the server has them now.
            dead: Workers that were killed.
        """
        ended: list[str] = []
        under_way: list[str] = []
        for step in steps:
            state = step.state
            if state == "running" and step.worker in dead:
                state = "KILLED"
                if step.worker not in (victims := self._killed.setdefault(step.id, [])):
                    victims.append(step.worker)
            line = self._line(step, state)
            if state not in _FINAL:
                under_way.append(line)
            key = step.id, step.attempt, state
            if key not in self._shown and (state in _FINAL or (not self._live and state == "running")):
                self._shown.add(key)
                ended.append(line)
        self._draw(ended, under_way if self._live else [])

    def _line(self, step: Step, state: str) -> str:
        note = ""
        if state == "done":
            note = f"{1000 * (step.ended - step.started):4.0f} ms"
            if victims := self._killed.get(step.id):
                note += f" (an attempt died with {', '.join(victims)})"
        name = step.name if len(step.name) <= _NAME else f"{step.name[: _NAME - 2]}.."
        text = f"{self._time()} {step.id:>3}  {name:<{_NAME}}  attempt {step.attempt or 1}  {step.worker:<8}"
        return self._styled(f"{text}  {state:<7} {note}".rstrip(), _COLOURS[state])

    def _draw(self, lasting: list[str], under_way: list[str]) -> None:
        if not lasting and under_way == self._open:
            return
        up = f"\x1b[{len(self._open)}F\x1b[J" if self._open else ""
        # No more lines than the terminal has, for those that scrolled away cannot be drawn anew.
        self._open = under_way[: shutil.get_terminal_size().lines - 2]
        lines = "".join(f"{line}\n" for line in self._open)
        if lines:
            lines = f"\x1b[?7l{lines}\x1b[?7h"  # clipped at the edge, for a wrapped line would count as two
        self._out.write(up + "".join(f"{line}\n" for line in lasting) + lines)
        self._out.flush()

    def _styled(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._live and style else text

    def _time(self) -> str:
        return f"{time.time() - self._since:5.1f}s"
