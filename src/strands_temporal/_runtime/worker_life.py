"""What a plugin has to know of the life of the worker that it runs.

`async with worker` waits, when it ends, for the worker to have shut down. That is noted where the worker runs; one that
a plugin does not let run would be waited for, for ever. And versions of temporalio that do not wait for plugins cancel
what these do after the worker, and with it the code after the block. Private name of temporalio used here:
`Worker._shutdown_complete_event`.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from temporalio.worker import Worker, WorkerConfig


@contextmanager
def ending_if_not_started(worker: Worker) -> Generator[None, None, None]:
    """Start and run the worker inside of this."""
    try:
        yield
    except BaseException:
        if not worker.is_running:
            worker._shutdown_complete_event.set()
        raise


def waits_for_plugins() -> bool:
    """Whether a plugin may await something when its worker has stopped."""
    return "plugin_shutdown_timeout" in WorkerConfig.__annotations__
