# Two commands matter: `make demo` and `make test`. Both set up everything they need below this folder.

PYTHON ?= python3
UV     := .tools/bin/uv
BIN    := .venv/bin
UV_VERSION := 0.13.9

# Compiled once, not by each process that finds nothing compiled: the pipeline starts many.
export UV_COMPILE_BYTECODE := 1

# DATA=folder: serve this folder instead of the organisation that the sandbox generates.
DATA ?=
PYTEST_ARGS ?=
# Set these only on the command line of `make backfill`; environment variables of the same name are ignored.
# RESERVE: points of each limit that are left to the schedule.
REPOSITORIES :=
SINCE :=
UNTIL :=
NAME :=
RESERVE := 1500
# ENVIRONMENT: instead of the one that MELTANO_ENVIRONMENT names, in the shell or in .env; prod without any.
ENVIRONMENT :=
NAMED_ENVIRONMENT = $(or $(ENVIRONMENT),$(MELTANO_ENVIRONMENT),$(shell sed -n 's/^MELTANO_ENVIRONMENT=//p' .env 2>/dev/null),prod)
RESOLUTION ?= lowest-direct
# --no-dev: without what only tests and checks need.
SYNC :=

# Continuous integration shares its machine: what failed there is run once more, by itself, and must pass then.
AGAIN := (test -n "$$CI" && $(BIN)/pytest --last-failed --last-failed-no-failures=none)

PLUGINS := .venv/.plugins
AIRFLOW := .tools/airflow
PREFECT := .tools/prefect
# What ruff finds already (words like password), and what every SHA looks like; secrets of nobody, in tests.
NO_SECRET := --no-verify --exclude-lines 'secret@|s3cret@' \
	$(addprefix --disable-plugin ,KeywordDetector Base64HighEntropyString HexHighEntropyString IPPublicDetector)
REQUIREMENTS := $(addsuffix /requirements.txt,analyze tap-github-custom target-gcs-snowflake-merge transform)
MANIFESTS := pyproject.toml $(wildcard */pyproject.toml)

.PHONY: airflow audit backfill bench browser dashboard demo postgresql test lint compatibility types plugins requirements standalone provision-sql clean help
.DEFAULT_GOAL := help

help: ## Show the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

demo: $(PLUGINS) ## Run the main job on the embedded GitHub, GCS and Snowflake (DATA=folder for your own data)
	$(BIN)/sandbox run $(if $(DATA),--data "$(DATA)") -- \
		$(BIN)/meltano run tap-github-custom target-gcs-snowflake-merge dbt:run
	@$(BIN)/sandbox summary

dashboard: $(PLUGINS) ## Open the dashboard on the sandbox, after a demo run
	$(BIN)/sandbox run -- $(BIN)/meltano invoke dashboard

# Only this machine can reach the page, so nobody has to log in. Without its port Airflow would run on with no page.
airflow: $(PLUGINS) $(AIRFLOW)/.synced ## Open Airflow with the DAGs on the sandbox, on http://127.0.0.1:8080
	@$(BIN)/python -c "import socket; socket.create_server(('127.0.0.1', 8080))" 2>/dev/null || \
		{ echo "Port 8080 of 127.0.0.1 is taken: end what listens there first."; exit 1; }
	AIRFLOW_HOME="$(CURDIR)/.sandbox/airflow" AIRFLOW__CORE__DAGS_FOLDER="$(CURDIR)/orchestrate/airflow/dags" \
	AIRFLOW__CORE__LOAD_EXAMPLES=False AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS=True AIRFLOW__API__HOST=127.0.0.1 \
	AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False PATH="$(CURDIR)/$(AIRFLOW)/bin:$$PATH" \
	$(BIN)/sandbox run -- airflow standalone

test: $(PLUGINS) $(AIRFLOW)/.synced $(PREFECT)/.synced browser postgresql ## Lint, check types, run every test
	$(MAKE) --no-print-directory --jobs=2 lint types
ifeq ($(PYTEST_ARGS),)
	$(BIN)/pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder || $(AGAIN)
else
	$(BIN)/pytest $(PYTEST_ARGS)
endif

# The dashboard is opened in a real browser, and the loader swapped for one of PostgreSQL; where one of them is
# missing and may not be installed, its tests are skipped.
browser:
	@$(call installed,chromium,$$(command -v chromium))

postgresql:
	@$(call installed,postgresql,$$(command -v postgres; ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null))

installed = test -n "$(2)" || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "==> Installing $(1)" && \
	{ apt-get -qq update; apt-get -qq install --no-install-recommends $(1) >/dev/null; }; } || \
	echo "==> No $(1) here: its tests will be skipped"

lint: .venv/.synced
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@git ls-files -z -- ':!uv.lock' ':!*requirements.txt' | xargs -0 $(BIN)/detect-secrets-hook $(NO_SECRET)
	cd transform && ../$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models tests

