"""How the tests are run: what a run shares, what it leaves to `make test-all`, and what may be run once more."""
