# `make help` lists the targets. Everything is installed into .venv; nothing else on the machine is touched.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
FRONTEND := $(shell find frontend -type f -not -path '*/node_modules/*' -not -name '*.tsbuildinfo' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo test e2e check lint types floors migrations frontend wheel schema fuzz lock translations clean

help: ## Show this list
	@grep -E '^[a-z0-9_-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.venv/.uv: requirements/uv.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# What running needs; `make test` adds the rest. The two marks tell whether the environment already holds more.
.venv/.app: .venv/.uv requirements/build.txt
	@if [ ! -e .venv/.dev ]; then $(UV) pip sync --quiet --require-hashes requirements/build.txt; fi
	@touch $@

.venv/.dev: .venv/.uv requirements/dev.txt
	$(UV) pip sync --quiet --require-hashes requirements/dev.txt
	@rm -f .venv/.built
	@touch $@ .venv/.app

.venv/.built: .venv/.app pyproject.toml hatch_build.py requirements/app.in $(FRONTEND)
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.venv/.ready: .venv/.dev .venv/.built
	@touch $@

demo: .venv/.built ## Run the whole platform with example data on this machine
	$(BIN)/haloop demo $(DEMO)

test: .venv/.ready ## Run every test that needs nothing but Python, in parallel
	$(BIN)/pytest -n auto --dist loadfile $(PYTEST)

e2e: .venv/.ready ## Run the browser tests in Chromium
	$(BIN)/python tools/find_chromium.py
	$(BIN)/pytest tests/e2e $(PYTEST)

check: lint types floors migrations frontend test schema wheel e2e ## Run all that CI runs

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

frontend: .venv/.ready ## Check and test the TypeScript and CSS
	cd frontend && PATH="$(CURDIR)/.venv/bin:$$PATH" npm run check && PATH="$(CURDIR)/.venv/bin:$$PATH" npm test

schema: .venv/.ready ## Try the running API against its OpenAPI document
	$(BIN)/python tools/check_schema.py

wheel: .venv/.ready ## Build the wheel, install it into an empty environment, run the demo from an empty folder
	$(BIN)/python tools/check_wheel.py

fuzz: .venv/.ready ## Compare all executions of the matching rule on 100,000 random pairs
	HALOOP_FUZZ_PAIRS=100000 $(BIN)/pytest tests/matching -k differential $(PYTEST)

lock: .venv/.uv ## Lock the dependencies anew (LOCK_ARGS=--upgrade moves versions)
	PATH="$(CURDIR)/.venv/bin:$$PATH" requirements/lock.sh

translations: .venv/.ready ## Bring the catalogue up to date with the texts in the code
	$(BIN)/python tools/translations.py

clean: ## Remove what the targets made
	rm -rf .venv frontend/node_modules src/haloop/static dist build
