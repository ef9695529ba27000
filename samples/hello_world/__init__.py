"""A durable agent in its smallest form."""
