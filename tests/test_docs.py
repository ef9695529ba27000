"""The code in README and docs: every block compiles, the programs among them run, and every link leads somewhere."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]
PAGES += [ROOT / "samples/README.md", *sorted(ROOT.glob("samples/*/README.md"))]


def blocks() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for number, block in enumerate(re.findall(r"```python\n(.*?)```", page.read_text(), re.S), 1):
            yield f"{page.relative_to(ROOT)}#{number}", block


BLOCKS = dict(blocks())


LOAD = """
import importlib, sys, traceback
sys.path.insert(0, ".")
failed = 0
for number, name in enumerate(sys.argv[1:]):
    try:
        importlib.import_module(f"block_{number}")
    except BaseException:
        print(name, traceback.format_exc(), sep="\\n")
        failed = 1
sys.exit(failed)
"""


def test_blocks_load(tmp_path: Path) -> None:
    """The imports of each exist, and its classes, workflows and activities can be defined."""
    assert len(BLOCKS) > 40
    (tmp_path / "workflow.py").write_text(BLOCKS["README.md#1"])
    for number, block in enumerate(BLOCKS.values()):
        (tmp_path / f"block_{number}.py").write_text(block)
    command = [sys.executable, "-W", "error", "-c", LOAD, *BLOCKS]  # one process, for an interpreter takes a second
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_test_in_the_docs_passes(server_address: str, tmp_path: Path) -> None:
    (tmp_path / "block.py").write_text(BLOCKS["docs/testing.md#1"])
    env = {**os.environ, "TEMPORAL_ADDRESS": server_address}
    code = (
        "import runpy\n"
        "from strands_temporal._testing.ending import exit_with\n"
        "exit_with(lambda: runpy.run_path('block.py', run_name='__main__') and 0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, check=True, timeout=60)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_hello_world_of_the_readme_is_that_of_the_samples() -> None:
    sample = (ROOT / "samples/hello_world/workflow.py").read_text()
    body = re.sub(r'^ *""".*?"""\n+', "", sample, flags=re.M).replace('model="sample"', 'model="claude"')
    assert ast.dump(ast.parse(BLOCKS["README.md#1"])) == ast.dump(ast.parse(body))
