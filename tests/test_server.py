"""The finder of Temporal servers, and the tool that makes sure that there is one to find."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from temporalio.client import Client

from strands_temporal._testing.server import CLI_VERSION, built_cli
from strands_temporal.testing import ServerNotFoundError, find_temporal_cli, temporal_server

pytestmark = pytest.mark.timing

TOOL = Path(__file__).resolve().parent.parent / "tools" / "temporal"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server named for the other tests is not for these: they start their own, or name another."""
    for name in ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_UI_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def no_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Neither a CLI nor a server to find; gives the empty folder that is on PATH."""
    folder = tmp_path / "on-path"
    folder.mkdir()
    monkeypatch.delenv("TEMPORAL_CLI", raising=False)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def no_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's download fails at once (a proxy that refuses connections), and there is no earlier one to reuse."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def executable(path: Path, script: str = "#!/bin/sh\nexit 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)
    return path


def children(name: str) -> list[str]:
    """The processes started by this one whose command line holds a name."""
    table = subprocess.run(["ps", "-A", "-ww", "-o", "ppid=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in table.splitlines() if line.split()[0] == str(os.getpid()) and name in line]


def ensure(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, TOOL / "ensure.py", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)


def test_the_cli_is_looked_for_in_the_environment_then_on_path_then_in_the_cache(
    no_cli: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_temporal_cli() is None
    built = executable(tmp_path / "cache" / "strands-temporal" / f"temporal-{CLI_VERSION}" / "temporal")
    assert find_temporal_cli() == built == built_cli()
    on_path = executable(no_cli / "temporal")
    assert find_temporal_cli() == on_path
    named = executable(tmp_path / "elsewhere" / "temporal-cli")
    monkeypatch.setenv("TEMPORAL_CLI", str(named))
    assert find_temporal_cli() == named


def test_a_file_that_cannot_run_is_not_the_cli(no_cli: Path) -> None:
    (no_cli / "temporal").write_text("notes on temporal things")
    assert find_temporal_cli() is None


async def test_a_wrong_temporal_cli_is_an_error_even_if_there_is_another(
    no_cli: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(no_cli / "temporal")
    missing = str(tmp_path / "missing")
    monkeypatch.setenv("TEMPORAL_CLI", missing)
    with pytest.raises(ServerNotFoundError, match=f"TEMPORAL_CLI is set to '{re.escape(missing)}'.*Set it to.*unset"):
        find_temporal_cli()
    with pytest.raises(ServerNotFoundError, match="TEMPORAL_CLI is set to"):
        async with temporal_server():
            pytest.fail("there is a server")


async def test_a_cli_that_starts_no_server_is_named_in_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = executable(tmp_path / "temporal", "#!/nowhere/sh\n")
    monkeypatch.setenv("TEMPORAL_CLI", str(cli))
    with pytest.raises(ServerNotFoundError, match=rf"{re.escape(str(cli))} did not start .*Set TEMPORAL_CLI to"):
        async with temporal_server():
            pytest.fail("there is a server")


@pytest.fixture(params=["refuses", "is silent"])
def not_a_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address on which connections are refused, or taken and then not answered."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        if request.param == "is silent":
            taken.listen()
        yield f"127.0.0.1:{taken.getsockname()[1]}"


async def test_an_unreachable_temporal_address_is_an_error(not_a_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", not_a_server)
    started = time.monotonic()
    with pytest.raises(ServerNotFoundError, match=f"TEMPORAL_ADDRESS is set to '{not_a_server}'.*Start the server"):
        async with temporal_server():
            pytest.fail("there is a server")
    assert time.monotonic() - started < 10


async def test_a_running_server_is_used_and_not_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    async with temporal_server() as running:
        monkeypatch.setenv("TEMPORAL_ADDRESS", running.address)
        monkeypatch.setenv("TEMPORAL_CLI", "missing")  # which is not even looked at
        async with temporal_server(ui=True) as found:
            assert found == running
        await Client.connect(running.address)
        monkeypatch.setenv("TEMPORAL_NAMESPACE", "of-a-team")
        monkeypatch.setenv("TEMPORAL_UI_URL", "http://ui.example")
        async with temporal_server() as found:
            assert (found.namespace, found.ui_url) == ("of-a-team", "http://ui.example")


def fail() -> None:
    raise LookupError("in the middle")


def cancel() -> None:
    task = asyncio.current_task()
    assert task
    task.cancel()


@pytest.mark.parametrize(
    ("end", "outcome"),
    [(lambda: None, None), (fail, LookupError), (cancel, asyncio.CancelledError)],
    ids=["done", "fails", "is cancelled"],
)
async def test_a_dev_server_stops_when_its_context_ends(
    end: Callable[[], None], outcome: type[BaseException] | None
) -> None:
    address = ""

    async def use() -> None:
        nonlocal address
        async with temporal_server() as server:
            address = server.address
            assert server.ui_url is None
            client = await Client.connect(address, namespace=server.namespace)
            assert (await client.count_workflows()).count == 0
            assert len(children("server start-dev")) == before + 1
            end()
            await asyncio.sleep(0)

    before = len(children("server start-dev"))
    (result,) = await asyncio.gather(asyncio.create_task(use()), return_exceptions=True)
    assert type(result) is (outcome or type(None)), result
    assert len(children("server start-dev")) == before
    host, port = address.split(":")
    assert host == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)


async def test_a_start_that_is_cancelled_leaves_no_server() -> None:
    before = len(children("server start-dev"))
    starting = asyncio.create_task(temporal_server().__aenter__())
    while len(children("server start-dev")) == before:
        assert not starting.done(), "started before it could be cancelled"
        await asyncio.sleep(0)
    starting.cancel()
    (result,) = await asyncio.gather(starting, return_exceptions=True)
    assert isinstance(result, asyncio.CancelledError)
    deadline = time.monotonic() + 10
    while len(children("server start-dev")) > before:
        assert time.monotonic() < deadline, "the server still runs"
        await asyncio.sleep(0.05)


async def test_a_database_outlives_its_server(tmp_path: Path) -> None:
    database, workflow_id = tmp_path / "state.db", f"kept-{uuid.uuid4()}"
    async with temporal_server(database=database) as first:
        client = await Client.connect(first.address, namespace=first.namespace)
        await client.start_workflow("Unknown", id=workflow_id, task_queue=workflow_id)
    port = int(first.address.rpartition(":")[2])
    async with temporal_server(database=database, port=port) as second:
        assert second == first
        client = await Client.connect(second.address, namespace=second.namespace)
        assert (await client.get_workflow_handle(workflow_id).describe()).workflow_type == "Unknown"


async def test_a_dev_server_has_a_web_ui_if_asked() -> None:
    async with temporal_server(ui=True) as server:
        assert server.ui_url

        def page(url: str) -> str:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
                return answer.read().decode()

        assert "<html" in await asyncio.to_thread(page, server.ui_url)


@pytest.mark.usefixtures("no_cli", "no_download")
def test_when_there_is_nothing_the_error_says_what_to_do() -> None:
    program = (
        "import asyncio\n"
        "from strands_temporal.testing import ServerNotFoundError, temporal_server\n"
        "async def main():\n"
        "    async with temporal_server():\n"
        "        pass\n"
        "try:\n"
        "    asyncio.run(main())\n"
        "except ServerNotFoundError as error:\n"
        "    print(error)\n"
    )
    output = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=90
    ).stdout
    assert output.startswith("No Temporal server found, and the Temporal CLI could not be downloaded: ")
    for remedy in ("Install the Temporal CLI", "PATH", "TEMPORAL_CLI", "TEMPORAL_ADDRESS", "`make temporal`"):
        assert remedy in output


def test_importing_the_module_does_not_import_the_test_server_support() -> None:
    program = "import sys, strands_temporal.testing; print('temporalio.testing' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_finder_and_the_build_agree_on_versions() -> None:
    modules = (TOOL / "go.mod").read_text()
    assert f"github.com/temporalio/cli v{CLI_VERSION} " in modules
    (go,) = re.findall(r"^go (\S+)$", modules, re.MULTILINE)
    assert f"needs Go {go} or later" in (TOOL.parent.parent / "src/strands_temporal/_testing/server.py").read_text()


def test_ensure_takes_a_cli_that_is_there(no_cli: Path) -> None:
    cli = executable(no_cli / "temporal")
    done = ensure()
    assert (done.returncode, done.stdout) == (0, f"temporal: using {cli}\n")


@pytest.mark.usefixtures("no_cli", "no_download")
def test_ensure_without_a_cli_a_download_and_go_says_what_to_install() -> None:
    done = ensure()
    assert done.returncode == 1
    assert "the download did not work" in done.stdout
    assert re.search(r"Install the Temporal CLI .*, or install Go \d+\.\d+.* or later\.$", done.stdout.strip())


def test_ensure_tells_why_a_build_failed_and_what_it_takes(no_cli: Path) -> None:
    says = '[ "$1" = version ] && echo "go version go1.19 test/cpu" && exit\necho "invalid go version"\nexit 1'
    executable(no_cli / "go", f"#!/bin/sh\n{says}\n")
    done = ensure("--build")
    assert done.returncode == 1
    assert re.search(r"invalid go version\n.* takes Go \S+ or later \(here: go version go1\.19 test/cpu\)", done.stdout)
    assert list(built_cli().parent.iterdir()) == []


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_stopped_leaves_nothing(stop: signal.Signals, no_cli: Path, tmp_path: Path) -> None:
    go_id = tmp_path / "go-id"
    executable(no_cli / "go", f"#!/bin/sh\necho $$ > {go_id}.new\n/bin/mv {go_id}.new {go_id}\nexec /bin/sleep 600\n")
    command = [sys.executable, TOOL / "ensure.py", "--build"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as building:
        assert building.stdout
        assert "building the Temporal server from source" in building.stdout.readline()
        deadline = time.monotonic() + 10
        while not go_id.exists():
            assert time.monotonic() < deadline, "go was not started"
            time.sleep(0.02)
        building.send_signal(stop)
        building.communicate(timeout=10)
    assert building.returncode == 128 + stop
    with pytest.raises(ProcessLookupError):
        os.kill(int(go_id.read_text()), 0)
    assert list(built_cli().parent.iterdir()) == []
