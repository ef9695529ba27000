"""Samples of agents on Temporal; `python -m samples hello_world` runs one with a server and a worker of its own."""
