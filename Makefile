# carbonscape: everything a person or a machine types.
#
# Needs GNU make and Python 3.11 to 3.13; the rest goes into .venv, as pinned in requirements.lock.
# Settings, given as `make NAME=value target`:
#   PYTHON      the Python to make .venv with. Default: python3, or else the newest of python3.13,
#               python3.12 and python3.11 that is here.
#   CORES       how many cores to use. Default: all.
#   TORCH_ARGS  words for pip when it installs torch, for example to take it from an index of
#               CPU-only builds (200 MB; the default on Linux brings 3 GB of CUDA libraries):
#               make env TORCH_ARGS="--index-url https://download.pytorch.org/whl/cpu"

PYTHON ?= python3
CORES ?= $(shell env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
TORCH_ARGS ?=

# The oldest and the newest Python that the pins of requirements.lock support.
PYTHON_OLDEST := 3.11
PYTHON_NEWEST := 3.13
OTHER_PYTHONS := python3.13 python3.12 python3.11
# None for a Python that was asked for by name.
FALLBACKS = $(if $(filter file,$(origin PYTHON)),$(OTHER_PYTHONS))

# Another activated environment, or a person's own pip and Snakemake settings, must not leak in.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV PIP_TARGET PIP_PREFIX PIP_ROOT SNAKEMAKE_PROFILE
unexport UV_TARGET UV_PREFIX UV_SYSTEM_PYTHON UV_CONSTRAINT UV_OVERRIDE UV_EXCLUDE UV_EXCLUDE_NEWER
unexport UV_NO_DEPS UV_REQUIRE_HASHES
export PYTHONNOUSERSITE := 1
export PIP_USER := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

SHELL := /bin/sh
# Tools run as modules, so that no script's first line (it holds a path) can lead elsewhere.
RUN := PATH="$$(pwd -P)/.venv/bin:$$PATH" .venv/bin/python -m
# pip says nothing but errors. uv reads none of pip's settings (indexes, certificates): where it fails
# for that reason, pip installs the same. Both compile what they install: where Python may not write
# byte code (PYTHONDONTWRITEBYTECODE), every step of a run would compile its imports anew.
QUIET := --quiet --quiet
SNAKEFMT := snakefmt --line-length 100
SNAKEFILES = $(wildcard Snakefile workflow/rules/*.smk workflow/rules/*/*.smk)
DEMO := config/demo.yaml
TOWERS := config/towers_first.yaml

# Written last, with the folder in it. An environment without it is half made, one that names
# another folder was copied or moved, and one whose Python does not start has lost it: all are
# made anew.
STAMP := .venv/.complete
UNUSABLE := $(shell test "$$(cat $(STAMP) 2>/dev/null)" = "$$(pwd -P)" && \
	.venv/bin/python -c '' 2>/dev/null || echo yes)

.DEFAULT_GOAL := help
.PHONY: help env towers demo test test-cluster lint format docs lock clean distclean always

help: ## show this help
	@echo "carbonscape: make TARGET"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "Settings: PYTHON=$(PYTHON)  CORES=$(CORES)  TORCH_ARGS=$(TORCH_ARGS)"
	@echo "Times are for 2 cores. towers, demo, test, lint, format, docs and lock make the environment first."

env: $(STAMP) ## make the environment .venv from requirements.lock (1-4 minutes once, then none)
	@echo "The environment .venv is ready: $$(.venv/bin/python --version)."
ifeq ($(FALLBACKS),)
	@test "$$("$(PYTHON)" --version 2>&1)" = "$$(.venv/bin/python --version)" || \
	echo "PYTHON=$(PYTHON) is another version; 'make distclean' first, to use it."
endif

towers: $(STAMP) ## cross-validate GPP on the 206 real towers of resources/towers (2-4 minutes)
	@echo "Five models predict real towers that they never saw: $(TOWERS)"
	@$(RUN) snakemake --cores $(CORES) --configfile $(TOWERS)

demo: towers ## the same, then both papers on a simulated Earth, config/demo.yaml (10-20 minutes)
	@echo "Both papers from raw files to maps and reports, on a simulated Earth: $(DEMO)"
	@$(RUN) snakemake --cores $(CORES) --configfile $(DEMO)

test: lint ## check the style, then run all tests (20-30 minutes; those of observed data need ../shared)
	@echo "Running the tests on $(CORES) cores"
	@OMP_NUM_THREADS=1 $(RUN) pytest -n $(CORES) --dist loadfile --no-loadscope-reorder

test-cluster: $(STAMP) ## run both papers on a SLURM on this machine (15-25 minutes; root; installs slurm-wlm)
	@echo "Starting a SLURM of one node, running the tests of docs/cluster.md on it, and ending it"
	@OMP_NUM_THREADS=1 CARBONSCAPE_TRY=cluster $(RUN) pytest tests/cluster

lint: $(STAMP) ## check style and workflow, change nothing (15 seconds)
	@echo "Checking the style of Python files (ruff), rules (snakefmt) and workflow (snakemake --lint)"
	@$(RUN) ruff check --quiet .
	@$(RUN) ruff format --quiet --check . || \
	{ echo "Files above are not formatted: run 'make format'."; exit 1; }
	@$(RUN) $(SNAKEFMT) --check $(SNAKEFILES) || \
	{ echo "A Snakefile is not formatted: run 'make format'."; exit 1; }
	@$(RUN) snakemake --lint --configfile $(DEMO)

format: $(STAMP) ## format Python files and rules (5 seconds)
	@$(RUN) ruff check --quiet --fix-only .
	@$(RUN) ruff format .
	@$(RUN) $(SNAKEFMT) $(SNAKEFILES)

docs: $(STAMP) ## write the tables of the documents that come from the code (5 seconds)
	@PYTHONPATH=workflow .venv/bin/python docs/make_docs.py

lock: $(STAMP) ## resolve requirements*.txt again into requirements.lock (1 minute; needs Python 3.11)
	@.venv/bin/python -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "$(PYTHON_OLDEST)")' || \
	{ echo "make lock needs an environment with Python $(PYTHON_OLDEST), the oldest supported, for" \
	"a newer one may choose versions that $(PYTHON_OLDEST) lacks: make distclean lock" \
	"PYTHON=python$(PYTHON_OLDEST)"; exit 1; }
	@echo "Resolving requirements.txt and requirements-dev.txt"
	@$(RUN) pip install $(QUIET) --dry-run --ignore-installed --report .venv/report.json \
	-r requirements-dev.txt
	@.venv/bin/python -c "$$PINS_OF_REPORT" .venv/report.json > .venv/requirements.lock
	@mv .venv/requirements.lock requirements.lock
	@echo "requirements.lock is written; now 'make env' installs it, and 'make test' compares envs/."

