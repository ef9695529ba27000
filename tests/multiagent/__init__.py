"""Graphs, swarms and agents as tools in workflows."""
