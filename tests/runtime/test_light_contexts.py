"""What codecs and external storage are told about each payload: the same with the plugin as without."""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import DataConverter, PayloadCodec, SerializationContext, WithSerializationContext
from temporalio.worker.workflow_sandbox import _runner

from strands_temporal._runtime.light_contexts import METHODS

from ..env import Env
from . import context_workflows as wf


class Told(PayloadCodec, WithSerializationContext):
    """Notes to what each payload belongs."""

    def __init__(self, notes: list[tuple[str, str]], context: SerializationContext | None = None) -> None:
        self.notes = notes
        self.context = context

    def with_context(self, context: SerializationContext) -> Told:
        return Told(self.notes, context)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        self.notes += [("encode", f"{self.context} {each.data.decode()}") for each in payloads]
        return list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        self.notes += [("decode", f"{self.context} {each.data.decode()}") for each in payloads]
        return list(payloads)


async def told(env: Env, **options: Any) -> set[tuple[str, str]]:
    """What the codec of a worker is told in one run; how often depends on the tasks that the server makes of it."""
    notes: list[tuple[str, str]] = []
    converter = dataclasses.replace(DataConverter.default, payload_codec=Told(notes))
    worker = await Client.connect(env.client.service_client.config.target_host, data_converter=converter)
    async with env.worker(wf.Belongs, wf.Child, activities=[wf.shout], client=worker, **options):
        handle = await env.start(wf.Belongs.run, id=f"belongs-{env.task_queue}")
        assert await env.result(handle) == ["A", "B", "Cd"]
    return set(notes)


async def test_payloads_belong_to_what_they_belong_to_without_the_plugin(env: Env) -> None:
    without = await told(env, plugins=[])
    assert await told(env) == without
    contexts = {note.split("(")[0] for _, note in without}
    assert contexts >= {"WorkflowSerializationContext", "ActivitySerializationContext"}
    assert any("workflow_id='child-belongs-" in note and '"c"' in note for _, note in without)


@pytest.mark.uncached
async def test_the_sandbox_is_not_entered_for_them(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[str] = []
    run_code = _runner._Instance._run_code

    def noting(self: Any, code: str, **values: Any) -> None:
        codes.append(code)
        run_code(self, code, **values)

    monkeypatch.setattr(_runner._Instance, "_run_code", noting)
    await told(env)
    entered = [method for method in METHODS for code in codes if method in code]
    assert entered == [] and any("activate(" in code for code in codes)
