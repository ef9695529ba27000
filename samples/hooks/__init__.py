"""Hooks in the workflow and hooks as activities."""
