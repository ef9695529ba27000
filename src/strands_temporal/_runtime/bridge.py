"""The sync bridge of one workflow: sync functions and sync calls of agents work on its event loop.

Private parts of temporalio used here: the workflow instance IS the event loop (`_WorkflowInstanceImpl`), it is
`workflow._Runtime.current()` while interceptors are made, and it starts every task of the workflow (main function,
handlers, user code) by its own `create_task`. Replacing two methods on that one object is all the bridge does.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import threading
import weakref
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.bridge.proto.workflow_activation import WorkflowActivation

from .._errors import MissingPluginError, SyncCallError, UnsupportedFeatureError
from .._model.patches import SYNC_TOOLS
from .activation import note_activation
from .driven import SLOW_STEP_SECONDS, Driven
from .light_contexts import answer_outside_the_sandbox
from .read_only import refuse_in_read_only
from .sandbox import DeadlockWatch, Sandbox
from .threads import StepThreads

T = TypeVar("T")

logger = logging.getLogger("strands_temporal")

_IN_INIT = (
    "{} was made in the workflow's __init__, where nothing can wait. Make it in @workflow.run instead; to construct "
    "the agent in __init__ is fine."
)

_ATTRIBUTE = "__strands_temporal_bridge"


class SyncBridges:
    """The bridges of one worker's workflows, and the threads that they share."""

    def __init__(self) -> None:
        self._threads = StepThreads()
        self._bridges: weakref.WeakSet[SyncBridge] = weakref.WeakSet()

    def install(self) -> None:
        """Attach a bridge to the workflow that is being created; called from an interceptor's `init`."""
        bridge = self._add()
        bridge.loop.create_task = bridge.create_task
        bridge.loop.run_in_executor = bridge.run_in_executor
        setattr(bridge.loop, _ATTRIBUTE, bridge)

    def switch_off(self) -> None:
        """Say what is switched off where the loop alone would raise an empty NotImplementedError."""
        loop = self._add().loop
        loop.run_in_executor = _refuse_executor
        setattr(loop, _ATTRIBUTE, None)

    def _add(self) -> SyncBridge:
        bridge = SyncBridge(workflow._Runtime.current(), self._threads)
        instance: Any = bridge.watch.instance
        instance.activate = bridge.activate  # holds the bridge for as long as the workflow is cached
        answer_outside_the_sandbox(instance, bridge.loop)
        self._bridges.add(bridge)
        return bridge

    def close(self) -> None:
        """Evict what the worker has left in its cache, and end the threads; the worker has stopped.

        Temporal does not evict on shutdown: parked threads would wait for ever, and the coroutines of workflows would
        be closed by the garbage collector, out of order and in whatever thread it runs.
        """
        # On a thread of its own, for an activation leaves the calling thread without its running loop.
        thread = threading.Thread(target=self._evict_all, name="strands-temporal-evict")
        thread.start()
        thread.join()
        self._threads.close()

    def _evict_all(self) -> None:
        for bridge in list(self._bridges):
            try:
                bridge.evict()
            except Exception:
                logger.warning("Workflow run %s did not end when its worker stopped", bridge.run_id, exc_info=True)


