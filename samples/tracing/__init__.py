"""One trace over a workflow, its agent, the model and a tool."""
