# The commands of the project. `make run` and `make test` are all a fresh machine needs.

# The system's Python, where it is new enough: distributions build it with profiles of real use, which makes a node a
# tenth to a fifth faster than a Python built by hand (docs/decisions/0037-the-systems-python.md).
NEW_ENOUGH := import sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell /usr/bin/python3 -c '$(NEW_ENOUGH)' 2>/dev/null && echo /usr/bin/python3 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data
STAMP := $(VENV)/.ready
SERVICES := redis-server rabbitmq-server postgresql
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

.DEFAULT_GOAL := help
.PHONY: help setup run test test-setup test-fast check format bench docs secrets clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with everything pinned (quick when done)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c '$(NEW_ENOUGH)' \
		|| { echo "error: Python 3.11 or newer is needed; call: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/pip || $(MAKE) --no-print-directory $(VENV)
	@echo "installing into $(VENV); the first time this takes about a minute"
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt \
		-e '.[dev,postgresql,redis,rabbitmq]'
	@touch $@

# Debian keeps what puts pip into a new environment in a package of its own; any other pip can do it as well.
.PHONY: $(VENV)
$(VENV):
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then $(PYTHON) -m venv $@; \
	elif python3 -m pip --version >/dev/null 2>&1; then \
		$(PYTHON) -m venv --without-pip $@ && python3 -m pip --python $@/bin/python install --quiet \
			--disable-pip-version-check pip; \
	elif command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || [ -n "$(SUDO)" ]; }; then \
		$(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends python3-venv \
			&& $(PYTHON) -m venv $@; \
	else echo "error: Python's ensurepip module is missing; install python3-venv and try again"; exit 1; fi

run: setup ## start a node on ./data in the foreground
	@exec $(BIN)/qflow up --data-dir $(DATA)

test-setup: ## install what tests start: Redis, RabbitMQ, PostgreSQL, clang for WebAssembly, Kubo, Chromium
	@tests/services/build_kubo.sh
	@missing=""; \
	command -v redis-server >/dev/null || missing="$$missing redis-server"; \
	{ command -v rabbitmq-server || test -x /usr/sbin/rabbitmq-server; } >/dev/null || missing="$$missing rabbitmq-server"; \
	{ command -v postgres || ls /usr/lib/postgresql/*/bin/postgres; } >/dev/null 2>&1 || missing="$$missing postgresql"; \
	{ command -v clang && command -v wasm-ld && ls /usr/lib/llvm-*/lib/clang/*/lib/wasi /usr/lib/wasm32-wasi; } \
		>/dev/null 2>&1 || missing="$$missing clang lld wasi-libc libclang-rt-dev-wasm32"; \
	command -v node >/dev/null || missing="$$missing nodejs"; \
	{ command -v chromium && ls /usr/share/fonts/truetype/dejavu; } >/dev/null 2>&1 || missing="$$missing chromium fonts-dejavu-core"; \
	[ -z "$$missing" ] && exit 0; \
	if command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || [ -n "$(SUDO)" ]; }; then \
		echo "installing$$missing"; \
		printf '#!/bin/sh\nexit 101\n' | $(SUDO) tee /usr/sbin/policy-rc.d >/dev/null; \
		$(SUDO) chmod 755 /usr/sbin/policy-rc.d; \
		$(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq \
			--no-install-recommends $$missing >/dev/null; \
		code=$$?; $(SUDO) rm -f /usr/sbin/policy-rc.d; exit $$code; \
	else echo "error: these are missing:$$missing; install them and try again"; exit 1; fi

test: setup test-setup ## run all tests
	$(BIN)/pytest -n 3 --dist worksteal

test-fast: setup ## run the tests that need no servers and kill nothing
	$(BIN)/pytest -n 2 --dist worksteal -m "not services and not slow"

check: setup ## style, types, layers, migrations, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	QFLOW_DATA_DIR=$$(mktemp -d) $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/pytest tests/test_tidy.py tests/test_docs.py tests/test_architecture.py

format: setup ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure this machine
	$(BIN)/qflow bench

docs: setup ## make the generated pages of docs/ anew
	$(BIN)/python docs/generate.py

secrets: ## make the secret files that compose.yaml mounts, once
	@mkdir -p secrets && chmod 700 secrets && echo '*' > secrets/.gitignore
	@test -s secrets/postgres-password || openssl rand -hex 24 > secrets/postgres-password
	@test -s secrets/secret-key || openssl rand -hex 32 > secrets/secret-key
	@test -s secrets/root-key || openssl rand -hex 32 > secrets/root-key
	@test -s secrets/database-url || printf 'postgresql://qflow:%s@postgresql:5432/qflow\n' \
		"$$(cat secrets/postgres-password)" > secrets/database-url
	@chmod 644 secrets/*

clean: ## remove what was made, but no data
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
