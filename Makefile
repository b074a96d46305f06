# The two commands: `make lab` opens the course, `make test` proves it. Nothing but Python 3.11-3.13 and make is needed.
# Another Python: make lab PYTHON=/path/to/python3.12

SHELL := /bin/sh
VENV ?= .venv
BIN := $(VENV)/bin
IN_RANGE := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for p in python3.12 python3.13 python3.11 python3 python; do \
	if $$p -c '$(IN_RANGE)' >/dev/null 2>&1; then echo $$p; break; fi; done)
# as root (in a container) JupyterLab has to be told that this is meant
LAB_FLAGS ?= $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)
# a first start asks nothing and looks for no news: the course works offline
LAB_OVERRIDES := {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}
# two files at a time, each on a core of its own: small networks use one core well and two badly
ONE_CORE := TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 OMP_NUM_THREADS=1
PYTEST := $(ONE_CORE) $(BIN)/pytest --numprocesses=2 --dist=loadfile
NBVAL := $(PYTEST) --nbval-lax --nbval-current-env
SCRATCH_HOME = GAN_QC_HOME="$$(mktemp -d)"

.DEFAULT_GOAL := help
.PHONY: help lab test check lint notebooks data checkpoints bench clean

help:
	@echo "make lab          install what is missing and open JupyterLab on the first lesson"
	@echo "make test         lint, every test, every notebook"
	@echo "make check        lint, the quick tests and the structure of the lessons, in minutes"
	@echo "make notebooks    make the notebooks again from notebooks/source"
	@echo "make data         render data/parts again (it must be the same)"
	@echo "make checkpoints  train the shipped detectors again"
	@echo "make bench        measure speed, and every detector on every data set (hours); DATA=folder for yours"
	@echo "make clean        remove the virtual environment"

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 was found. Install one, or name it:" \
		"make lab PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c '$(IN_RANGE)' || { echo "$(PYTHON) is $$($(PYTHON) --version 2>&1); TensorFlow needs Python 3.11," \
		"3.12 or 3.13. Name one: make lab PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/installed: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing the course into $(VENV): about 3.3 GB and some minutes, the first time only."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@echo '$(LAB_OVERRIDES)' > $(VENV)/share/jupyter/lab/settings/overrides.json
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

lab: $(VENV)/installed
	$(BIN)/jupyter lab $(LAB_FLAGS) --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check: lint
	$(PYTEST) -m "not slow"

test: lint
	$(PYTEST)
	$(SCRATCH_HOME) GAN_QC_BUDGET=smoke $(NBVAL) --nbval-cell-timeout=300 notebooks/[0-9]*.ipynb
	$(SCRATCH_HOME) GAN_QC_BUDGET=lesson GAN_QC_STRICT=1 $(NBVAL) --nbval-cell-timeout=900 notebooks/solutions

notebooks: $(VENV)/installed-dev
	$(BIN)/python notebooks/make_notebooks.py

data: $(VENV)/installed
	rm -rf data/parts
	$(BIN)/python -m gan_helpers.parts data/parts

checkpoints: $(VENV)/installed
	GAN_QC_BUDGET=full $(BIN)/python -m gan_helpers.checkpoints

bench: $(VENV)/installed
ifdef DATA
	$(BIN)/python benchmarks/detectors.py --data "$(DATA)"
else
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/gan_training.py
	$(BIN)/python benchmarks/detectors.py
endif

clean:
	rm -rf $(VENV)
