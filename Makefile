# The menu. Everything a newcomer needs is `make run` and `make test`.
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin
ROUNDS ?= 5
export PORT

.PHONY: help run test check e2e explore bench assets install install-dev format clean
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*?## ' $(MAKEFILE_LIST) | sed -E 's/:.*?## /\t/' | expand -t 14

install: ## Install what running needs (virtual environment, locked packages, Pango)
	@PYTHON=$(PYTHON) sh scripts/install.sh run

install-dev: ## Install what testing needs as well (Chromium, test packages)
	@PYTHON=$(PYTHON) sh scripts/install.sh test

run: install ## Serve the whole portal with demo data (PORT=8000)
	@exec $(BIN)/portal serve --prepare --port $(PORT)

test: install-dev ## Run every test, browser and PostgreSQL included
	@$(BIN)/python -m pytest -n 2 --dist loadgroup tests

check: install-dev ## Format, lint, types, import contracts, definitions, proofs and examples
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/basedpyright --level error
	@$(BIN)/lint-imports
	@$(BIN)/portal check
	@$(BIN)/portal prove --strict
	@$(BIN)/portal examples > /dev/null || $(BIN)/portal examples

e2e: install-dev ## Run only the browser tests
	@$(BIN)/python -m pytest -n 2 --dist loadgroup tests/e2e

explore: install-dev ## Try the rules with new random examples (ROUNDS=5)
	@for round in $$(seq $(ROUNDS)); do \
		$(BIN)/python -m pytest -n 2 --dist loadgroup -m hypothesis \
			--hypothesis-profile=explore --hypothesis-seed=$$(date +%s) tests || exit 1; \
	done

bench: install-dev ## Measure: pages, receipts, addresses, bytes of the first view
	@$(BIN)/python -m tests.bench

format: install-dev ## Lay out the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix-only --quiet .

assets: ## Build static/vendor from the pinned packages (needs Node; users never do)
	@$(BIN)/python scripts/build_assets.py

clean: ## Remove what was installed and the demo data
	rm -rf .venv data build
