"""A stdio server ends with its worker, however that ends."""

from __future__ import annotations

import os
import shutil

from mcp import StdioServerParameters

_LINUX_TOOL = "setpriv"


def ending_with_its_parent(server: StdioServerParameters) -> StdioServerParameters:
    """The server, told by the system when the thread that has started it ends; as it is where that is not possible.

    Most servers end when they read the end of their input, but not all of them, and not in the middle of a call. A
    worker that is killed can do nothing about it, nor can one that SIGTERM ends with no handler.
    """
    tool = shutil.which(_LINUX_TOOL)
    path = (server.env or {}).get("PATH") or os.environ.get("PATH")
    if tool is None or shutil.which(server.command, path=path) is None:  # which is said where it is started
        return server
    arguments = ["--pdeathsig", "TERM", "--", server.command, *server.args]
    return server.model_copy(update={"command": tool, "args": arguments})
