"""A typed object as an agent's answer."""
