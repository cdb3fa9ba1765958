PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: up install check test bench help

up: install ## start the studio on this machine; the first time it installs what is needed. Ctrl-C stops it
	@exec .venv/bin/python manage.py up

install: ## install or bring up to date what the studio needs, without starting it
	@$(PYTHON) -m studio.install

check: ## lint, types, import layers and the fast tests: under two minutes
	@$(PYTHON) tests/run.py check

test: ## every test; prepares a fresh machine by itself
	@$(PYTHON) tests/run.py test

bench: ## what the studio is measured by, on this machine
	@$(PYTHON) tests/run.py bench

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
