# Four words: demo, test, lint, bench. CI calls the same ones.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
GATES  := tests/browser/node_modules
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test lint format pictures bench clean

demo: $(VENV)/.installed  ## the sample digest, without network or key, into demo/ (SERVE=1 serves it too)
	@$(BIN)/python -m digest demo demo $(if $(SERVE),--serve)

test: $(VENV)/.installed-test $(GATES)/.installed  ## the whole test suite
	$(BIN)/python -m pytest -n 2

lint: $(VENV)/.installed-test  ## what CI checks before it tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

pictures: $(VENV)/.installed-test  ## the pictures of the docs, taken of the demo
	$(BIN)/python tests/browser/pictures.py

bench: $(VENV)/.installed-test  ## the figures of docs/benchmarks.md, measured here
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/render.py
	$(BIN)/python benchmarks/richtext.py
	$(BIN)/python benchmarks/archive.py
	$(BIN)/python benchmarks/lighthouse.py
	$(BIN)/python benchmarks/search.py

clean:
	rm -rf $(VENV) $(GATES) demo _site .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(GATES)/.installed: tests/browser/package.json  # without npm, the gates that need it say so and are skipped
	@npm install --silent --prefix tests/browser && touch $@ || echo "Without npm, axe and the Nu checker are left out."

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@ $(VENV)/.installed
