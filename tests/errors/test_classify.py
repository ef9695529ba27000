"""The taxonomy, asked about what real clients raise when a server on the wire misbehaves."""

from __future__ import annotations

import asyncio
import email.utils
import ssl
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from strands.types.exceptions import ContextWindowOverflowException, ModelThrottledException

from strands_temporal._failures import LONGEST_RETRY_AFTER, Classification, Verdict, classify, describe

from ..fixtures.providers import (
    Behaviour,
    Cut,
    Error,
    Malformed,
    Raw,
    Reset,
    Silence,
    StreamError,
    Text,
    provider_server,
)
from .activities import PATIENCE, fetch_with_httpx, fetch_with_urllib
from .real_models import MODELS, OVERFLOW, anthropic, bedrock, call, openai

FINAL, TRANSIENT, UNKNOWN = Verdict.FINAL, Verdict.TRANSIENT, Verdict.UNKNOWN
WORDS = "the provider's words"

PROVIDERS = [*MODELS]
CLIENTS = [*PROVIDERS, "httpx", "urllib"]

STATUSES = {
    400: FINAL,
    401: FINAL,
    403: FINAL,
    404: FINAL,
    408: TRANSIENT,
    409: TRANSIENT,
    413: FINAL,
    422: FINAL,
    425: TRANSIENT,
    429: TRANSIENT,
    500: TRANSIENT,
    502: TRANSIENT,
    503: TRANSIENT,
    504: TRANSIENT,
    529: TRANSIENT,
}


async def ask(client: str, url: str, patience: float = PATIENCE) -> Any:
    """One call by a real client."""
    if client == "httpx":
        return await fetch_with_httpx(url, patience)
    if client == "urllib":
        return await asyncio.to_thread(fetch_with_urllib, url, patience)
    return await call(MODELS[client](url, patience))


async def error_of(attempt: Awaitable[Any]) -> Exception:
    """What an attempt raises."""
    try:
        result = await attempt
    except Exception as error:
        return error
    raise AssertionError(f"nothing was raised, and the result was {result!r}")


async def error_after(client: str, behaviour: Behaviour, patience: float = PATIENCE) -> Exception:
    """What a real client raises of a behaviour of the server."""
    async with provider_server(behaviour) as server:
        error = await error_of(ask(client, server.url, patience))
        assert len(server.requests) <= 1, "the client itself tried again"
    return error


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("cut_short", [False, True])
async def test_the_server_speaks_every_providers_format(provider: str, cut_short: bool) -> None:
    async with provider_server(Text("Grüße ✓", cut_short)) as server:
        events = await ask(provider, server.url)
    assert "".join(each["contentBlockDelta"]["delta"]["text"] for each in events if "contentBlockDelta" in each) == (
        "Grüße ✓"
    )
    stops = [each["messageStop"]["stopReason"] for each in events if "messageStop" in each]
    assert stops == ["max_tokens" if cut_short else "end_turn"]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("status", "verdict"), STATUSES.items())
