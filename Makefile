# Each target is a line here and a script in scripts/, called by a relative path: the folder's name may have spaces.
# ARGS is handed on: make lab ARGS="--port 9000 --no-browser", make test ARGS="-k probe".

.DEFAULT_GOAL := help
.PHONY: help lab test lint bench notebooks versions binder-link docs strip clean install install-test
PY := .venv/bin/python
ARGS ?=

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

lab: install ## install, seed the database and open JupyterLab on notebook 00
	@$(PY) scripts/lab.py $(ARGS)

test: install-test ## install what the tests need and run them all
	@$(PY) scripts/packages.py
	@$(PY) -m pytest $(ARGS)

lint: install-test ## check the code and the notebooks with ruff
	@$(PY) -m ruff check .

bench: install-test ## measure speed, as ratios, and print the tables
	@$(PY) scripts/bench.py $(ARGS)

notebooks: install-test ## run every notebook and write it as HTML to build/notebooks/
	@$(PY) scripts/notebooks.py $(ARGS)

versions: install-test ## run the tests on Python 3.11, 3.12 and 3.13, with Django 5.2 and 6.1
	@$(PY) -m nox $(ARGS)

binder-link: install ## print the Binder link and badge of this clone's origin
	@$(PY) scripts/binder_link.py

docs: install-test ## write the output of commands into README.md and docs/ again
	@$(PY) scripts/docs.py

strip: install-test ## take outputs and run numbers out of the notebooks
	@$(PY) scripts/strip.py

clean: ## remove what was made here: build/, caches, seeded databases, posted pictures; not .venv, not your progress
	@rm -rf .nox .jupyter .pytest_cache .ruff_cache build dist data/cache/*.sqlite3* data/media *.egg-info .install.lock

# Not in the list: the steps that the others share.
install:
	@scripts/install.sh lab

install-test: install
	@scripts/install.sh test
