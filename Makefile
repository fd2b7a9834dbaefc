# The two that matter: `make demo` and `make test`. Both make their own .venv.

PYTHON ?= python3
SEED ?= 14
BIN := .venv/bin
READY := .venv/.ready

# A module is compiled once, and not again in each of the processes that tests start.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test conformance tools deep mutants coverage lint fmt editor bench bench-serving bench-http engines screenshots page golden lock clean

demo: $(READY)
	$(BIN)/crampkg ask arteries-explaining-pain --site calf

# A file is one process's, so that what its tests share is started and built once. There are three of
# them on two cores, since tests of servers and browsers wait for half of their time.
test: $(READY)
	$(BIN)/python -m pytest -n 3 --dist loadfile -m "not conformance" $(PYTEST_ARGS)

# Published suites, the stores and the tools of others, and pages in a browser.
conformance: $(READY) tests/engines/node_modules tools
	$(BIN)/python -m pytest -n 3 --dist loadfile -m conformance $(PYTEST_ARGS)

# Tools that read our exports, each in a venv of its own: their dependencies do not fit together.
TOOLS := $(patsubst tests/tools/%.txt,.venv/tools-%/.ready,$(wildcard tests/tools/*.txt))
tools: $(TOOLS)
.venv/tools-%/.ready: tests/tools/%.txt
	$(PYTHON) -m venv .venv/tools-$*
	.venv/tools-$*/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Large properties and mutants, by hand: make deep SEED=7.
deep: $(READY)
	$(BIN)/python -m pytest -n 2 -m hypothesis --hypothesis-profile=deep --hypothesis-seed=$(SEED)
	$(MAKE) mutants SEED=$(SEED)

# Mutants of the questions, of which the golden answers must notice all that can be told apart, and
# of the code, of which the tests must notice all but those in tests/mutants/survivors.tsv.
mutants: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/mutants/requirements.txt
	$(BIN)/python tests/mutants/questions.py --seed $(SEED)
	$(BIN)/python tests/mutants/code.py --seed $(SEED)

# Tracing takes Python 3.11 twice the time.
coverage: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term $(PYTEST_ARGS)

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --python-version 3.11
	$(BIN)/mypy --python-version 3.12
	$(BIN)/mypy --python-version 3.13
	$(BIN)/crampkg fmt --check
	$(BIN)/crampkg check

fmt: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/crampkg fmt

# The editor of the pages, of the sources in web/. Needs Node.js 20 or newer; without it the editor's
# page has a plain text field.
editor: $(READY)
	$(BIN)/python hatch_build.py

bench: $(READY)
	$(BIN)/python bench/ask_csv.py
	$(BIN)/python bench/questions.py
	$(BIN)/python bench/reasoning.py --sizes 1 10000
	$(BIN)/python bench/stores.py
	$(BIN)/python bench/pages.py --write bench/pages.md
	$(BIN)/python bench/sandbox.py
	$(BIN)/python bench/pools.py

# Requests a second beside two other servers, into bench/serving.md. Needs wrk.
bench-serving: $(READY)
	$(PYTHON) -m venv .venv/rdflib-endpoint
	.venv/rdflib-endpoint/bin/python -m pip install --quiet --disable-pip-version-check -r bench/rdflib-endpoint.txt
	$(BIN)/python bench/serving.py --rdflib-endpoint .venv/rdflib-endpoint/bin/rdflib-endpoint --write bench/serving.md

# Requests a second of our application on uvicorn and on Granian, into bench/http_servers.md. Needs wrk.
bench-http: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r bench/granian.txt
	$(BIN)/python bench/http_servers.py --write bench/http_servers.md

# Comunica, one of the stores, where npm is at hand.
tests/engines/node_modules: tests/engines/package-lock.json
	! command -v npm >/dev/null || npm --prefix tests/engines ci --ignore-scripts --no-audit --no-fund --loglevel=error

# Starts the stores, pushes, asks every question of each, and writes docs/engines.md.
engines: $(READY) tests/engines/node_modules
	PYTHONPATH=tests $(BIN)/python -m engines.matrix

# Every page at the width of a desk and of a phone, light and dark, into screenshots/ (Chromium).
screenshots: $(READY)
	PYTHONPATH=tests $(BIN)/python -m pages.screenshots

# The one that README shows, docs/page.png: whenever that page looks otherwise.
page: $(READY)
	PYTHONPATH=tests $(BIN)/python -m pages.screenshots --readme

# Renews requirements.txt from pyproject.toml. What is pinned stays so, unless asked:
# `make lock LOCK_ARGS=--upgrade`, or `LOCK_ARGS='--upgrade-package rdflib'`.
lock:
	$(PYTHON) -m venv .venv/tools
	.venv/tools/bin/python -m pip install --quiet --disable-pip-version-check pip-tools
	$(PYTHON) -c 'import tomllib; p = tomllib.load(open("pyproject.toml", "rb")); print(*p["project"]["dependencies"], *p["dependency-groups"]["dev"], *p["build-system"]["requires"], sep="\n")' | \
	CUSTOM_COMPILE_COMMAND="make lock" .venv/tools/bin/pip-compile --quiet $(LOCK_ARGS) --output-file requirements.txt -

# Proposes the rows of golden answers: make golden NAMES="mimics mimics@condition=leg-cramp".
golden: $(READY)
	$(BIN)/python tests/goldens.py $(NAMES)

clean:
	rm -rf web/node_modules src/crampkg/server/static/editor.js src/crampkg/server/static/editor.licenses.txt
	rm -rf .venv .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache dist screenshots

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("crampkg needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
