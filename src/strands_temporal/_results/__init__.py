"""Results of agents between processes: `agent_result` (as JSON), `output_class`, `converter`, `checked` (what fits)."""
