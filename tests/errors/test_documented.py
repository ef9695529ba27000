"""Every public exception is in docs/errors.md."""

from __future__ import annotations

import inspect
from pathlib import Path

from strands_temporal import _errors

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"


def test_every_class_is_on_the_page() -> None:
    classes = inspect.getmembers(_errors, lambda each: inspect.isclass(each) and each.__module__ == _errors.__name__)
    text = PAGE.read_text()
    assert len(classes) > 15
    assert [name for name, _ in classes if f"`{name}`" not in text] == []
