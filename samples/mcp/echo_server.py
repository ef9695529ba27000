"""An MCP server with one tool, which the worker starts as a process of its own and talks to over stdio."""

try:
    from mcp.server import MCPServer  # mcp 2
except ImportError:
    from mcp.server.fastmcp import FastMCP as MCPServer  # mcp 1  # pyright: ignore[reportAttributeAccessIssue]

server = MCPServer("echo", log_level="WARNING")


@server.tool()
def echo(text: str) -> str:
    """Say it again."""
    return f"Echo: {text}"


if __name__ == "__main__":
    server.run("stdio")