class SyncBridge:
    """Attached to a workflow's loop; everything it holds ends with that loop."""

    def __init__(self, loop: Any, threads: StepThreads) -> None:
        self.loop = loop
        self.threads = threads
        self.watch = DeadlockWatch()
        self.run_id = self.watch.instance.get_info().run_id
        self.running: Driven | None = None  # steps run one at a time, so there is never more than one
        self.replied_officially = False
        """Whether the latest reply of a model has the official plugin's form, which runs no sync functions."""
        self._sandbox = Sandbox.of_this_thread()
        self._create_task = loop.create_task
        self._activate = self.watch.instance.activate
        self._activating = threading.Lock()

    @staticmethod
    def current() -> SyncBridge | None:
        """The bridge of the workflow whose code is running; None outside workflows and where it is switched off."""
        return getattr(asyncio._get_running_loop(), _ATTRIBUTE, None)

    def create_task(self, coro: Coroutine[Any, Any, T], **options: Any) -> asyncio.Task[T]:
        """`loop.create_task`, with steps that may wait."""
        driven = Driven(coro, self)
        try:
            return self._create_task(driven, **options)
        except BaseException:
            driven.close()  # the workflow is read-only or being evicted
            raise

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Task[T]:
        """`loop.run_in_executor`: the function runs while the workflow waits, so it is deterministic as code inline."""
        if self.replied_officially and not workflow.patched(SYNC_TOOLS):
            raise NotImplementedError  # as it was when this was recorded

        async def call() -> T:
            return func(*args)

        call.__qualname__ = call.__name__ = _name_of(func)
        return self.loop.create_task(call())

    def activate(self, activation: WorkflowActivation) -> Any:
        """`activate` of the workflow instance, one at a time.

        Temporal evicts a workflow after its deadlock detector spoke, on another thread and without waiting for the one
        that is still in the slow step; both together would tear the loop apart.
        """
        with self._activating:
            note_activation(self.loop, activation)
            return self._activate(activation)

    def enter_sandbox(self) -> None:
        """Put this workflow's sandbox in force on the calling thread."""
        Sandbox.adopt(self._sandbox)

    def evict(self) -> None:
        """Unwind the workflow's code as Temporal does when it takes a workflow out of its cache.

        Raises:
            RuntimeError: The code did not end; the message has its stacks.
        """
        if not self.loop._deleting:
            activation = WorkflowActivation(run_id=self.run_id)
            activation.jobs.add().remove_from_cache.SetInParent()
            self.watch.instance.activate(activation)

    def wait_for(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """What `asyncio.run` is to sync code outside a workflow.

        Raises:
            SyncCallError: The caller is in a query handler, an update validator or the workflow's `__init__`, which
                cannot wait. (In `__init__`, a coroutine that finishes without waiting is run.)
        """
        try:
            refuse_in_read_only("A sync call that waits")
        except BaseException:
            coroutine.close()
            raise
        if self.running is not None:
            return self.running.wait_for(coroutine)
        try:
            coroutine.send(None)
        except StopIteration as stop:
            return stop.value
        # It waits. Cancelled and not closed: async generators do not survive being closed in the middle.
        with contextlib.suppress(StopIteration, asyncio.CancelledError):
            coroutine.throw(asyncio.CancelledError())
        coroutine.close()
        raise SyncCallError(_IN_INIT.format("A sync call that waits"))

    def slow_step_message(self, coroutine: Any) -> str:
        info = workflow.info()
        return (
            f"{coroutine.__qualname__!r} has held the workflow thread for {SLOW_STEP_SECONDS:g} s without awaiting "
            f"(workflow {info.workflow_type}, id {info.workflow_id!r}); Temporal fails the workflow task after 2 s. "
            "If it computes long or does I/O, make it an activity: workflow.activity_as_tool(...)."
        )


def _refuse_executor(executor: Any, func: Callable[..., Any], *args: Any) -> Any:
    raise SyncCallError(
        f"{_name_of(func)!r} is a sync function called from async code, as sync tools are, and this worker's "
        "StrandsPlugin(sync_calls=False) switches that off. Write it as async def, or leave sync_calls out."
    )


def refuse_without_plugin(what: str, why: str) -> None:
    """Raise at once in a workflow whose worker has no plugin, where calls would wait for ever.

    Args:
        what: What is made there.
        why: What would come of it.

    Raises:
        MissingPluginError: No plugin has attached or switched off a bridge.
    """
    if workflow.in_workflow() and not hasattr(asyncio.get_running_loop(), _ATTRIBUTE):
        raise MissingPluginError(
            f"{what} was made in a workflow whose worker has no StrandsPlugin, so {why}. "
            "Give the plugin to the worker, Worker(..., plugins=[StrandsPlugin(...)]), or to the worker's client."
        )


def refuse_sync_call(call: str, *, instead: str) -> None:
    """Raise at once where a sync call of an agent could only fail.

    Args:
        call: The call as the user wrote it.
        instead: The line to write.

    Raises:
        SyncCallError: In a query handler, an update validator or `__init__`, or with the bridge switched off.
    """
    refuse_in_read_only(call)
    if not workflow.in_workflow():
        return
    bridge = SyncBridge.current()
    if bridge is not None and bridge.running is None:
        raise SyncCallError(_IN_INIT.format(call))
    if bridge is None:
        raise SyncCallError(
            f"{call} is a sync call, and this worker's StrandsPlugin(sync_calls=False) switches those off. "
            f"Write {instead}, or leave sync_calls out."
        )


def note_reply(*, official: bool) -> None:
    """Note in which form the reply of a model came."""
    if bridge := SyncBridge.current():
        bridge.replied_officially = official


def wait_in_sync_code(call: Callable[[], Coroutine[Any, Any, T]]) -> T | None:
    """Wait for async code from sync code, where that is possible; None where it is not."""
    bridge = SyncBridge.current()
    if bridge is None or bridge.running is None or workflow.unsafe.is_read_only():
        return None
    return bridge.wait_for(call())


def wait_for_activity(call: str, made: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Wait in sync code for what can only be done by an activity.

    Args:
        call: What the user's code came to, for messages.
        made: Makes what is waited for.

    Raises:
        SyncCallError: In a query handler, an update validator or `__init__`, or with the bridge switched off.
        UnsupportedFeatureError: Outside of a workflow.
    """
    refuse_in_read_only(call)
    if not workflow.in_workflow():
        raise UnsupportedFeatureError(f"{call} was called outside of a workflow, where no activity can do it.")
    refuse_io_in_sync_code(call)
    bridge = SyncBridge.current()
    assert bridge is not None
    return bridge.wait_for(made())


def refuse_io_in_sync_code(what: str) -> None:
    """Raise at once where sync code of a workflow cannot wait for an activity.

    Args:
        what: What would have to wait.

    Raises:
        SyncCallError: In the workflow's `__init__`, or with the bridge switched off.
    """
    bridge = SyncBridge.current()
    if bridge is None:
        raise SyncCallError(
            f"{what} waits in sync code for an activity, and this worker's StrandsPlugin(sync_calls=False) switches "
            "that off. Leave sync_calls out."
        )
    if bridge.running is None:
        raise SyncCallError(
            f"{what} waits for an activity, and was called in the workflow's __init__, where nothing can wait. Make "
            "the agent and what it is given in @workflow.run."
        )


def _name_of(func: Callable[..., Any]) -> str:
    # asyncio.to_thread passes partial(context.run, func, ...)
    while isinstance(func, functools.partial):
        func = func.args[0] if func.args and getattr(func.func, "__name__", "") == "run" else func.func
    return getattr(func, "__qualname__", None) or type(func).__qualname__
