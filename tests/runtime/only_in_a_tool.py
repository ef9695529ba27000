"""Imported by nothing but a sync tool, inside its body, so that the tool's thread loads it."""

from temporalio import workflow

LOADED_IN_SANDBOX = workflow.unsafe.in_sandbox()
