PYTHON ?= python3

.PHONY: check test bench

check: ## lint, types, import layers and the fast tests: under two minutes
	@$(PYTHON) tests/run.py check

test: ## every test; prepares a fresh machine by itself
	@$(PYTHON) tests/run.py test

bench: ## what the studio is measured by, on this machine
	@$(PYTHON) tests/run.py bench