# A state and a folder of its own (NAME= tells several apart), so that the schedule goes on as if nothing happened.
backfill: $(PLUGINS) ## Read all history of REPOSITORIES='["acme/app"]', or what was touched in [SINCE, UNTIL)
	TAP_GITHUB_CUSTOM_ORGANIZATIONS='[]' TAP_GITHUB_CUSTOM_REPOSITORIES='$(REPOSITORIES)' \
	TAP_GITHUB_CUSTOM_START_DATE='$(SINCE)' TAP_GITHUB_CUSTOM_END_DATE='$(UNTIL)' TAP_GITHUB_CUSTOM_RECONCILE=never \
	TAP_GITHUB_CUSTOM_RATE_LIMIT_RESERVE=$(RESERVE) $(BIN)/python -m orchestrate.with_secrets \
		$(BIN)/python -m orchestrate.worker --name="backfill$(NAME)" -- \
		--environment=$(NAMED_ENVIRONMENT) run tap-github-custom target-gcs-snowflake-merge

# Old releases of Google's libraries warn of the Python they run on.
compatibility: $(UV) ## Test the plugins with the oldest libraries that they claim to work with (or PYTHON=python3.13 RESOLUTION=highest)
	$(UV) venv --quiet --clear --python $(PYTHON) .tools/compatibility
	$(UV) pip install --quiet --python .tools/compatibility --resolution $(RESOLUTION) -e tap-github-custom -e target-gcs-snowflake-merge
	$(UV) pip install --quiet --python .tools/compatibility -e sandbox githubkit "githubkit-schemas[2022-11-28]" "hishel<2" hypothesis pytest pytest-timeout pytest-xdist
	.tools/compatibility/bin/pytest --numprocesses=auto --dist=loadfile -W ignore::FutureWarning tests/tap tests/target

audit: .venv/.synced ## Ask OSV for known weaknesses of the locked packages (needs the network)
	$(UV) audit --frozen

types: .venv/.synced
	$(BIN)/mypy

bench: .venv/.synced ## Measure the loader beside DuckDB and its peers (minutes)
	$(BIN)/python -m benchmarks.loader

requirements: .venv/.synced ## Write the plugins' pinned requirements from the lock file
	for folder in analyze tap-github-custom target-gcs-snowflake-merge; do \
		name=$$(sed -n 's/^name = "\(.*\)"/\1/p' $$folder/pyproject.toml); \
		$(UV) export --quiet --frozen --package $$name --no-dev --no-hashes --no-emit-workspace --no-header \
			--output-file $$folder/requirements.txt; \
	done
	$(UV) export --quiet --frozen --only-group dbt --no-hashes --no-header --output-file transform/requirements.txt
	for folder in orchestrate/airflow orchestrate/prefect; do \
		$(UV) pip compile --quiet --universal --python-version 3.11 --no-header \
			--output-file $$folder/requirements.txt $$folder/requirements.in; \
	done

plugins: .venv/.synced ## Write plugin.yml and the tables of settings from what the plugins say of themselves
	$(BIN)/python -m docs.plugins

standalone: $(PLUGINS) ## Write the models as plain Snowflake scripts, to transform/target/standalone
	$(BIN)/meltano invoke dbt compile --full-refresh
	$(BIN)/python transform/standalone.py

# No environment is needed for it. BUCKET=, and where wanted PREFIX=DEV_, CREDITS=, KEY=, REPORTER_KEY= (files).
provision-sql: ## Print the SQL that prepares Snowflake (BUCKET=name KEY=public-key.pem); run nothing
	@$(PYTHON) -m orchestrate.snowflake.provision --bucket "$(BUCKET)" $(if $(PREFIX),--prefix "$(PREFIX)") \
		$(if $(CREDITS),--credits "$(CREDITS)") $(if $(KEY),--public-key "$(KEY)") \
		$(if $(REPORTER_KEY),--reporter-public-key "$(REPORTER_KEY)")

# Bookmarks may lie in databases below .meltano: without them the next run would read everything again.
clean: ## Remove environments, plugins and the sandbox's state; bookmarks stay
	rm -rf .venv .tools .bench .sandbox output
	test ! -d .meltano || find .meltano -depth -mindepth 1 ! -name 'meltano.db*' \( -type d -empty -o ! -type d \) -delete

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is older. Name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "==> Fetching uv $(UV_VERSION)"
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.synced: $(UV) uv.lock $(MANIFESTS)
	@echo "==> Creating the environment in .venv"
	@$(UV) sync --frozen --quiet $(SYNC)
	@touch $@

# Orchestrators ask for other versions than the project does, and than each other.
$(AIRFLOW)/.synced $(PREFECT)/.synced: .tools/%/.synced: .venv/.synced orchestrate/%/requirements.txt
	@echo "==> Installing $*"
	@$(UV) venv --quiet --clear --python $(BIN)/python .tools/$*
	@$(UV) pip sync --quiet --python .tools/$* orchestrate/$*/requirements.txt
	@touch $@

$(PLUGINS): .venv/.synced meltano.yml $(REQUIREMENTS)
	@echo "==> Installing the Meltano plugins"
	@$(BIN)/meltano --log-level=warning install
	@touch $@
