"""Agents in workflows of their own: `call` (what crosses), `agent` (the parent's side), `tool` (it as a tool)."""
