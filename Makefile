# `make run` and `make test` are all a new machine needs; everything lands in .venv.
PORT ?= 8501
# TensorFlow has no build for other versions of Python. The first that fits is taken.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell $(name) -c '$(FITS)' 2>/dev/null && echo $(name))))
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help run test check format requirements clean

help:
	@echo "make run           set up and serve the dashboard on port $(PORT) (PORT=... changes it)"
	@echo "make test          set up, browser included, and pass every test"
	@echo "make check         format, lint and types only"
	@echo "make format        let ruff rewrite what it can"
	@echo "make requirements  pin requirements*.txt again from requirements*.in"
	@echo "make clean         remove the virtual environment and caches"

run: $(VENV)/app
	@$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

test: $(VENV)/tools $(VENV)/browser check
	@$(BIN)/python -m pytest

check: $(VENV)/tools
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/tools
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

requirements: $(VENV)/tools
	@for name in requirements requirements-gpu requirements-dev; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-emit-index-url --no-emit-find-links \
			--custom-compile-command "make requirements" $$name.in --output-file $$name.txt || exit 1; done

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache

# A stamp file a step, newer than what it was made from: running again starts in seconds.
$(VENV)/bin/python:
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(FITS)' || { echo "CXR Lens needs Python 3.11, 3.12 or 3.13. Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/app: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the app needs into $(VENV) (a few minutes the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/tools: requirements-dev.txt $(VENV)/app
	@echo "Installing the tools of make test ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/browser: $(VENV)/tools
	@$(BIN)/python -m tests.browser.install
	@touch $@
