"""A process that tells what it is, and ends or waits: `python -m tests.suite.printing waits`, or `... WORD CODE`."""

import os
import sys
import threading

if __name__ == "__main__":
    if sys.argv[1] == "waits":
        print(os.getpid(), flush=True)
        threading.Event().wait()
    print(__name__, sys.argv[1:], os.environ.get("WORD"))
    print(os.getcwd())  # noqa: PTH109
    print(os.getpid())
    sys.exit(int(sys.argv[2]))
