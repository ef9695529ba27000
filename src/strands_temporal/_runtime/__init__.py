"""What a workflow's event loop lacks, and every reach into private names of strands and temporalio.

Each file says which private names it uses and why; `tests/runtime/test_*_names.py` pin them, so that a new
release of a dependency that moves one fails a test and not a user's workflow.
"""
