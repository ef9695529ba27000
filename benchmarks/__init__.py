"""Benchmarks; each is a command that prints the figures of README and docs, as ratios or differences in one run."""
