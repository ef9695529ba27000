"""Stands in for `python -m MODULE ...` where somebody else starts the process, as an MCP client does its server.

Run as `python -I -S launch.py POOL MODULE ARGUMENTS...`: the pool forks the module on the files of this process, which
lasts for as long as it, dies as it does, and hands signals on. It imports next to nothing, so it is there at once.
"""

import json
import os
import signal
import socket
import sys


def ask(
    connection: socket.socket, module: str, arguments: list[str], environment: dict[str, str], files: list[int]
) -> None:
    """Ask a pool for a process."""
    request = {"module": module, "arguments": arguments, "environment": environment}
    line = json.dumps(request).encode() + b"\n"
    connection.sendall(line[socket.send_fds(connection, [line], files) :])


def main(pool: str, module: str, *arguments: str) -> None:
    """Have the module run, and end as it ends."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(pool)
    ask(connection, module, list(arguments), dict(os.environ), [0, 1, 2])
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)  # or nobody would hear that the module has closed them
    answers = connection.makefile("rb")
    pid = int(answers.readline())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: os.kill(pid, received))
    status = int(answers.readline())
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)


if __name__ == "__main__":
    main(*sys.argv[1:])
