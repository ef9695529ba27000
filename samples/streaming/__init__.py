"""A reply that a client reads while it is made."""
