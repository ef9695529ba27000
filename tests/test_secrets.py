"""What is a secret: one rule for what is recorded of a configuration, shown in summaries, taken as a context."""

from __future__ import annotations

import ast
import importlib.util
import inspect
from pathlib import Path
from typing import Any

import anthropic
import boto3
import ollama
import openai
import pytest
from anthropic.types import message_create_params
from botocore.config import Config
from openai.types.chat import completion_create_params
from openai.types.responses import response_create_params

from strands_temporal import TemporalMCPClient, _summaries
from strands_temporal._model.facts import ModelFacts
from strands_temporal._secrets import MASK, has_secret_form, is_secret, without_secrets
from strands_temporal._summaries import of_tool_call

from .model.factual import FactualModel

HIDDEN = "hunter2zzz9"

SECRET_NAMES = """
password passwd passphrase pwd pass db_password db_pass dbPassword PASSWORD user.password secret client_secret secrets
token tokens authToken authtoken auth_token access_token id_token refreshToken session_token csrfToken JWTToken jwt
api_key apiKey apikey API_KEY X-Api-Key APIKey api_keys access_key aws_access_key_id AWSSecretKey accessKey account_key
private_key ssh_key signing_key encryption_key subscription_key shared_access_key webhook_key admin_api_key license_key
connection_string connectionString conn_str credentials creds authorization Authorization proxy-authorization auth oauth
bearer headers extra_headers default_headers HTTPHeaders cookie cookies signature X-Amz-Signature sas otp pin cvv ssn
iban session_id sessionId card_number
"""

OTHER_NAMES = """
author authors pinned keyboard primary_key cache_key prompt_cache_key key keys monkey spinner tokenizer city passenger
passport secretary session sessions header compass bypass tokenization max_tokens maxTokens
max_new_tokens max_completion_tokens max_output_tokens maxOutputTokens min_tokens n_tokens budget_tokens
cache_read_input_tokens token_count token_limit token_budget use_native_token_count stop_token_ids eos_token pad_token
skip_special_tokens stop_sequences secret_name secret_arn token_type signature_version credentials_path key_id model_id
"""

SECRET_TEXTS = [
    f"sk-ant-{HIDDEN}-abc",
    "sk-ant-api03-AAAAAAAAAAAA",
    f"sk_live_{HIDDEN}",
    "AKIAHUNTER2ZZZ9HUNTER",
    "ASIAHUNTER2ZZZ9HUNTER",
    f"ghp_{HIDDEN}{HIDDEN}",
    f"github_pat_{HIDDEN}",
    f"glpat-{HIDDEN}",
    f"xoxb-{HIDDEN}",
    f"AIza{HIDDEN}{HIDDEN}",
    f"hf_{HIDDEN}{HIDDEN}",
    f"whsec_{HIDDEN}",
    f"eyJ{HIDDEN}.{HIDDEN}.{HIDDEN}",
    f"Bearer {HIDDEN}",
    f"Authorization: Basic {HIDDEN}",
    f"-----BEGIN RSA PRIVATE KEY-----\n{HIDDEN}\n{HIDDEN}",
    f"https://me:{HIDDEN}@example.org/v1",
    f"https://me:p@{HIDDEN}@example.org/v1",
    f"postgres://me:{HIDDEN}/{HIDDEN}@db:5432/x",
    f"redis://:{HIDDEN}@db",
    f"https://{HIDDEN}@example.org/v1",
    f"https://example.org/?a=1&api_key={HIDDEN}&b=2",
    f"https://example.org/?key={HIDDEN}",
    f"https://example.org/?X-Amz-Signature={HIDDEN}",
    f"https://hooks.slack.com/services/{HIDDEN}",
    f"Server=db;User=me;Password={HIDDEN}",
    f"AccountName=x;AccountKey={HIDDEN}",
    f'{{"api_key": "{HIDDEN}"}}',
]

SAID = [
    *(f"my password is {HIDDEN}", f"the api key is: {HIDDEN}", f"token: {HIDDEN}", f"note: pwd: {HIDDEN}"),
    *(f"mysql --password {HIDDEN} -h x", f"curl -H 'X-Api-Key: {HIDDEN}'", f"password: 'so {HIDDEN}'"),
]
"""What a text says to be a secret, in words."""

OTHER_TEXTS = [
    *(
        "https://example.org:8080/v1?max_tokens=5",
        "http://host:8080/a@b",
        "write to me@example.org",
        "asiapacificregion",
    ),
    *("max_tokens: 100, tokens: 5", "the token is expired", "a password", "author=ada", "task-oriented-programming"),
    *("12:30", "s3://bucket/key", "gpt-4o", "anthropic.claude-sonnet-4-20250514-v1:0", "basic training", "stop at END"),
    *("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude", "secret_name=db"),
]


