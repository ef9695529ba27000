"""Activities as tools: `activity_tool` (workflow side), `wire` (what crosses), `results` (what the model reads)."""
