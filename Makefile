# Every target works on a fresh clone: what it needs first (a virtual environment, a Temporal server) it makes.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

VERSIONS := 3.10 3.11 3.12 3.13

# The tests start many processes, which would each compile the whole package where nothing is kept.
unexport PYTHONDONTWRITEBYTECODE

# Three processes for each core (tests/conftest.py), which share a server.
EACH_CORE := -n auto --dist worksteal

# What other Pythons and older dependencies could change: CORE in .ci/run, ELSEWHERE in test-all.
CORE := --depth core tests/agent tests/plugin tests/replay tests/runtime tests/structured tests/test_public.py \
    tests/tools/test_tools.py tests/multiagent/test_swarm.py
ELSEWHERE := $(CORE) tests/approvals tests/context tests/errors tests/hooks tests/migration tests/model tests/multiagent \
    tests/sandbox tests/stores tests/streaming tests/support tests/tools tests/tracing tests/long/test_state.py \
    tests/long/test_combined.py tests/mcp/test_connections.py tests/mcp/test_same_as_strands.py tests/mcp/test_tools.py

# $(call runs,PYTHON): PYTHON, if it runs here (a pyenv shim may not) and is new enough.
runs = $(if $(1),$(if $(shell $(1) -c 'import sys; print("yes" if sys.version_info >= (3, 10) else "")' 2>/dev/null),$(1)))
# $(call python,VERSION): the interpreter of this version, on PATH or in pyenv's folder; empty if there is none.
python = $(firstword $(foreach candidate,python$(1) \
    $(wildcard $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions/$(1).*/bin/python),$(call runs,$(candidate))))

# The interpreter of .venv; to have another: make clean, then make PYTHON=... test.
PYTHON = $(or $(firstword $(foreach version,3.11 3.12 3.13 3.10,$(call python,$(version)))),$(call runs,python3))

# The other Pythons here.
version = $(shell $(1) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
OTHERS = $(foreach each,$(filter-out $(call version,$(PYTHON)),$(VERSIONS)),$(if $(call python,$(each)),$(each)))

# $(call make-venv,FOLDER,PYTHON,CONSTRAINTS): a virtual environment with this checkout and all it is developed with.
define make-venv
	@test -n '$(call runs,$(2))' || { echo 'Python 3.10 or later is needed$(if $(2), ($(2) is not)): install it, or name one with make PYTHON=...' >&2; exit 1; }
	@echo 'making $(1) with $(2), a minute or two ...'
	@$(2) -m venv $(1)
	@$(1)/bin/pip install --disable-pip-version-check --progress-bar off -c $(3) -e '.[dev]' | grep --line-buffered -v '^Requirement already'
	@touch $@
endef

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

.venv/ready: pyproject.toml constraints.txt
	$(call make-venv,.venv,$(PYTHON),constraints.txt)

.venv-floor/ready: pyproject.toml constraints.txt constraints-floor.txt
	@mkdir -p .venv-floor
	@# Of two pins of a name the first counts, the floor's.
	@awk -F == '!seen[$$1]++' constraints-floor.txt constraints.txt > .venv-floor/constraints.txt
	$(call make-venv,.venv-floor,$(or $(call python,3.10),$(PYTHON)),.venv-floor/constraints.txt)

.venv-3.%/ready: pyproject.toml constraints.txt
	$(call make-venv,.venv-3.$*,$(call python,3.$*),constraints.txt)

.venv-mcp/ready: constraints-mcp.txt
	@echo 'making .venv-mcp, with an MCP server for the tests ...'
	@$(PYTHON) -m venv .venv-mcp
	@.venv-mcp/bin/pip install --disable-pip-version-check --progress-bar off -q -r constraints-mcp.txt
	@touch $@

.PHONY: venv
venv: .venv/ready ## Make the virtual environment .venv, or bring it up to date

.PHONY: setup
setup: ## Make all that .ci/run needs; with -j 3, at the same time
	@# Not as prerequisites: to know which Pythons are here, each call of make would start all of them.
	@$(MAKE) --no-print-directory server .venv-mcp/ready .venv-floor/ready $(OTHERS:%=.venv-%/ready)

.PHONY: server
server: .venv/ready
	@.venv/bin/python tools/temporal/ensure.py

.PHONY: temporal
temporal: .venv/ready ## Build the Temporal CLI from source into the user's cache folder, once (needs Go)
	@.venv/bin/python tools/temporal/ensure.py --build

.PHONY: test
test: server .venv-mcp/ready ## Run the tests that a change has to pass
	.venv/bin/pytest $(EACH_CORE)

.PHONY: test-all
test-all: server .venv-mcp/ready ## Run all tests, with the workflow cache on and off, on floors and all Pythons; takes hours
	.venv/bin/pytest $(EACH_CORE) --depth all
	$(MAKE) --no-print-directory test-floors test-pythons CORE='$(ELSEWHERE)'

.PHONY: test-floors
test-floors: server .venv-floor/ready ## Run the core of the tests with the oldest dependencies that are allowed, on the oldest Python here
	.venv-floor/bin/pytest $(EACH_CORE) $(CORE)

.PHONY: test-pythons
test-pythons: $(VERSIONS:%=test-python-%) ## Run the core of the tests with each Python from 3.10 to 3.13 but that of .venv

.PHONY: $(VERSIONS:%=test-python-%)
$(VERSIONS:%=test-python-%): test-python-%: server
	@if .venv/bin/python -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "$*")'; then \
	  echo 'Python $*: that of .venv, tested by make test'; \
	elif test -z '$(call python,$*)'; then \
	  echo 'Python $*: none here, NOT TESTED'; \
	else \
	  $(MAKE) --no-print-directory .venv-$*/ready && echo 'Python $*:' && .venv-$*/bin/pytest $(EACH_CORE) $(CORE); \
	fi

.PHONY: migration
migration: server ## Finish workflows that the official plugin left in flight: OFFICIAL=PYTHON names an interpreter with it
	.venv/bin/python -m tests.migration.in_flight $(OFFICIAL)

.PHONY: demo
demo: server ## Run the demo
	@.venv/bin/python -m demo

.PHONY: check
check: .venv/ready ## Check format, lint and types
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/pyright

.PHONY: format
format: .venv/ready ## Format the code and sort the imports
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .

.PHONY: clean
clean: ## Remove everything that the other targets made in this folder
	rm -rf .venv .venv-* .hypothesis .pytest_cache .ruff_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
