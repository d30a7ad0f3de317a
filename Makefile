# `make` alone lists what there is. Python 3.11 or newer and make are all that must be there before.

SHELL := /bin/sh
.DEFAULT_GOAL := help

PORT ?= 8000
BIN := .venv/bin
# Younger than what it was made from, it says that nothing has to be installed.
STAMP := .venv/.set-up
# A virtual environment works in the folder it was made in: a copied or moved checkout is set up anew.
ifeq ($(shell grep -sl '$(CURDIR)/.venv/' $(BIN)/pip),)
.PHONY: $(STAMP)
endif

CATALOGUES := $(shell find relay -path '*/translations/*' -name '*.po')
COMPILED := $(CATALOGUES:.po=.mo)

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(STAMP) $(COMPILED) ## Set up .venv (only what has changed)

.PHONY: demo
demo: setup ## Run everything with a sample city and simulated phones (PORT=8000)
	@exec $(BIN)/relay demo --port $(PORT)

.PHONY: test
test: lint types ## Check style, types and import walls, then run all tests
	$(BIN)/pytest -n auto --maxprocesses 4

.PHONY: lint
lint: setup ## Check style and import walls
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

.PHONY: types
types: setup ## Check types
	$(BIN)/mypy

.PHONY: bench
bench: setup ## Run the benchmark
	@set -e; for script in bench/*.py; do echo "$$script"; $(BIN)/python $$script; done

.PHONY: triage-train
triage-train: setup ## Train the learned reader anew and print its figures (half an hour)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m relay.triage.training.train

.PHONY: triage-report
triage-report: setup ## How well labelled reports are read (FILE=reports.jsonl)
	@$(BIN)/python -m relay.triage.report $(or $(FILE),tests/triage/reports.jsonl)

.PHONY: clean
clean: ## Remove .venv, caches and compiled texts; data/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist *.egg-info
	rm -f $(COMPILED)
	find relay workers tests config -name __pycache__ -type d -prune -exec rm -rf {} +

# The newest Python is not always the best supported one: 3.11 first, then upwards. A name may exist and not work
# (version managers leave such), so each is tried.
$(STAMP): pyproject.toml constraints.txt
	@set -e; \
	for name in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	  if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "make: no Python 3.11 or newer was found: install one (for example: apt-get install python3 python3-venv)" >&2; \
	  exit 1; \
	fi; \
	if ! $$python -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	  echo "make: $$python can't make virtual environments: install its venv package (for example: apt-get install python3-venv)" >&2; \
	  exit 1; \
	fi; \
	if ! grep -qs '$(CURDIR)/.venv/' $(BIN)/pip || ! $(BIN)/pip --version >/dev/null 2>&1; then \
	  echo "Making .venv with $$python …"; \
	  $$python -m venv --clear .venv; \
	fi; \
	echo "Installing what the relay needs (the first time this takes a few minutes) …"; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'; \
	touch $@

%.mo: %.po $(STAMP)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
