"""A tool in Strands' module form."""

from typing import Any

TOOL_SPEC = {
    "name": "module_tool",
    "description": "A tool that is a module.",
    "inputSchema": {"json": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}},
}


def module_tool(tool: Any, **kwargs: Any) -> Any:
    return {
        "toolUseId": tool["toolUseId"],
        "status": "success",
        "content": [{"text": f"module {tool['input']['text']}"}],
    }
