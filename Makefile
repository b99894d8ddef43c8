# Everything runs from .venv, which is made from the lock. Only Python (3.11 or newer, with venv) and make are needed.

PYTHON ?= python3
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-strip-extras --python-version 3.11 --no-header

# Two for each processor, as many tests wait for a process or a server. Eight at most: they share a PostgreSQL.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(8, 2 * (os.cpu_count() or 1)))')
TESTS := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
# In CI the same tests also say how much of the bot they reach, which takes them a third longer.
COVERAGE := $(if $(filter true,$(CI)),--cov --cov-report=term-missing:skip-covered --cov-fail-under=97)

.PHONY: demo test test-all test-latency test-lock test-install check bench bench-scale bench-long soak pictures install format lock clean

demo: .venv/runtime  ## a Slack and an Autoenhance of your own, in the browser
	$(BIN)/python app.py demo

test: install  ## what one runs all day: about four minutes on two cores, without network and keys
	$(TESTS) $(COVERAGE) -m "not slow and not registry"

test-all: test  ## the rest too: all of it on PostgreSQL, several processes, the page in a browser, endurance
	$(TESTS) -m "slow and not alone and not registry"
	$(BIN)/python -m pytest -m alone

test-latency: install  ## whether a conversation relies on the order in which Slack and Autoenhance answer
	$(TESTS) tests/conversations --latency -m "not slow"

check: install  ## what CI runs before the tests
	@git log -10 --format=%s 2>/dev/null | awk 'length > 72 {print "A commit subject over 72 characters: " $$0; long = 1} END {exit long}'
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test-lock: install  ## whether an old and the newest pip install the lock; needs an index of packages
	$(BIN)/python -m pytest -m registry

test-install: test-lock  ## the README's first steps on fresh Debians, and the container; needs root and the network
	tests/install/debian.sh
	tests/install/container.sh

bench: install  ## how fast it is beside what one would write without it; writes benchmarks/results.md
	$(BIN)/python -m benchmarks.bench

bench-scale: install  ## how many watches it can carry; a quarter of an hour and two gigabytes of disk
	$(BIN)/python -m benchmarks.scale

bench-long: install  ## half an hour under load: whether memory and handles stay level; writes benchmarks/living.md
	$(BIN)/python -m benchmarks.living

soak: install  ## a quarter of an hour of load, faults and kill -9. Counts whether every promise was kept
	$(BIN)/python -m benchmarks.soak

pictures: install  ## every card and the page as PNG, into docs/pictures; needs a Chromium
	$(BIN)/python -m tests.pictures

format: install
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

install: .venv/installed

# The lock is complete, so pip looks up nothing: an older pip would refuse a package's extra for want of a hash.
LOCKED := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Order Desk needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments here; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/runtime: requirements-pictures.txt | .venv/bin/python
	$(LOCKED) -r requirements-pictures.txt
	@touch $@

.venv/installed: requirements-dev.txt | .venv/bin/python
	$(LOCKED) -r requirements-dev.txt
	@touch $@

lock: install  ## after a change of the dependencies in pyproject.toml
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --extra postgres -c requirements.txt -o requirements-postgres.txt
	$(COMPILE) pyproject.toml --extra pictures -c requirements.txt -o requirements-pictures.txt
	$(COMPILE) pyproject.toml --extra postgres --extra pictures --group dev -c requirements-postgres.txt -c requirements-pictures.txt -o requirements-dev.txt

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache docs/pictures/all
