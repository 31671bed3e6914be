# `make help` lists the targets. Everything is installed into .venv; nothing else on the machine is touched.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
# Bytecode is written here and now, so that every start is quick, the first one too, also where Python may not write it.
SYNC := $(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python
# With the folders, so that a deleted file counts as a change.
FRONTEND := frontend/. $(shell find frontend -mindepth 1 -name node_modules -prune -o -not -name '*.tsbuildinfo' -print)
# All that CI runs, the quick ones first.
CHECKS := lint types floors migrations frontend test schema wheel e2e bench-smoke chaos-short

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo check checks $(CHECKS) chaos fuzz bench bench-chat bench-recommendations lock translations clean missing

help: ## Show this list
	@grep -E '^[a-z0-9_-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

.venv/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Haloop needs Python 3.11 or newer; name one by PYTHON=…' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' || \
		{ echo 'This Python cannot make environments (Debian and Ubuntu: apt-get install python3-venv).' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# What running needs. Where `make test` has put more, the larger lock is kept to: both name the same versions.
.venv/.app: .venv/.uv requirements/build.txt
	$(SYNC) $(if $(wildcard .venv/.dev),requirements/dev.txt,requirements/build.txt)
	@touch $@

# What the tests and checks need besides. A sync removes the package itself.
.venv/.dev: .venv/.app requirements/dev.txt
	$(SYNC) requirements/dev.txt
	@rm -f .venv/.built
	@touch $@

.venv/.built: .venv/.app pyproject.toml hatch_build.py requirements/app.in $(FRONTEND)
.venv/.built: $(if $(wildcard src/haloop/static/.built-from),,missing)
	$(INSTALL) --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src/haloop
	@touch $@

missing:

.venv/.ready: .venv/.dev .venv/.built
	@touch $@

demo: .venv/.built ## Run the whole platform with example data on this machine
	$(BIN)/haloop demo $(DEMO)

test: .venv/.ready ## Run every test that needs nothing but Python, in parallel
	$(BIN)/pytest -n auto --dist loadfile --ignore tests/e2e $(PYTEST)

e2e: .venv/.ready ## Run the browser tests in Chromium
	$(BIN)/python tools/find_chromium.py
	$(BIN)/pytest tests/e2e $(PYTEST)

check: $(CHECKS) ## Run all that CI runs

checks: ## List what `check` runs
	@echo $(CHECKS)

lint: .venv/.ready ## Lint, format and translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/translations.py --check

types: .venv/.ready ## Check the types
	$(BIN)/mypy

floors: .venv/.ready ## Check that imports run downward only
	$(BIN)/lint-imports

migrations: .venv/.ready ## Upgrade from nothing, and compare models with migrations
	$(BIN)/python tools/check_migrations.py

frontend/node_modules/.package-lock.json: frontend/package-lock.json | .venv/.ready
	$(BIN)/python tools/npm.py ci --no-audit --no-fund
	@touch $@

frontend: frontend/node_modules/.package-lock.json | .venv/.ready ## Check and test the TypeScript and CSS
	$(BIN)/python tools/npm.py run check
	$(BIN)/python tools/npm.py test

schema: .venv/.ready ## Try the running API against its OpenAPI document
	$(BIN)/python tools/check_schema.py

chaos-short: .venv/.ready ## Kill (5 times or more), stop, lock and starve a served platform for three minutes at most
	$(BIN)/python -m chaos --minutes 3 --helpers 300 --kills 10 --seed 1 --time-decides

chaos: .venv/.ready ## The same with 2,000 helpers and 100 kills (CHAOS="--seed 7" passes options on), then overload
	$(BIN)/python -m chaos --minutes 30 --helpers 2000 --kills 100 --seed 1 $(CHAOS)
	$(BIN)/python -m chaos.overload

wheel: .venv/.ready ## Build the wheel, install it into an empty environment, run the demo from an empty folder
	$(BIN)/python tools/check_wheel.py

fuzz: .venv/.ready ## Compare all executions of the matching rule on 100,000 random pairs
	HALOOP_FUZZ_PAIRS=100000 $(BIN)/pytest tests/matching -k differential $(PYTEST)

bench: .venv/.ready ## Measure what everything costs (BENCH="http --scale full --runs 5" chooses)
	$(BIN)/python -m benchmarks $(BENCH)

bench-chat: .venv/.ready ## Measure chat (BENCH="--scale full --runs 5" chooses)
	$(BIN)/python -m benchmarks chat $(BENCH)

bench-recommendations: .venv/.ready ## Measure how good recommendations are, and what the daily run costs (RECOMMENDING="--scale small")
	$(BIN)/python -m benchmarks quality --scale full --runs 5 $(RECOMMENDING)
	$(BIN)/python -m benchmarks recommending --scale full --runs 1 $(RECOMMENDING)

bench-smoke: .venv/.ready ## Run every benchmark once, on little data
	$(BIN)/python -m benchmarks --scale smoke --runs 1

lock: .venv/.uv ## Lock the dependencies anew (LOCK_ARGS=--upgrade moves versions)
	PATH="$(CURDIR)/.venv/bin:$$PATH" requirements/lock.sh

translations: .venv/.ready ## Bring the catalogue up to date with the texts in the code
	$(BIN)/python tools/translations.py

clean: ## Remove what the targets made
	rm -rf .venv frontend/node_modules src/haloop/static dist build
