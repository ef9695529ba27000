"""Variables of the worker's environment: the command gets them, and neither the workflow nor the history does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strands.sandbox import ExecutionResult, OutputFile, Sandbox, StreamChunk
from temporalio.contrib.workflow_streams import WorkflowStreamClient

from strands_temporal import AllowAllWorkerEnvVars, StrandsPlugin, temporal_worker_env_ref
from strands_temporal._errors import InvalidOptionError
from strands_temporal._sandbox.masking import Mask

from . import sandbox_workflows as wf
from .conftest import Box
from .local import Items, lines_of

SECRET = "correct-horse-battery"
SPELL = "import os; s = os.environ['TOKEN']; open('{}', 'w').write(s)"


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(wf.SECRET_NAME, SECRET)


def allowing(box: Box, *names: str, **options: Any) -> None:
    box.plugin(resolvable_worker_env_vars=names or [wf.SECRET_NAME], **options)


async def texts_of(handle: Any) -> str:
    """All that the server keeps of a workflow."""
    return str(await handle.fetch_history()) + (await handle.fetch_history()).to_json()


async def test_the_command_gets_it_and_nobody_else(box: Box, tmp_path: Path) -> None:
    allowing(box)
    env = {"TOKEN": "{ref}", "HEADER": "Bearer {ref}", "PLAIN": "as it is"}
    file = tmp_path / "spelled"
    todo: list[Any] = [
        ("execute", {"command": f'printf "$TOKEN" > {file}; echo "$HEADER; $PLAIN"; echo $TOKEN >&2', "env": env}),
        ("execute_code", {"code": SPELL.format(file.with_name("spelled2")), "language": "python3", "env": env}),
        ("execute", {"command": "echo $TOKEN; sleep 600", "env": env, "timeout": 0.5}),
        ("execute", {"command": "for c in correct-h orse-b attery; do printf $c; sleep 0.1; done", "env": env}),
    ]
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, todo)
        told, code, timed_out, pieces = await box.env.result(handle)
    assert lines_of(file) == lines_of(file.with_name("spelled2")) == [SECRET]
    assert (told["stdout"], told["stderr"]) == ("Bearer ***; as it is\n", "***\n")
    assert code["exit_code"] == 0, code
    assert timed_out["stdout"] == "***\n"
    assert pieces["stdout"] == "***"
    history = await texts_of(handle)
    assert SECRET not in history and temporal_worker_env_ref(wf.SECRET_NAME) in history


class Talkative(Sandbox):
    """A backend that tells the environment wherever it can."""

    async def execute_streaming(self, command: str, *, env: Any = None, **kwargs: Any) -> Items:
        secret = env["TOKEN"]
        if command == "raise":
            raise OSError(7, "docker exec -e TOKEN=", secret) from RuntimeError(secret)
        yield StreamChunk(secret[:5])
        yield StreamChunk(secret[5:], "stdout")
        yield ExecutionResult(0, f"not the stream: {secret}", "", [OutputFile("env", f"TOKEN={secret}".encode())])

    execute_code_streaming = read_file = write_file = remove_file = list_files = execute_streaming  # type: ignore[assignment]


async def test_backends_that_tell_it_are_not_heard(box: Box) -> None:
    allowing(box, sandboxes={"box": lambda context: Talkative()})
    env = {"TOKEN": "{ref}"}
    todo = [("stream", {"command": "run", "env": env}), ("execute", {"command": "raise", "env": env})]
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, todo)
        run, raised = await box.env.result(handle)
    assert run[0]["data"] == "***" and run[-1]["stdout"] == "not the stream: ***"
    assert run[-1]["output_files"][0]["content"] == {"base64": "VE9LRU49Kioq"}  # TOKEN=***
    assert raised["error"] == "OSError" and "***" in raised["says"]
    assert SECRET not in await texts_of(handle)


async def test_subscribers_do_not_get_it_either(box: Box) -> None:
    allowing(box)
    command = "for c in correct-h orse-b attery; do printf $c; sleep 0.3; done; echo; echo $TOKEN"
    async with box.env.worker(wf.Streamed):
        handle = await box.env.start(wf.Streamed.run, command, {"TOKEN": temporal_worker_env_ref(wf.SECRET_NAME)})
        published = ""
        stream = WorkflowStreamClient.create(box.env.client, handle.id)
        async for item in stream.subscribe(["output"], result_type=dict):
            published += item.data["chunk"]["data"]
            if published.endswith("\n***\n"):
                break
        await handle.signal(wf.Streamed.end)
        assert (await box.env.result(handle))["stdout"] == published == "***\n***\n"
    assert SECRET not in await texts_of(handle)


@pytest.mark.parametrize("kind", ["not allowed", "none allowed", "not set"])
async def test_what_cannot_be_resolved_is_said_and_nothing_runs(
    box: Box, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "not set":
        allowing(box)
        monkeypatch.delenv(wf.SECRET_NAME)
    elif kind == "not allowed":
        allowing(box, "ANOTHER", "SANDBOX_TESTS")
    else:
        box.plugin()
    todo = [("execute", {"command": "touch run", "env": {"TOKEN": "x{ref}"}})]
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, todo)
        (outcome,) = await box.env.result(handle)
    assert outcome["error"] == "InvalidOptionError" and "the command was not run" in outcome["says"]
    assert {
        "not set": "that variable is not set in the worker's environment",
        "not allowed": "(allowed: 'ANOTHER', 'SANDBOX_TESTS')",
        "none allowed": "(allowed: none)",
    }[kind] in outcome["says"]
    if kind != "not set":
        assert f"StrandsPlugin(resolvable_worker_env_vars=['{wf.SECRET_NAME}', ...])" in outcome["says"]
    assert not (box.folder / "run").exists()
    assert SECRET not in await texts_of(handle)


@pytest.mark.uncached
async def test_all_variables_can_be_allowed(box: Box) -> None:
    box.plugin(resolvable_worker_env_vars=AllowAllWorkerEnvVars())
    todo = [("execute", {"command": "printf $TOKEN | wc -c", "env": {"TOKEN": "{ref}"}})]
    async with box.env.worker(wf.Direct):
        (outcome,) = await box.env.execute(wf.Direct.run, todo)
    assert int(outcome["stdout"]) == len(SECRET)


@pytest.mark.parametrize("wrong", ["API_KEY", AllowAllWorkerEnvVars, 7, [7], [""], None])
def test_what_is_allowed_is_checked(wrong: Any) -> None:
    with pytest.raises(InvalidOptionError, match=r"StrandsPlugin\(resolvable_worker_env_vars=...\) takes"):
        StrandsPlugin(resolvable_worker_env_vars=wrong)


def test_the_form_of_a_reference_is_for_ever() -> None:
    assert temporal_worker_env_ref("API_KEY") == "temporal.worker_env_ref:{API_KEY}"


@given(
    st.lists(st.text("abc", min_size=6, max_size=9), min_size=1, max_size=3),
    st.lists(st.one_of(st.text("abcd", max_size=12), st.integers(0, 2)), max_size=12),
    st.data(),
)
def test_a_value_is_masked_however_it_comes(values: list[str], parts: list[Any], data: Any) -> None:
    """Texts with values in them, cut anywhere: what is given is what is given of the whole, and has none of them."""
    text = "".join(part if isinstance(part, str) else values[part % len(values)] for part in parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    mask = Mask(values)
    pieces = mask.pieces()
    given_ = [pieces.add(text[start:end]) for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    masked = "".join(given_) + pieces.rest()
    assert not any(value in masked for value in values)
    assert not any(value in mask.text(text) for value in values)


def test_short_values_are_left() -> None:
    assert Mask(["true", "8080"]).text("true: 8080") == "true: 8080"
    assert Mask([]).pieces().add("x") == "x"


def test_a_value_with_a_line_break_at_its_end() -> None:
    """A shell drops it in `$(...)`."""
    assert Mask(["secret-value\n"]).text("a secret-value b") == "a *** b"
