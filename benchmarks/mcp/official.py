"""A worker of the official plugin, for its activity: `python -m benchmarks.mcp.official ADDRESS QUEUE SERVER...`."""

import asyncio
import sys
from typing import Any

from mcp import StdioServerParameters, stdio_client
from strands.tools.mcp import MCPClient
from temporalio.client import Client
from temporalio.strands_agents import StrandsPlugin  # type: ignore[import-not-found]
from temporalio.worker import Worker


async def main(address: str, task_queue: str, *command: str) -> None:
    """Work until killed."""
    server = StdioServerParameters(command=command[0], args=list(command[1:]))
    transport: Any = lambda: stdio_client(server)  # noqa: E731
    client = await Client.connect(address)
    plugin = StrandsPlugin(mcp_clients={"echo": lambda: MCPClient(transport)})
    async with Worker(client, task_queue=task_queue, plugins=[plugin]):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
