"""Makes sure that the tests and the demo can have a Temporal server on this machine.

python tools/temporal/ensure.py           finds a server, else downloads the Temporal CLI, else builds it
python tools/temporal/ensure.py --build   builds the Temporal CLI into the user's cache folder, unless it is there
"""

import argparse
import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from strands_temporal._testing.ending import exit_with
from strands_temporal._testing.server import CLI_VERSION, built_cli
from strands_temporal.testing import ServerNotFoundError, find_temporal_cli, temporal_server

HERE = Path(__file__).resolve().parent
GO_VERSION = re.findall(r"^go (\S+)$", (HERE / "go.mod").read_text(), re.MULTILINE)[0]
PROGRESS_SECONDS = 10


def main() -> None:
    """Does what the command line asks for; exits with a message if there is no way to a server."""
    parser = argparse.ArgumentParser(description="Make sure that there is a Temporal server to use.")
    parser.add_argument("--build", action="store_true", help="build the Temporal CLI from source, unless it is built")
    if parser.parse_args().build:
        build()
    elif address := os.environ.get("TEMPORAL_ADDRESS"):
        say(f"using the server at {address} (TEMPORAL_ADDRESS)")
    elif cli := find_temporal_cli():
        say(f"using {cli}")
    elif not downloaded():
        build()


def downloaded() -> bool:
    """Starts a server once, for which the SDK downloads the Temporal CLI and keeps it for the next start."""
    say("no Temporal CLI found, trying the Temporal SDK's download")

    async def start() -> None:
        async with temporal_server():
            pass

    try:
        asyncio.run(start())
    except ServerNotFoundError as error:
        say(f"the download did not work ({error.__cause__ or error})")
        return False
    say("using the Temporal SDK's download")
    return True


def build() -> None:
    """Builds the Temporal CLI with Go from the versions in go.mod."""
    target = built_cli()
    if target.exists():
        say(f"{target} is built already")
        return
    go = shutil.which("go")
    if not go:
        sys.exit(
            "There is no Temporal CLI, and no Go to build it with. Install the Temporal CLI and put it on PATH "
            f"(or set TEMPORAL_CLI to its path), or install Go {GO_VERSION} or later."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    # All that go writes before it is done, its own temporary files too, goes with this folder.
    with tempfile.TemporaryDirectory(prefix="build-", dir=target.parent) as folder:
        binary, log = Path(folder, "temporal"), Path(folder, "log")
        if run_go(go, binary, log) != 0:
            version = subprocess.run(
                [go, "version"], cwd=folder, env={**os.environ, "GOTOOLCHAIN": "local"}, capture_output=True, text=True
            ).stdout.strip()
            sys.exit(
                f"{last_lines(log, 15)}\nThe Temporal CLI could not be built. That takes Go {GO_VERSION} or later "
                f"(here: {version or go}) and the Go module proxy; instead, you can install the Temporal CLI and put "
                "it on PATH, or set TEMPORAL_CLI to its path."
            )
        binary.replace(target)  # atomic, so a second build at the same time does no harm
    say(f"built {target}")


def run_go(go: str, binary: Path, log: Path) -> int:
    """Runs `go build`, telling how it goes; stops it when this program is stopped."""
    version = f"-X github.com/temporalio/cli/internal/temporalcli.Version={CLI_VERSION}"
    command = [
        go,
        "build",
        "-v",
        "-ldflags",
        f"-s -w {version}",
        "-o",
        str(binary),
        "github.com/temporalio/cli/cmd/temporal",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=HERE,
            env={**os.environ, "GOTMPDIR": str(log.parent)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a process group of its own, to stop it with its compilers
        )
        started = time.monotonic()
        try:
            say("building the Temporal server from source, about 3-6 minutes, once")
            while True:
                try:
                    return process.wait(PROGRESS_SECONDS)
                except subprocess.TimeoutExpired:
                    say(f"building the Temporal server ... {time.monotonic() - started:.0f} s ({last_lines(log, 1)})")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def last_lines(log: Path, count: int) -> str:
    """The end of what go said."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def say(line: str) -> None:
    """Prints a line at once, also into a pipe."""
    print(f"temporal: {line}", flush=True)


def command() -> None:
    """The command; a server that cannot be had is one line."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that `finally` runs
    try:
        main()
    except ServerNotFoundError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    exit_with(command)
