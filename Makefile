# Set-up needs Python 3.11 to 3.13 and make, nothing else. The environment is kept in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo test test-slow lint bench types clean

help:
	@echo "make demo       install, then make the answer print of demo/ (prints where the report is)"
	@echo "make test       lint, types and tests"
	@echo "make test-slow  the long sweeps: every frame of a day, 200 kills, a million annotations"
	@echo "make bench      quality and speed of every department, beside its peers"
	@echo "make lint       ruff, mypy and import-linter alone"

$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Answerprint into $(VENV) ..."
	@$(PIP) install --quiet --no-compile -e .
	@touch $@

$(DEV_STAMP): $(STAMP)
	@$(PIP) install --quiet --no-compile -e '.[dev]'
	@touch $@

demo: $(STAMP)
	@$(BIN)/python demo/run.py

lint: $(DEV_STAMP)
	$(BIN)/ruff check src tests bench demo
	$(BIN)/ruff format --check src tests bench demo
	$(BIN)/lint-imports
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest

test-slow: $(DEV_STAMP)
	$(BIN)/python -m pytest -m slow

bench: $(STAMP)
	@for one in bench/*.py; do echo "== $$one"; $(BIN)/python $$one || exit 1; done

clean:
	rm -rf $(VENV) .venv-bench .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
