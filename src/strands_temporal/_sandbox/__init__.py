"""Strands' sandboxes, where an agent's commands run and its files are: used in workflows, at work on workers.

The sandbox in which Temporal runs workflow code is another thing; what is done about that is in `_runtime/sandbox.py`.
"""
