"""The workflow sandbox on a second thread: its imports and restrictions, and its deadlock detector.

Private names of temporalio used here: the sandbox is a set of thread-local overrides (`Importer` and the
`_thread_local_*` objects of `workflow_sandbox._importer`, the in-sandbox flag of `workflow.unsafe`), and the thread
whose frames the deadlock detector shows and interrupts is `_current_thread_id`. temporalio has no way to move either
to another thread, and without them `open`, `random` or an import in a sync tool would escape the sandbox.
"""

# pyright: reportPrivateUsage=false, reportUnknownVariableType=false, reportUnknownMemberType=false
from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from typing import Any

from temporalio import workflow
from temporalio.worker._workflow_instance import WorkflowInstance
from temporalio.worker.workflow_sandbox import _importer

_adopted = threading.local()  # .sandbox: the one this thread has taken over; per thread, never shared


@dataclass(frozen=True)
class Sandbox:
    """What is in force on the workflow thread, to be adopted by a thread that runs its steps."""

    importer: Any
    overrides: list[tuple[Any, Any]] = field(default_factory=list[tuple[Any, Any]])

    @staticmethod
    def of_this_thread() -> Sandbox | None:
        """Capture the sandbox of the calling thread; None outside a sandbox."""
        importer = _importer.Importer.current_importer()
        if importer is None:
            return None
        overrides = [_importer._thread_local_sys_modules, _importer._thread_local_import]
        overrides += [thread_local for _, thread_local, _ in importer.restricted_builtins]
        return Sandbox(importer, [(each, each.maybe_current) for each in overrides])

    @staticmethod
    def adopt(sandbox: Sandbox | None) -> None:
        """Put the sandbox in force on the calling thread, which runs nothing but steps of workflows.

        The overrides are installed process-wide by the workflow thread, which waits meanwhile; only the values are
        per thread. They are left in place, for the thread's next step is most often one of the same workflow.
        """
        if getattr(_adopted, "sandbox", None) is sandbox:
            return
        previous: Sandbox | None = getattr(_adopted, "sandbox", None)
        for override, _ in previous.overrides if previous else ():
            del override.current
        for override, value in sandbox.overrides if sandbox else ():
            override.current = value
        _importer.Importer._thread_local_current.importer = sandbox.importer if sandbox else None
        workflow.unsafe._set_in_sandbox(sandbox is not None)
        _adopted.sandbox = sandbox


class DeadlockWatch:
    """Tells the deadlock detector which thread runs the workflow's code now."""

    def __init__(self) -> None:
        # The sandbox wraps the instance, has its own thread id, and hands neither out: both are callers of the
        # interceptor's init, from where this is made.
        self._instances: list[Any] = []
        frame = sys._getframe(1)
        while frame is not None:
            owner = frame.f_locals.get("self")
            if isinstance(owner, WorkflowInstance) and owner not in self._instances:
                self._instances.append(owner)
            frame = frame.f_back

    @property
    def instance(self) -> WorkflowInstance:
        """The outermost instance: the sandbox where there is one."""
        return self._instances[-1]

    def show(self, thread_id: int | None) -> None:
        """Let the detector see and interrupt the thread with this identifier, or none."""
        for instance in self._instances:
            instance._current_thread_id = thread_id
