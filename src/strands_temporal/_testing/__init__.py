"""The parts of `strands_temporal.testing`."""
