"""Tells calls of Strands' own code from calls of the user's.

Strands calls public methods of an agent (`take_snapshot`, `load_snapshot`) for features of its own that have to work in
a workflow, and offers no other way to tell these calls than where they come from.
"""

from __future__ import annotations

import sys

# pyright: reportPrivateUsage=false


def called_from_strands() -> bool:
    """Whether the caller of the calling function is a module of Strands."""
    module: str = sys._getframe(2).f_globals.get("__name__", "")
    return module == "strands" or module.startswith("strands.")
