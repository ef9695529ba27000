"""Activities as tools, which fail as real code does."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request

import httpx
from temporalio import activity
from temporalio.exceptions import ApplicationError

PATIENCE = 10.0
"""Seconds that a client waits for bytes where a test does not want a time-out."""


async def fetch_with_httpx(url: str, patience: float = PATIENCE) -> str:
    async with httpx.AsyncClient(timeout=patience) as client:
        response = await client.get(url)
        response.raise_for_status()
        return response.text


def fetch_with_urllib(url: str, patience: float = PATIENCE) -> str:
    try:
        with urllib.request.urlopen(url, timeout=patience) as response:
            return response.read().decode()
    except urllib.error.HTTPError as error:
        error.close()
        raise


@activity.defn
async def fetch_page(url: str, patience: float = PATIENCE) -> str:
    """Fetch a page."""
    return await fetch_with_httpx(url, patience)


@activity.defn
async def find_city(name: str) -> str:
    """Find a city."""
    raise ValueError(f"no city {name!r}, at attempt {activity.info().attempt}")


@activity.defn
async def count_stars() -> str:
    """Count the stars."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


@activity.defn
async def book_flight() -> str:
    """Book a flight."""
    raise ApplicationError(f"sold out, at attempt {activity.info().attempt}", type="SoldOut", non_retryable=True)


@activity.defn
async def say_nothing() -> str:
    """Fail without a word."""
    raise RuntimeError


@activity.defn
async def say_nothing_at_all() -> str:
    """Fail without a word, and for good."""
    raise ApplicationError("", non_retryable=True)


ACTIVITIES = [fetch_page, find_city, count_stars, book_flight, say_nothing, say_nothing_at_all]
