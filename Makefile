# Every target sets up what it needs first; `make setup` alone does only that.
PYTHON ?= python3
BOOTSTRAP = $(PYTHON) bootstrap.py
BIN = .venv/bin
LOCK = $(BIN)/python -m uv pip compile -q --universal --generate-hashes --no-header --no-annotate -p 3.11

.PHONY: run test bench check schema web setup lock

run: setup
	@$(BIN)/medha serve

test: setup
	$(BIN)/python -m pytest --numprocesses=auto --dist=worksteal

bench: setup
	@for file in tests/benchmarks/bench_*.py; do \
	    $(BIN)/python -m "tests.benchmarks.$$(basename "$$file" .py)" || exit; \
	done

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/medha schema --check
	@test -d web/node_modules || $(BOOTSTRAP) web
	$(BOOTSTRAP) npm run check

# Writes graphql/schema.graphql from the resolvers.
schema: setup
	$(BIN)/medha schema

# Builds web/dist even if it looks up to date.
web:
	@$(BOOTSTRAP) web

setup:
	@$(BOOTSTRAP)

# Writes the locks again after a change in pyproject.toml; LOCKFLAGS=--upgrade takes newer releases.
lock:
	$(LOCK) $(LOCKFLAGS) pyproject.toml --group dev -o requirements.lock
	$(LOCK) pyproject.toml -c requirements.lock -o locks/runtime.lock
	echo hatchling | $(LOCK) -c requirements.lock - -o locks/build.txt