clean: ## remove results/, logs/, .snakemake/ and caches; keep .venv and resources/ (1 second)
	@echo "Removing results/, logs/, .snakemake/ and caches"
	@rm -rf results logs .snakemake .pytest_cache .ruff_cache
	@find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## clean, and remove the environment .venv too (1 second)
	@echo "Removing .venv/"
	@rm -rf .venv

# A usable environment is brought up to date; without the stamp while that goes on, so that the
# next run repairs one that was interrupted half way.
$(STAMP): requirements.lock $(if $(UNUSABLE),always)
	@set -e; \
	if [ -z "$(UNUSABLE)" ]; then \
	  echo "requirements.lock has changed: bringing .venv up to date (a few seconds or minutes)"; \
	  rm -f $(STAMP); \
	else \
	  $(FIND_PYTHON); \
	  if [ -e .venv ]; then echo "Removing .venv, which is unfinished, moved or broken"; fi; \
	  rm -rf .venv; \
	  echo "Making the environment .venv with $$("$$python" --version) (1-4 minutes)"; \
	  "$$python" -m venv .venv || { \
	    echo "No environment could be made; the reason is above." >&2; exit 1; }; \
	fi; \
	torch=$$(sed -n '/^torch==/p' requirements.lock); \
	uv=$$(sed -n '/^uv==/p' requirements.lock); \
	echo "  installing $$torch, the largest part"; \
	.venv/bin/python -m pip install $(QUIET) --no-deps $(TORCH_ARGS) "$$torch" || { $(PIP_FAILED); }; \
	others=$$(grep -v '^torch==' requirements.lock | grep -c '=='); \
	echo "  installing the other $$others packages of requirements.lock"; \
	{ .venv/bin/python -m pip install $(QUIET) --no-deps "$$uv" && \
	.venv/bin/python -m uv pip install --quiet --compile-bytecode --python .venv/bin/python \
	-r requirements.lock; } || { \
	  echo "  that failed (the reason is above); pip installs the same, which takes minutes more"; \
	  .venv/bin/python -m pip install $(QUIET) -r requirements.lock || { $(PIP_FAILED); }; \
	}; \
	pwd -P > $(STAMP)

PIP_FAILED = echo "pip stopped; its reason is above. The same make command tries again." >&2; exit 1

# Sets the shell variable `python` to the first Python that is new and old enough, or says why not.
define FIND_PYTHON
python=; \
for candidate in "$(PYTHON)" $(FALLBACKS); do \
  if "$$candidate" -c "$$PYTHON_FITS" >/dev/null 2>&1; then python=$$candidate; break; fi; \
done; \
if [ -z "$$python" ]; then \
  echo "carbonscape needs Python $(PYTHON_OLDEST) to $(PYTHON_NEWEST), and none was found (tried:" \
  "$(PYTHON) $(FALLBACKS)); install one and run: make env PYTHON=/path/to/python$(PYTHON_NEWEST)" >&2; \
  exit 1; \
fi; \
if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
  echo "$$python cannot make environments, because its module 'venv' or 'ensurepip' is missing;" \
  "on Debian and Ubuntu install the package python3-venv, then run the same make command." >&2; \
  exit 1; \
fi
endef

define PYTHON_FITS
import sys
oldest, newest = [tuple(map(int, v.split("."))) for v in ("$(PYTHON_OLDEST)", "$(PYTHON_NEWEST)")]
sys.exit(not oldest <= sys.version_info[:2] <= newest)
endef
export PYTHON_FITS

# From pip's report to pins that hold on every machine: no local version (2.13.0+cpu), and none of
# the CUDA packages, which torch itself pins for the machines that take them.
define PINS_OF_REPORT
import json, re, sys
print("# Every package of the environment, pinned. Made by `make lock` from requirements.txt and")
print("# requirements-dev.txt; do not edit.")
packages = [p["metadata"] for p in json.load(open(sys.argv[1]))["install"]]
pins = {p["name"]: p["version"].split("+")[0] for p in packages}
for name in sorted(pins, key=str.lower):
    if not re.match("nvidia-|cuda-|triton", name):
        print(name + "==" + pins[name])
endef
export PINS_OF_REPORT
