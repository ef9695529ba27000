"""The events by which a tool tells Strands its result, its error or its interrupt.

Strands keeps them in a private module, `strands.types._events`. A tool of a user's may yield plain values instead, but
then neither the exception behind an error nor several interrupts can ride along.
"""

# pyright: reportPrivateUsage=false
from strands.types._events import ToolInterruptEvent, ToolResultEvent

__all__ = ["ToolInterruptEvent", "ToolResultEvent"]
