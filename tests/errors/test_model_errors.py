"""Model calls that fail on the wire, seen from a workflow and from the client that started it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias, cast

import pytest
from strands.models import Model
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from strands_temporal import StrandsPlugin
from strands_temporal._failures import UNKNOWN_ERROR_ATTEMPTS
from strands_temporal.testing import Fail, ScriptedModel

from ..env import Env
from ..fixtures.providers import (
    Behaviour,
    Cut,
    Error,
    Malformed,
    ProviderServer,
    Reset,
    Silence,
    StreamError,
    Text,
    Truncated,
    provider_server,
)
from .real_models import MODELS, OVERFLOW
from .workflows import Ask, AskAndCatch, AskSync, Attempts, Question

WORDS = "the provider's words"
ANSWER = "A good answer."
PROVIDERS = [*MODELS]
WITH_DELAYS = ["anthropic", "bedrock", "openai"]

Models: TypeAlias = "dict[str, Callable[[], Any]]"

OFTEN = Attempts()
"""Try again soon, and as often as need be."""

HISTORY = [
    {"role": role, "content": [{"text": f"{role} {number}"}]} for number in range(3) for role in ("user", "assistant")
]


async def outcomes(
    env: Env, models: Models | None, *questions: Question, workflow: Any = Ask
) -> list[str | ApplicationError]:
    """The answers to questions that are asked at the same time, or the failures that the client sees."""

    async def outcome(question: Question) -> str | ApplicationError:
        try:
            return await env.execute(workflow.run, question)
        except WorkflowFailureError as error:
            return cast(ApplicationError, error.cause)

    env.plugin = StrandsPlugin(models=models)
    async with env.worker(workflow):
        return await asyncio.gather(*map(outcome, questions))


async def answer_of(env: Env, question: Question, models: Models | None, workflow: Any = Ask) -> str:
    """The answer to one question."""
    (answer,) = await outcomes(env, models, question, workflow=workflow)
    assert isinstance(answer, str)
    return answer


async def failure_of(env: Env, question: Question, models: Models | None, workflow: Any = Ask) -> ApplicationError:
    """The failure of one workflow, as the client that started it sees it."""
    (error,) = await outcomes(env, models, question, workflow=workflow)
    assert isinstance(error, ApplicationError)
    return error


def real(provider: str, server: ProviderServer, **options: Any) -> Models:
    """A real model under the name `model`."""
    return {"model": lambda: MODELS[provider](server.url, **options)}


def conversation_lengths(server: ProviderServer) -> list[int]:
    """Messages in each request."""
    return [len(request.body["messages"]) for request in server.requests]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_final_error_fails_the_workflow_at_once(provider: str, status: int, env: Env) -> None:
    async with provider_server(Error(status, WORDS)) as server:
        error = await failure_of(env, Question(), real(provider, server))
        await env.check_ended_at_once()
        assert len(server.requests) == 1
    for words in (WORDS, "'model'", "'researcher'"):
        assert words in error.message
    assert error.non_retryable


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
async def test_a_key_that_cannot_be_sent_is_final_and_not_recorded(provider: str, env: Env) -> None:
    async with provider_server(Text(ANSWER)) as server:
        env.plugin = StrandsPlugin(models=real(provider, server, api_key="sk-secret\n"))
        async with env.worker(Ask):
            handle = await env.start(Ask.run, Question())
            with pytest.raises(WorkflowFailureError) as caught:
                await env.result(handle)
    assert isinstance(caught.value.cause, ApplicationError)
    for words in ("Illegal header value", "'model'", "'researcher'"):
        assert words in caught.value.cause.message
    assert "sk-secret" not in str(await handle.fetch_history())


async def test_a_final_error_of_a_sync_call_fails_the_workflow_at_once(env: Env) -> None:
    async with provider_server(Error(401, WORDS)) as server:
        error = await failure_of(env, Question(), real("anthropic", server), AskSync)
        assert len(server.requests) == 1
    assert error.type == "AuthenticationError"
    assert WORDS in error.message


BROKEN_CONNECTIONS: list[Behaviour] = [
    Error(503, WORDS),
    Reset(),
    Reset(after_start=True),
    Cut(),
    Malformed(),
    Silence(),
    Silence(after_start=True),
]

OVERLOADED: dict[str, list[Behaviour]] = {
    "anthropic": [Error(529, "Overloaded"), StreamError("overloaded_error", "Overloaded")],
    "bedrock": [
        Error(400, "Too many requests", kind="ThrottlingException"),
        StreamError("throttlingException", "Too many tokens"),
    ],
    "ollama": [Error(503, "server busy, please try again. maximum pending requests exceeded")],
    "openai": [StreamError("server_error", "The server had an error")],
}


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_transient_errors_are_tried_again(provider: str, env: Env) -> None:
    async with AsyncExitStack() as stack:
        servers = {
            str(behaviour): await stack.enter_async_context(provider_server(behaviour, Text(ANSWER)))
            for behaviour in BROKEN_CONNECTIONS + OVERLOADED[provider]
        }
        models = {name: partial(MODELS[provider], server.url, patience=1) for name, server in servers.items()}
        answers = await outcomes(env, models, *(Question(model=name, attempts=OFTEN) for name in models))
        assert dict(zip(models, answers, strict=True)) == dict.fromkeys(models, ANSWER)
        assert {name: len(server.requests) for name, server in servers.items()} == dict.fromkeys(models, 2)


@pytest.mark.parametrize("provider", ["anthropic", "bedrock"])  # of the others, Strands itself makes a whole message
async def test_a_stream_that_ends_too_soon_is_tried_again(provider: str, env: Env) -> None:
    async with provider_server(Truncated(), Text(ANSWER)) as server:
        assert await answer_of(env, Question(attempts=OFTEN), real(provider, server)) == ANSWER
        assert len(server.requests) == 2


class Endless(Model):
    """A model of a user's own that never says that a message is over."""

    def __init__(self, *events: Any) -> None:
        self.calls = 0
        self.events = events

    def update_config(self, **model_config: Any) -> None: ...

    def get_config(self) -> Any:
        return {}

    def structured_output(self, *args: Any, **kwargs: Any) -> Any: ...

    async def stream(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        self.calls += 1
        for event in self.events:
            yield event


SAID: list[Any] = [
    {"messageStart": {"role": "assistant"}},
    {"contentBlockDelta": {"delta": {"text": ANSWER}}},
    {"contentBlockStop": {}},
]
USAGE = {"metadata": {"usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}, "metrics": {"latencyMs": 1}}}


async def test_a_model_whose_streams_have_no_end_is_not_paid_for_again_and_again(env: Env) -> None:
    """Whatever it yields, and however often the user's policy would try."""
    models = {
        "whole": Endless(*SAID, USAGE),
        "text alone": Endless(*SAID[:2]),
        "nothing": Endless(),
    }
    policies = {"default": None, "often": OFTEN, "ten": Attempts(maximum=10)}
    asked = {
        f"{name}, {policy}": (type(model)(*model.events), policies[policy])
        for name, model in models.items()
        for policy in policies
    }
    served: Models = {name: partial(lambda model: model, model) for name, (model, _) in asked.items()}
    failures = await outcomes(
        env, served, *(Question(model=name, attempts=tries) for name, (_, tries) in asked.items())
    )
    assert {name: model.calls for name, (model, _) in asked.items()} == dict.fromkeys(asked, 2)
    for name, error in zip(asked, failures, strict=True):
        assert isinstance(error, ApplicationError) and error.non_retryable
        assert error.type == "StreamEndedError"
        for words in ("Endless", "messageStop", "connection", f"'{name}'", "'researcher'", "attempt 2", "stopReason"):
            assert words in error.message


async def test_one_attempt_is_one_call_of_a_model_whose_streams_have_no_end(env: Env) -> None:
    model = Endless(*SAID)
    error = await failure_of(env, Question(attempts=Attempts(maximum=1)), {"model": lambda: model})
    assert model.calls == 1 and "messageStop" in error.message


async def test_the_providers_retry_after_is_the_next_delay(env: Env) -> None:
    async with AsyncExitStack() as stack:
        throttled = Error(429, WORDS, headers={"Retry-After": "2"})
        servers = {
            name: await stack.enter_async_context(provider_server(throttled, Text(ANSWER))) for name in WITH_DELAYS
        }
        models = {name: partial(MODELS[name], server.url) for name, server in servers.items()}
        answers = await outcomes(env, models, *(Question(model=name, attempts=OFTEN) for name in models))
        assert answers == [ANSWER] * len(models)
        for server in servers.values():
            first, second = server.requests
            assert 2 <= second.at - first.at < 10


async def test_default_options_try_again(env: Env) -> None:
    async with provider_server(Error(503), Reset(), Text(ANSWER)) as server:
        assert await answer_of(env, Question(), real("openai", server)) == ANSWER
        assert len(server.requests) == 3


async def test_the_default_model_leaves_retries_to_temporal(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    async with provider_server(Error(503), Error(403, WORDS)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        error = await failure_of(env, Question(model=None, attempts=OFTEN), None)
        assert len(server.requests) == 2
    assert error.type == "AccessDeniedException"
    for words in (WORDS, "'bedrock'", "'researcher'"):
        assert words in error.message


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_strands_recovers_from_a_context_overflow(provider: str, env: Env) -> None:
    async with provider_server(OVERFLOW[provider], Text(ANSWER)) as server:
        assert await answer_of(env, Question(history=HISTORY), real(provider, server)) == ANSWER
        before, after = conversation_lengths(server)
    assert before == len(HISTORY) + 1
    assert after < before


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_context_overflow_that_cannot_be_reduced_fails_the_workflow(provider: str, env: Env) -> None:
    async with provider_server(OVERFLOW[provider]) as server:
        error = await failure_of(env, Question(), real(provider, server))
        assert len(server.requests) == 1
    assert error.type == "ContextWindowOverflowException"
    for words in (OVERFLOW[provider].message, "'model'", "'researcher'"):
        assert words in error.message


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_workflow_can_catch_a_context_overflow(provider: str, env: Env) -> None:
    async with provider_server(OVERFLOW[provider]) as server:
        answer = await answer_of(env, Question(), real(provider, server), AskAndCatch)
    assert answer.startswith("overflow: ")


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_reply_that_is_cut_short_fails_the_workflow(provider: str, env: Env) -> None:
    async with provider_server(Text(cut_short=True)) as server:
        error = await failure_of(env, Question(), real(provider, server))
        assert len(server.requests) == 1
    assert error.type == "MaxTokensReachedException"
    assert "maximum token limit" in error.message
    assert "'researcher'" in error.message


async def test_a_workflow_can_catch_a_reply_that_is_cut_short(env: Env) -> None:
    async with provider_server(Text(cut_short=True)) as server:
        answer = await answer_of(env, Question(), real("anthropic", server), AskAndCatch)
    assert answer.startswith("max tokens: ")


@pytest.mark.parametrize("provider", WITH_DELAYS)
async def test_a_workflow_can_catch_throttling(provider: str, env: Env) -> None:
    async with provider_server(Error(429, WORDS)) as server:
        question = Question(attempts=Attempts(maximum=2))
        answer = await answer_of(env, question, real(provider, server), AskAndCatch)
        assert len(server.requests) == 2
    assert answer.startswith("throttled: ")
    assert WORDS in answer


async def test_throttling_that_nobody_catches_fails_the_workflow(env: Env) -> None:
    async with provider_server(Error(429, WORDS)) as server:
        error = await failure_of(env, Question(attempts=Attempts(maximum=2)), real("openai", server))
        assert len(server.requests) == 2
    assert error.type == "ModelThrottledException"
    for words in (WORDS, "'model'", "'researcher'"):
        assert words in error.message


def broken_once(model: Model) -> Callable[[], Model]:
    """A factory that raises when it is first called."""
    outcomes: list[Callable[[], Model]] = [lambda: 1 / 0, lambda: model]  # type: ignore[list-item, return-value]
    return lambda: outcomes.pop(0)()


def raising(error: Exception) -> Callable[[], Model]:
    """A factory that always raises."""

    def factory() -> Model:
        raise error

    return factory


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("claud", ["Unknown model name 'claud'", "'claude', 'gpt'", "'researcher'"]),
        (None, ["without a model name", "'claude', 'gpt'", "'researcher'"]),
    ],
)
async def test_a_wrong_model_name_ends_the_workflow_at_once(name: str | None, words: Sequence[str], env: Env) -> None:
    models = {"gpt": lambda: ScriptedModel([ANSWER]), "claude": lambda: ScriptedModel([ANSWER])}
    error = await failure_of(env, Question(model=name), models)
    await env.check_ended_at_once()
    assert error.type == "ValueError"
    for each in words:
        assert each in error.message


@pytest.mark.uncached
async def test_a_model_name_without_named_models_ends_the_workflow_at_once(env: Env) -> None:
    error = await failure_of(env, Question(model="claude"), None)
    assert error.type == "ValueError"
    assert "'claude'" in error.message
    assert "'bedrock'" in error.message


@pytest.mark.parametrize("mistake", [ImportError("no module named 'anthropic'"), ValueError("no region")], ids=repr)
async def test_a_factory_with_a_mistake_ends_the_workflow_at_once(mistake: Exception, env: Env) -> None:
    error = await failure_of(env, Question(), {"model": raising(mistake)})
    assert error.type == type(mistake).__name__
    assert str(mistake) in error.message
    assert "attempt" not in error.message


async def test_a_factory_that_fails_once_is_called_again(env: Env) -> None:
    models = {"model": broken_once(ScriptedModel([ANSWER]))}
    assert await answer_of(env, Question(attempts=OFTEN), models) == ANSWER


async def test_a_factory_that_returns_no_model_ends_the_workflow_at_once(env: Env) -> None:
    error = await failure_of(env, Question(), {"model": lambda: "claude"})
    assert error.type == "TypeError"
    for words in ("returned str", "'model'", "'researcher'"):
        assert words in error.message


class OddError(Exception):
    """An error that the taxonomy has never heard of."""


async def test_unknown_errors_are_tried_a_few_times(env: Env) -> None:
    odd = OddError("something odd")
    limit = UNKNOWN_ERROR_ATTEMPTS
    always = ScriptedModel([Fail(odd, times=99)])
    to_the_last = ScriptedModel([Fail(odd, times=limit - 1, then=ANSWER)])
    by_the_user = ScriptedModel([Fail(odd, times=99)])
    models: Models = {
        "always": lambda: always,
        "to the last": lambda: to_the_last,
        "by the user": lambda: by_the_user,
        "factory": raising(RuntimeError("no disk")),
    }
    users_limit = Attempts(maximum=limit + 1)
    questions = [Question(model=name, attempts=OFTEN) for name in models]
    questions[2].attempts = users_limit
    failed, answer, failed_by_the_user, no_model = await outcomes(env, models, *questions)

    assert isinstance(failed, ApplicationError)
    assert len(always.requests) == limit
    assert failed.type == "OddError"
    for words in ("something odd", f"at attempt {limit}", "'always'", "'researcher'"):
        assert words in failed.message

    assert answer == ANSWER

    assert isinstance(failed_by_the_user, ApplicationError)
    assert len(by_the_user.requests) == users_limit.maximum
    assert "something odd" in failed_by_the_user.message

    assert isinstance(no_model, ApplicationError)
    assert no_model.type == "RuntimeError"
    for words in ("no disk", f"at attempt {limit}", "'factory'", "'researcher'"):
        assert words in no_model.message


async def test_a_models_own_application_error_keeps_its_say(env: Env) -> None:
    wait = timedelta(seconds=0.3)
    later = ApplicationError("come back later", type="Busy", next_retry_delay=wait)
    never = ApplicationError("never come back", type="Closed", non_retryable=True)
    model = ScriptedModel([Fail(later, then=Fail(never, times=99))])
    error = await failure_of(env, Question(attempts=OFTEN), {"model": lambda: model})
    assert len(model.requests) == 2
    assert error.type == "Closed"
    assert "never come back" in error.message
    assert "'researcher'" in error.message
