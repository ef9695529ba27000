"""Approvals: calls that need one, a query and an update for humans, and a deadline, in a few lines."""
