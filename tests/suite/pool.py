"""A process that has imported everything, and forks those that tests kill; run as `python -m tests.suite.pool FD`.

FD is a socket that listens. It takes a connection for each process, with a line of JSON (`module`, `arguments`,
`environment`) and three open files for its input, output and error output. It answers with a line that has the process
id, and when the process has ended with another that has its return code. A process whose connection closes is killed,
and all of them end with the pool, which ends with its standard input.

A forked process shares the seed of its hashes with all others, and has whatever the imports below leave behind. A test
for which that matters asks for a fresh interpreter (`fresh=True`), and `--depth all` has one for each process.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import runpy
import select
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

PRELOADED = (
    "boto3",
    "mcp.server.sse",
    "mcp.server.stdio",
    "openai",
    "opentelemetry.sdk.trace.export",
    "strands.multiagent",
    "strands.session",
    "strands.tools.mcp",
    "strands_temporal.testing",
    "strands_temporal.workflow",
    "temporalio.contrib.opentelemetry",
    "temporalio.testing",
    "temporalio.worker",
    "tests.mcp.more_servers",
    "tests.mcp.servers",
    "tests.work",
    "uvicorn.protocols.http.h11_impl",
)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


class Pool:
    """Forks a process for each connection, and tells how it ended."""

    def __init__(self, listener: socket.socket) -> None:
        self._selector = selectors.DefaultSelector()
        self._children: dict[int, socket.socket] = {}
        self._listener = listener
        self._woken, self._wake = socket.socketpair()
        for each in (self._woken, self._wake):
            each.setblocking(False)

    def serve(self) -> Callable[[], object] | None:
        """Serve until the standard input ends, which gives None; in a forked process, return what it is to run."""
        self._handlers = [signal.signal(each, signal.SIG_IGN) for each in SIGNALS]
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is sys.stdin:
                    self._end()
                    return None
                if key.fileobj is self._woken:
                    self._reap()
                elif key.fileobj is self._listener:
                    if (run := self._fork(self._listener.accept()[0])) is not None:
                        return run
                else:
                    self._let_go(key.data)

    def _fork(self, connection: socket.socket) -> Callable[[], object] | None:
        try:
            request, files = receive(connection)
        except (OSError, ValueError):
            connection.close()
            return None
        pid = os.fork()
        if pid == 0:
            return lambda: self._run(connection, files, **request)
        for each in files:
            os.close(each)
        self._children[pid] = connection
        self._selector.register(connection, selectors.EVENT_READ, pid)
        tell(connection, pid)
        return None

    def _run(
        self,
        connection: socket.socket,
        files: list[int],
        *,
        module: str,
        arguments: list[str],
        environment: dict[str, str],
    ) -> None:
        """Be the process that was asked for."""
        signal.set_wakeup_fd(-1)
        for number, handler in zip(SIGNALS, self._handlers, strict=True):
            signal.signal(number, handler)
        self._selector.close()
        for each in (connection, self._listener, self._woken, self._wake, *self._children.values()):
            each.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = [module, *arguments]
        sys.modules.pop(module, None)  # where it is among the preloaded ones, or runpy would warn of it
        runpy.run_module(module, run_name="__main__", alter_sys=True)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._woken.recv(4096):
                pass
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                if connection := self._children.pop(pid, None):
                    self._selector.unregister(connection)
                    tell(connection, os.waitstatus_to_exitcode(status))
                    connection.close()

    def _let_go(self, pid: int) -> None:
        """Kill a process that nobody waits for any more."""
        connection = self._children.pop(pid, None)
        if connection is None:
            return  # it has ended in this same round
        self._selector.unregister(connection)
        connection.close()
        os.kill(pid, signal.SIGKILL)

    def _end(self) -> None:
        for pid in list(self._children):
            self._let_go(pid)


def tell(connection: socket.socket, number: int) -> None:
    """Send a line with a number to somebody who may be gone."""
    with contextlib.suppress(OSError):
        connection.sendall(b"%d\n" % number)


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """What is to run, and its files."""
    text, files, _, _ = socket.recv_fds(connection, 65536, 3)
    while not text.endswith(b"\n"):
        more = connection.recv(65536)
        if not more:
            raise ValueError("the request ended before its line did")
        text += more
    return json.loads(text), files


def main(listener: str) -> None:
    """Be the pool; in a forked process return, which ends it as its module would end."""
    connections = socket.socket(fileno=int(listener))
    if sys.stdin in select.select([connections, sys.stdin], [], [])[0]:
        return  # no test wanted a process
    for each in PRELOADED:
        __import__(each)
    threads = threading.enumerate()
    assert len(threads) == 1, f"a process with threads cannot be forked: {threads}"
    gc.collect()
    gc.freeze()  # nobody has to look at what was imported, which copies it
    run = Pool(connections).serve()
    if run is not None:
        run()


if __name__ == "__main__":
    main(sys.argv[1])