def config_of(config: dict[str, Any]) -> dict[str, Any]:
    return ModelFacts.of(FactualModel([], config)).config


@pytest.mark.parametrize("name", SECRET_NAMES.split())
def test_a_secret_name_is_hidden_everywhere(name: str) -> None:
    for given in (HIDDEN, [HIDDEN], {"x": HIDDEN}):
        assert config_of({"a": 1, name: given, "params": {name: given}}) == {"a": 1, "params": {}}
        summary = of_tool_call("t", {name: given})
        assert summary == f"t({name}={MASK})"
        with pytest.raises(ValueError, match="looks like a secret"):
            TemporalMCPClient("tenants", context={name: given})


@pytest.mark.parametrize("name", OTHER_NAMES.split())
def test_other_names_are_shown(name: str) -> None:
    given = {name: "v"}
    assert config_of(given) == given
    assert of_tool_call("t", given) == f"t({name}=v)"
    assert TemporalMCPClient("tenants", context=given).context == given


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        *(("pin", True, False), ("auth", None, False), ("use_token", False, False), ("tokens", 5, False)),
        *(
            ("tokens", 0.5, False),
            ("tokens", "a", True),
            ("pin", 1234, True),
            ("token", 123456, True),
            ("otp", 1, True),
        ),
    ],
)
def test_a_flag_or_a_count_is_no_secret(name: str, value: Any, secret: bool) -> None:
    assert is_secret(name, value) is secret
    assert (name not in config_of({name: value})) is secret


@pytest.mark.parametrize("text", SECRET_TEXTS)
def test_a_secret_form_is_hidden_everywhere(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_summaries, "_VALUE", 200)  # not cut off by chance
    monkeypatch.setattr(_summaries, "LENGTH", 200)
    for given in (text, f"so: {text}"):
        config = config_of({"x": given, "list": [given], "data": given.encode(), given: 1})
        assert set(config) == {"x", "list"} and config["list"] == [config["x"]]
        for shown in (
            config["x"],
            without_secrets(given),
            of_tool_call("t", {"a": given}),
            of_tool_call("t", {given: 1}),
        ):
            assert HIDDEN not in shown.lower() and "AAAA" not in shown and "***" in shown, shown
        with pytest.raises(ValueError, match=r"context\['a'\] looks like a secret"):
            TemporalMCPClient("tenants", context={"a": given})
    assert has_secret_form(text)


@pytest.mark.parametrize("text", SAID)
def test_what_a_text_says_to_be_a_secret_is_masked(text: str) -> None:
    assert HIDDEN not in without_secrets(text) and MASK in without_secrets(text)
    assert TemporalMCPClient("tenants", context={"a": text}).context == {"a": text}  # it may be prose


@pytest.mark.parametrize("text", OTHER_TEXTS)
def test_other_texts_are_shown(text: str) -> None:
    assert without_secrets(text) == text and not has_secret_form(text)
    assert config_of({"x": text}) == {"x": text}


def test_only_the_secret_of_an_address_is_masked() -> None:
    assert without_secrets("https://me:hush@h/v1?a=1&api_key=abc&b=2#c") == "https://***@h/v1?a=1&api_key=***&b=2#c"
    assert without_secrets("post Authorization: Bearer abcdefgh to h") == "post Authorization: *** to h"


@pytest.mark.parametrize(
    "text", ["a:", "://a:", "k-", "a b: ", 'password="', "pass is ", "--a ", "token=", "tokens: 1 "]
)
def test_a_long_text_takes_no_longer_for_each_letter(text: str) -> None:
    """Such as a prompt in a configuration: nothing is gone through again for each of its letters."""
    assert len(without_secrets(text * 20_000)) > 0


def test_a_configuration_that_holds_itself_is_cut_off() -> None:
    config: dict[str, Any] = {"a": 1}
    config["itself"] = [config]
    found: Any = config_of(config)
    for _ in range(20):
        assert found["a"] == 1
        found = found["itself"][0]


# The configurations of Strands' providers, read from their source: most of their SDKs are not installed.

MODELS = Path(importlib.util.find_spec("strands.models").submodule_search_locations[0])  # type: ignore[union-attr,index]


def documented_keys(file: Path) -> set[str]:
    """The keys of a provider's TypedDicts of its configuration, and the parameters that their docstrings list."""
    keys: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ClassDef) and node.name.endswith(("Config", "Schema")):
            keys |= {each.target.id for each in node.body if isinstance(each, ast.AnnAssign)}  # type: ignore[union-attr]
            lines = (ast.get_docstring(node) or "").splitlines()
            listed = (line.strip().removeprefix("- ").split(":")[0] for line in lines if ":" in line)
            keys |= {name for name in listed if name.isidentifier() and name.islower()}
    return keys


