# Two commands: `make run` and `make test`. Needed: git, Python 3.11 or newer, make. Everything else is set up here.
PORT ?= 8000
PYTHON ?= python3
export PORT

BIN := .venv/bin
# Node and npm come from PyPI into the virtual environment
export PATH := $(CURDIR)/$(BIN):$(PATH)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
PWA_SOURCES := $(shell find pwa/src pwa/public pwa/*.html pwa/*.ts pwa/package.json -type f 2>/dev/null | grep -v '\.gen\.')
CONTRACT := pwa/src/api/schema.gen.ts

.PHONY: setup run test check faults pictures bench-delivery clean

setup: .venv/.installed pwa/dist/.built

run: setup
	@$(BIN)/anwangge run --demo-town towns/jinji

# what starts servers and browsers of its own has the cores to itself
ALONE := tests/browser tests/client tests/faults tests/flow
SPREAD := -n auto --maxprocesses 4

test: .venv/.installed-test pwa/dist/.built
	$(BIN)/python -m tests.browser.install
	cd pwa && npm test --silent
	$(BIN)/python -m pytest $(SPREAD) $(ALONE:%=--ignore %)
	$(BIN)/python -m pytest $(ALONE)
	TEST_DATABASE=postgres $(BIN)/python -m pytest $(SPREAD) tests/backend
	TEST_DATABASE=postgres $(BIN)/python -m pytest tests/flow tests/faults/test_database.py tests/faults/test_restore.py

check: .venv/.installed-test $(CONTRACT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check grids backend client tests
	$(BIN)/mypy grids backend client
	$(BIN)/lint-imports
	ANWANGGE_HOME=$$(mktemp -d) $(BIN)/anwangge makemigrations --check --dry-run
	cd pwa && npm run check --silent

# everything broken on purpose, the long form; the short form is part of `make test`
faults: .venv/.installed-test
	FAULTS=long $(BIN)/python -m pytest tests/faults -v
	FAULTS=long TEST_DATABASE=postgres $(BIN)/python -m pytest tests/faults -v

pictures: .venv/.installed-test pwa/dist/.built
	$(BIN)/python -m tests.browser.install
	$(BIN)/python -m tests.browser.pictures

bench-delivery: .venv/.installed-test pwa/dist/.built
	$(BIN)/python -m tests.bench

.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	@echo "installing the server …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) -e .
	@touch $@

.venv/.installed-test: .venv/.installed
	@echo "installing what the tests need …"
	@$(PIP) -e '.[test]'
	@touch $@

pwa/node_modules/.installed: .venv/.installed pwa/package-lock.json
	@echo "installing what the surfaces are built with …"
	@cd pwa && npm ci --silent --no-audit --no-fund
	@touch $@

# the PWA's types and error texts are made from the server's own description of itself
$(CONTRACT): .venv/.installed pwa/node_modules/.installed $(shell find backend -name '*.py' -not -path '*/migrations/*')
	@ANWANGGE_HOME=$$(mktemp -d) $(BIN)/anwangge write-contract pwa/src/api
	@cd pwa && npm run generate --silent
	@touch $@

pwa/dist/.built: $(CONTRACT) $(PWA_SOURCES)
	@echo "building the surfaces …"
	@cd pwa && npm run build --silent
	@touch $@

clean:
	rm -rf .venv pwa/node_modules pwa/dist var
