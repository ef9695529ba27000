"""Finds a Temporal server for tests and demos: one that runs already, or a dev server that stops with its context."""

from __future__ import annotations

import asyncio
import inspect
import os
import shutil
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from temporalio.testing import WorkflowEnvironment

CLI_VERSION = "1.8.2"
"""The version of the Temporal CLI that `make temporal` builds, the one in tools/temporal/go.mod."""

_LOOPBACK = "127.0.0.1"
_CONNECT_SECONDS = 5
_STARTUP_SECONDS = 30  # a dev server is up within a second, unless the machine is busy with many tests
_DOWNLOAD_SECONDS = 60

_REMEDY = (
    "Install the Temporal CLI and put it on PATH, or set TEMPORAL_CLI to its path, "
    "or set TEMPORAL_ADDRESS to the host:port of a running server, "
    "or in a checkout of strands-temporal run `make temporal` (needs Go 1.26.4 or later)."
)


class ServerNotFoundError(RuntimeError):
    """There is no Temporal server to use; the message says what was tried and what to do."""


@dataclass(frozen=True)
class TemporalServer:
    """A Temporal server that answers.

    Attributes:
        address: Its `host:port`, for `Client.connect`.
        namespace: The namespace to use there.
        ui_url: Where its web UI is, if it has one that is known.
    """

    address: str
    namespace: str
    ui_url: str | None


@asynccontextmanager
async def temporal_server(
    *, ui: bool = False, database: Path | None = None, port: int | None = None
) -> AsyncGenerator[TemporalServer, None]:
    """Gives a Temporal server for as long as the context lasts.

    The first of these that there is:

    1. the running server at `TEMPORAL_ADDRESS`, with `TEMPORAL_NAMESPACE` and `TEMPORAL_UI_URL` if they are set. It is
       used as it is, so the arguments below do nothing, and it is never stopped;
    2. a dev server of the `temporal` binary that `find_temporal_cli` finds;
    3. a dev server of the binary that the Temporal SDK downloads.

    A dev server listens on the loopback address only and stops when the context ends, however it ends.

    Args:
        ui: Whether the dev server has a web UI, on a free port.
        database: The file in which the dev server keeps its state; without it, the state ends with the server.
        port: The port of the dev server; without it, a free one.

    Yields:
        The server.

    Raises:
        ServerNotFoundError: There is none, or the one that the environment names does not work.
    """
    if address := os.environ.get("TEMPORAL_ADDRESS"):
        yield await _running_server(address)
        return
    ui_port = _free_port() if ui else None
    environment = await _start_dev_server(database=database, port=port, ui_port=ui_port)
    try:
        client = environment.client
        yield TemporalServer(
            address=client.service_client.config.target_host,
            namespace=client.namespace,
            ui_url=f"http://{_LOOPBACK}:{ui_port}" if ui_port else None,
        )
    finally:
        await environment.shutdown()


def find_temporal_cli() -> Path | None:
    """Finds the Temporal CLI: `TEMPORAL_CLI`, `temporal` on `PATH`, or the one that `make temporal` built.

    Returns:
        The path of the binary, or None if there is none.

    Raises:
        ServerNotFoundError: `TEMPORAL_CLI` is set, but names no executable file.
    """
    if named := os.environ.get("TEMPORAL_CLI"):
        found = shutil.which(named)
        if not found:
            raise ServerNotFoundError(
                f"TEMPORAL_CLI is set to {named!r}, but that is no executable file. "
                "Set it to the path of the Temporal CLI, or unset it to have one found."
            )
    else:
        found = shutil.which("temporal") or shutil.which("temporal", path=str(built_cli().parent))
    return Path(found).absolute() if found else None


def built_cli() -> Path:
    """The place in the user's cache folder of the CLI that `make temporal` builds; there may be nothing yet."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "strands-temporal" / f"temporal-{CLI_VERSION}" / "temporal"


async def _running_server(address: str) -> TemporalServer:
    from temporalio.client import Client

    server = TemporalServer(
        address=address,
        namespace=os.environ.get("TEMPORAL_NAMESPACE") or "default",
        ui_url=os.environ.get("TEMPORAL_UI_URL") or None,
    )
    try:
        await asyncio.wait_for(Client.connect(server.address, namespace=server.namespace), _CONNECT_SECONDS)
    except (RuntimeError, ValueError, asyncio.TimeoutError) as error:
        reason = str(error) or f"no answer within {_CONNECT_SECONDS} seconds"
        raise ServerNotFoundError(
            f"TEMPORAL_ADDRESS is set to {address!r}, but no Temporal server can be reached there: {reason}. "
            "Start the server, set TEMPORAL_ADDRESS to its host:port, or unset it to have a dev server started."
        ) from error
    return server


async def _start_dev_server(*, database: Path | None, port: int | None, ui_port: int | None) -> WorkflowEnvironment:
    from temporalio.testing import WorkflowEnvironment  # here, because few importers of this module start a server

    cli = find_temporal_cli()
    # The cast: the SDK declares one of the parameters as a generic class without its argument.
    start_local = cast("Callable[..., Awaitable[WorkflowEnvironment]]", WorkflowEnvironment.start_local)  # pyright: ignore[reportUnknownMemberType]
    options: dict[str, Any] = {}
    if "dev_server_startup_timeout" in inspect.signature(start_local).parameters:  # in older SDKs it is 5 seconds
        options["dev_server_startup_timeout"] = timedelta(seconds=_STARTUP_SECONDS)
    start = start_local(
        ip=_LOOPBACK,
        port=port,
        ui=ui_port is not None,
        ui_port=ui_port,
        dev_server_existing_path=str(cli) if cli else None,
        dev_server_database_filename=str(database) if database else None,
        dev_server_log_level="never",
        dev_server_extra_args=["--output", "none"],  # its banner would stand between the lines of a demo
        **options,
    )
    starting = asyncio.ensure_future(start)
    try:
        return await asyncio.wait_for(asyncio.shield(starting), _DOWNLOAD_SECONDS)
    except asyncio.CancelledError:
        # In older SDKs a start that is cancelled leaves its server running; so, but for a download, it is let start.
        if cli:
            await asyncio.wait([starting])
            if not starting.exception():
                await starting.result().shutdown()
        raise
    except (RuntimeError, asyncio.TimeoutError) as error:
        reason = str(error) or f"not done within {_DOWNLOAD_SECONDS} seconds"
        if cli:
            raise ServerNotFoundError(
                f"{cli} did not start a Temporal server: {reason}. What it said itself is on standard error. "
                "Set TEMPORAL_CLI to a Temporal CLI that works, or TEMPORAL_ADDRESS to the host:port of a server."
            ) from error
        raise ServerNotFoundError(
            f"No Temporal server found, and the Temporal CLI could not be downloaded: {reason}. {_REMEDY}"
        ) from error
    finally:
        starting.cancel()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return probe.getsockname()[1]
