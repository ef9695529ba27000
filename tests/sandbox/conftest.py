"""A plugin whose sandbox `box` is a folder of the test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from strands_temporal import StrandsPlugin
from strands_temporal.testing import Script, ScriptedModel

from ..env import Env
from .local import FolderSandbox, collect_pipes


class Box:
    """The test's sandbox, and what its factory was told."""

    def __init__(self, env: Env, folder: Path) -> None:
        self.env = env
        self.folder = folder
        self.contexts: list[Any] = []

    def factory(self, context: Any) -> FolderSandbox:
        self.contexts.append(context)
        return FolderSandbox(self.folder)

    def plugin(self, **options: Any) -> StrandsPlugin:
        """Have the test's plugin serve the sandbox, with further options."""
        options = {"sandboxes": {"box": self.factory}, **options}
        self.env.plugin = StrandsPlugin(**options)
        return self.env.plugin

    def model(self, script: Script, **options: Any) -> ScriptedModel:
        """The same with a scripted model."""
        model = ScriptedModel(script)
        self.plugin(models={"scripted": lambda: model}, **options)
        return model


@pytest_asyncio.fixture
async def box(env: Env, tmp_path: Path) -> AsyncIterator[Box]:
    """The test's sandbox."""
    box = Box(env, tmp_path)
    box.plugin()
    yield box
    await collect_pipes()
