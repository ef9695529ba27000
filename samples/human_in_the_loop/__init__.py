"""A hook that asks a human before a tool runs, answered by a signal."""
