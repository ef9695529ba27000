"""Approvals: what keeps an interrupted agent's questions and answers, and the helper that asks and waits."""
