"""A chat that goes on in a new run before its history grows too long."""
