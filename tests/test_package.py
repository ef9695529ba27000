"""The wheel: what is in it, and that it works where nothing else of this checkout is."""

import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VERSION = version("strands-temporal")


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout.strip()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dist = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", dist, cwd=ROOT)
    (built,) = dist.iterdir()
    return built


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    assert wheel.name == f"strands_temporal-{VERSION}-py3-none-any.whl"
    source = ROOT / "src"
    package = {
        path.relative_to(source).as_posix()
        for path in (source / "strands_temporal").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    about = f"strands_temporal-{VERSION}.dist-info/"
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in names if not name.startswith(about)} == package
    assert about + "licenses/LICENSE" in names


@pytest.mark.timeout(300)  # installs some fifty packages
def test_the_wheel_works_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--no-compile", "-c", ROOT / "constraints.txt", wheel, cwd=tmp_path)
    (tmp_path / "elsewhere").mkdir()
    program = (
        "import importlib.metadata, pathlib, strands_temporal, strands_temporal.testing, strands_temporal.workflow\n"
        "print(importlib.metadata.version('strands-temporal'), pathlib.Path(strands_temporal.__file__).resolve())"
    )
    installed, file = run(python, "-W", "error", "-c", program, cwd=tmp_path / "elsewhere").split(" ", 1)
    assert installed == VERSION
    assert Path(file).is_relative_to((tmp_path / "venv").resolve())
