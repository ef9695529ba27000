"""Two agents of one workflow, each with a model of its own."""