async def test_a_status_decides(client: str, status: int, verdict: Verdict) -> None:
    error = await error_after(client, Error(status, WORDS))
    assert classify(error) == Classification(verdict)
    if client in PROVIDERS:
        assert WORDS in describe(error)


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_load_balancers_error_page_is_transient(client: str) -> None:
    error = await error_after(client, Raw(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"}))
    assert classify(error) == Classification(TRANSIENT)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("behaviour", [Reset(), Reset(after_start=True), Cut()], ids=repr)
async def test_a_lost_connection_is_transient(client: str, behaviour: Behaviour) -> None:
    assert classify(await error_after(client, behaviour)) == Classification(TRANSIENT)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("after_start", [False, True])
async def test_a_time_out_is_transient(client: str, after_start: bool) -> None:
    assert classify(await error_after(client, Silence(after_start), patience=0.3)) == Classification(TRANSIENT)


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_refused_connection_is_transient(client: str) -> None:
    async with provider_server() as server:
        url = server.url
    assert classify(await error_of(ask(client, url))) == Classification(TRANSIENT)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_malformed_stream_is_transient(provider: str) -> None:
    assert classify(await error_after(provider, Malformed())) == Classification(TRANSIENT)


@pytest.mark.parametrize("client", ["anthropic", "httpx", "ollama", "openai"])
async def test_a_broken_compression_is_transient(client: str) -> None:
    error = await error_after(client, Raw(200, b"not gzip", {"Content-Encoding": "gzip"}))
    assert classify(error) == Classification(TRANSIENT)


@pytest.mark.parametrize(
    ("provider", "kind", "verdict"),
    [
        ("anthropic", "overloaded_error", TRANSIENT),
        ("anthropic", "rate_limit_error", TRANSIENT),
        ("anthropic", "api_error", TRANSIENT),
        ("anthropic", "timeout_error", TRANSIENT),
        ("anthropic", "invalid_request_error", FINAL),
        ("anthropic", "authentication_error", FINAL),
        ("anthropic", "an_error_of_next_year", UNKNOWN),
        ("bedrock", "internalServerException", TRANSIENT),
        ("bedrock", "modelStreamErrorException", TRANSIENT),
        ("bedrock", "serviceUnavailableException", TRANSIENT),
        ("bedrock", "throttlingException", TRANSIENT),
        ("bedrock", "validationException", FINAL),
        ("ollama", "ollama's errors have no type", UNKNOWN),
        ("openai", "server_error", TRANSIENT),
        ("openai", "rate_limit_exceeded", TRANSIENT),
        ("openai", "invalid_request_error", FINAL),
        ("openai", 502, TRANSIENT),  # a status as the error's code, as OpenRouter and vLLM send it
        ("openai", 400, FINAL),
    ],
)
async def test_an_error_in_the_stream_is_judged_by_its_type(provider: str, kind: Any, verdict: Verdict) -> None:
    error = await error_after(provider, StreamError(kind, WORDS))
    assert classify(error) == Classification(verdict)
    assert WORDS in describe(error)


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (400, "ThrottlingException", TRANSIENT),
        (400, "ServiceQuotaExceededException", FINAL),
        (403, "ExpiredTokenException", FINAL),
        (403, "InvalidSignatureException", FINAL),
        (403, "UnrecognizedClientException", FINAL),
        (408, "ModelTimeoutException", TRANSIENT),
        (424, "ModelErrorException", TRANSIENT),
        (429, "ModelNotReadyException", TRANSIENT),
    ],
)
async def test_an_aws_code_says_more_than_the_status(status: int, code: str, verdict: Verdict) -> None:
    assert classify(await error_after("bedrock", Error(status, WORDS, kind=code))) == Classification(verdict)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_context_overflow_is_final(provider: str) -> None:
    error = await error_after(provider, OVERFLOW[provider])
    assert isinstance(error, ContextWindowOverflowException)
    assert classify(error) == Classification(FINAL)
    assert OVERFLOW[provider].message in describe(error)


@pytest.mark.parametrize("provider", ["anthropic", "bedrock", "openai"])
async def test_strands_own_throttling_error_keeps_the_providers_delay(provider: str) -> None:
    error = await error_after(provider, Error(429, WORDS, headers={"Retry-After": "2"}))
    assert isinstance(error, ModelThrottledException)
    assert classify(error) == Classification(TRANSIENT, timedelta(seconds=2))


@pytest.mark.parametrize("client", [each for each in CLIENTS if each != "ollama"])  # its errors have no headers
@pytest.mark.parametrize("status", [408, 429, 503, 529])
async def test_the_delay_that_the_server_asks_for_is_kept(client: str, status: int) -> None:
    error = await error_after(client, Error(status, headers={"Retry-After": "7"}))
    assert classify(error) == Classification(TRANSIENT, timedelta(seconds=7))


async def test_a_quota_that_is_used_up_is_final() -> None:
    error = await error_after("openai", Error(429, WORDS, kind="insufficient_quota", headers={"Retry-After": "2"}))
    assert classify(error) == Classification(FINAL)
    assert WORDS in describe(error)


