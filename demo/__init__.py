"""A durable agent whose worker is killed in the middle of its job, twice: `python -m demo`, from the repository."""
