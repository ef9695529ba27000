"""What a call of an MCP tool costs through our activity, beside the same call by a plain activity of one's own."""
