"""The worker: it runs the workflow and the model, and connects to the MCP server before it works."""

import asyncio
import contextlib
import os
import sys
from pathlib import Path
from typing import Any

from mcp import StdioServerParameters, stdio_client
from strands.tools.mcp import MCPClient
from temporalio.client import Client
from temporalio.worker import Worker

from samples.mcp.workflow import MCPWorkflow
from samples.models import sample_models
from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedRequest, Step, ToolCall

ECHO_SERVER = Path(__file__).parent / "echo_server.py"


def script(request: ScriptedRequest) -> Step:
    """What the scripted model answers: it calls the server's tool, then tells what it said."""
    if not request.tool_results:
        return ToolCall("echo", {"text": request.text})
    return f"The server said: {request.tool_result()}"


def echo_transport() -> Any:
    """Start the server as a process, and talk to it over stdio."""
    return stdio_client(StdioServerParameters(command=sys.executable, args=[str(ECHO_SERVER)]))


def make_echo_client() -> MCPClient:
    """Make a client for the server; called for each connection."""
    return MCPClient(echo_transport)


async def main() -> None:
    """Run until Ctrl+C."""
    plugin = StrandsPlugin(models=sample_models(script), mcp_clients={"echo": make_echo_client})
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"), plugins=[plugin])
    worker = Worker(client, task_queue="strands-mcp", workflows=[MCPWorkflow])
    print("Worker started. Ctrl+C to exit.")
    await worker.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
