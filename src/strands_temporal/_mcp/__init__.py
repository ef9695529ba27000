"""MCP servers: `client` and `tool` (workflow side), `wire` (what crosses), `activities`, `servers` (of a worker)."""
