"""What has to be imported before workflows run in the sandbox, since it cannot be imported there.

While a workflow runs, `sys.modules` is temporalio's own mapping. C extensions made by cffi write to it as to a dict,
and raise a SystemError, again at every try. `mcp` 2 imports one such, cryptography, and so do Strands' packages that
import `mcp`: a workflow that imports `strands.vended_tools` when it runs would never get on.
"""

from __future__ import annotations

import importlib
import importlib.util

_EXTENSIONS = ("cryptography.exceptions",)  # the smallest module that loads cryptography's one extension


def load_before_sandboxed() -> None:
    """Import them where they are installed; some 60 ms, once per process."""
    for name in _EXTENSIONS:
        if importlib.util.find_spec(name.partition(".")[0]) is not None:
            importlib.import_module(name)