async def test_a_certificate_that_is_not_trusted_is_final(tmp_path: Path) -> None:
    """As a connection error it would be tried for ever."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        for client in ("httpx", "anthropic", "openai"):
            error = await error_of(ask(client, f"https://127.0.0.1:{port}"))
            assert classify(error) == Classification(FINAL), (client, error)
            assert "certificate verify failed" in describe(error)


def self_signed(folder: Path) -> Path:
    """A certificate and its key, that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(certificate.public_bytes(pem) + private)
    return path


async def test_a_final_error_has_no_delay() -> None:
    error = await error_after("anthropic", Error(400, headers={"Retry-After": "7"}))
    assert classify(error) == Classification(FINAL)


@pytest.mark.parametrize(
    ("headers", "delay"),
    [
        ({"Retry-After": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "Retry-After": "2"}, 1.5),
        ({"Retry-After": "86400"}, LONGEST_RETRY_AFTER.total_seconds()),
        ({"Retry-After": "1e400"}, LONGEST_RETRY_AFTER.total_seconds()),
        ({"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}, LONGEST_RETRY_AFTER.total_seconds()),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ({"Retry-After": "0"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": ""}, None),
    ],
    ids=str,
)
async def test_delays_are_read_in_every_form(headers: dict[str, str], delay: float | None) -> None:
    expected = None if delay is None else timedelta(seconds=delay)
    error = await error_after("httpx", Error(429, headers=headers))
    assert classify(error) == Classification(TRANSIENT, expected)


async def test_a_date_is_a_delay() -> None:
    in_half_a_minute = email.utils.formatdate(time.time() + 30, usegmt=True)
    delay = classify(await error_after("httpx", Error(503, headers={"Retry-After": in_half_a_minute}))).retry_after
    assert delay is not None
    assert timedelta(seconds=20) < delay <= timedelta(seconds=30)


def _aws(**session: Any) -> Callable[[str], Any]:
    return lambda url: bedrock(url, session=lambda: boto3.Session(region_name="us-west-2", **session))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda url: anthropic(url, api_key=None), "Could not resolve authentication method"),
        (lambda url: anthropic(url, api_key="sk-ant-secret\n"), "Illegal header value"),
        (lambda url: anthropic("127.0.0.1:1"), "missing an 'http://' or 'https://' protocol"),
        (lambda url: anthropic("http://127.0.0.1:port"), "Invalid port"),
        (lambda url: openai(url, api_key=None), "OPENAI_API_KEY"),
        (lambda url: openai(url, api_key="sk-secret\n"), "Illegal header value"),
        (_aws(), "Unable to locate credentials"),
        (_aws(profile_name="nobody"), "The config profile (nobody) could not be found"),
        (_aws(aws_access_key_id="secret\n", aws_secret_access_key="x"), "Invalid header value"),
        (lambda url: bedrock("nonsense"), "Invalid endpoint: nonsense"),
    ],
)
async def test_a_request_that_cannot_be_sent_is_final(make: Callable[[str], Any], words: str) -> None:
    async def build_and_call(url: str) -> Any:
        return await call(make(url))

    async with provider_server(Text()) as server:
        error = await error_of(build_and_call(server.url))
        assert not server.requests
    assert classify(error) == Classification(FINAL)
    assert words in describe(error)
    assert "secret" not in describe(error)


async def test_a_request_that_the_client_gets_wrong_is_not_tried_for_ever() -> None:
    async def send(url: str) -> None:
        async with httpx.AsyncClient() as client:
            await client.post(url, content=b"longer", headers={"Content-Length": "1"})

    async with provider_server(Text()) as server:
        error = await error_of(send(server.url))
    assert type(error).__name__ == "LocalProtocolError"
    assert classify(error) == Classification(UNKNOWN)


async def test_the_words_of_a_connection_error_are_those_of_its_cause() -> None:
    async with provider_server() as server:
        url = server.url
    assert describe(await error_of(ask("openai", url))) == "ConnectError: All connection attempts failed"
    assert describe(await error_after("openai", Reset())) == "APIConnectionError: Connection error."
