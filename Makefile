# Every target is one line here and a script in scripts/, so that a path with spaces and any shell will do.

.DEFAULT_GOAL := help
.PHONY: help
SHELL := /bin/sh

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