PROVIDERS = sorted(file for file in MODELS.glob("*.py") if documented_keys(file) and not file.name.startswith("_"))


def test_all_providers_are_looked_at() -> None:
    named = {file.stem for file in PROVIDERS}
    assert {"anthropic", "bedrock", "gemini", "litellm", "llamaapi", "llamacpp", "mistral", "ollama"} <= named
    assert {"openai", "openai_responses", "sagemaker", "writer"} <= named


@pytest.mark.parametrize("file", PROVIDERS, ids=lambda file: file.stem)
def test_all_of_a_providers_own_configuration_is_shown(file: Path) -> None:
    config = dict.fromkeys(documented_keys(file), "v")
    assert len(config) >= 3
    assert config_of(config) == config


def parameters(function: Any) -> set[str]:
    return set(inspect.signature(function).parameters) - {"self", "kwargs"}


SECRET_ARGUMENTS = {
    *("api_key", "admin_api_key", "webhook_secret", "webhook_key", "auth_token", "credentials", "default_headers"),
    *("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "_token_cache", "auth_scheme_preference"),
    "_enforce_credentials",
    "s3_disable_express_session_auth",
}
"""What clients and requests of providers take that is hidden as text; the last four are no secrets but mostly flags."""

ARGUMENTS: dict[str, set[str]] = {
    "OpenAI": parameters(openai.AsyncOpenAI.__init__),
    "OpenAI, chat": set(completion_create_params.CompletionCreateParamsBase.__annotations__),
    "OpenAI, responses": set(response_create_params.ResponseCreateParamsBase.__annotations__),
    "Anthropic": parameters(anthropic.AsyncAnthropic.__init__),
    "Anthropic, messages": set(message_create_params.MessageCreateParamsBase.__annotations__),
    "Ollama": parameters(ollama.AsyncClient.__init__) | set(ollama.Options.model_fields),
    "AWS": parameters(boto3.Session.client) | set(Config.OPTION_DEFAULTS),
}
"""What they take, by the installed SDKs."""

MORE_ARGUMENTS: dict[str, tuple[str, str]] = {
    "Bedrock, Converse": (
        "",
        "modelId inferenceConfig toolConfig guardrailConfig additionalModelRequestFields promptVariables serviceTier "
        "requestMetadata performanceConfig maxTokens stopSequences temperature topP thinking budget_tokens",
    ),
    "Gemini": (
        "api_key credentials headers",
        "vertexai project location http_options base_url api_version timeout max_output_tokens stop_sequences "
        "response_mime_type safety_settings thinking_config thinking_budget top_k candidate_count cached_content",
    ),
    "LiteLLM": (
        "api_key aws_access_key_id aws_secret_access_key aws_session_token azure_ad_token extra_headers headers "
        "vertex_credentials client_secret",
        "api_base base_url api_version organization max_tokens max_completion_tokens drop_params num_retries fallbacks "
        "aws_region_name aws_profile_name vertex_project vertex_location use_litellm_proxy tenant_id client_id",
    ),
    "Mistral": ("api_key", "server_url timeout_ms retry_config safe_prompt random_seed max_tokens prompt_mode"),
    "SageMaker": ("", "TargetModel TargetVariant InferenceComponentName InferenceId CustomAttributes ContentType"),
    "Writer": ("api_key default_headers", "base_url timeout max_retries default_query max_tokens stream_options"),
    "Llama API": ("api_key default_headers", "base_url timeout max_completion_tokens repetition_penalty"),
    "llama.cpp": ("api_key", "grammar json_schema mirostat n_predict cache_prompt slot_id ignore_eos logit_bias"),
    "OpenAI on Azure": (
        "api_key azure_ad_token azure_ad_token_provider",
        "azure_endpoint azure_deployment api_version",
    ),
    "OpenAI, each request": ("extra_headers", "extra_query extra_body timeout"),
}
"""What others take by their documentation, with what is hidden first: their SDKs are not installed."""


@pytest.mark.parametrize("provider", ARGUMENTS)
def test_what_clients_and_requests_take(provider: str) -> None:
    names = ARGUMENTS[provider]
    assert len(names) >= 10
    shown = dict.fromkeys(names - SECRET_ARGUMENTS, "v")
    found = config_of({"client_args": dict.fromkeys(names, "v"), "params": dict.fromkeys(names, "v")})
    assert found == {"client_args": shown, "params": shown}


@pytest.mark.parametrize("provider", MORE_ARGUMENTS)
def test_what_other_clients_and_requests_take(provider: str) -> None:
    hidden, shown = (dict.fromkeys(names.split(), "v") for names in MORE_ARGUMENTS[provider])
    assert config_of({"client_args": {**hidden, **shown}}) == {"client_args": shown}
