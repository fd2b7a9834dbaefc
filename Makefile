# The two that matter: `make demo` and `make test`. Both make their own .venv.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint fmt bench clean

demo: $(READY)
	$(BIN)/crampkg ask arteries-explaining-pain --site calf

test: $(READY)
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term $(PYTEST_ARGS)

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/crampkg fmt --check
	$(BIN)/crampkg check

fmt: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/crampkg fmt

bench: $(READY)
	$(BIN)/python bench/ask_csv.py
	$(BIN)/python bench/questions.py

clean:
	rm -rf .venv .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache dist

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("crampkg needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
