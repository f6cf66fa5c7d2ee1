# The two commands: `make build` and `make test`. Each makes the environment it needs.
PYTHON ?= python3
BIN := .venv/bin
# Which dbt builds: 1, or with `make build DBT=2` the one in an environment of its own.
DBT ?= 1
DBT_2 := .venv/dbt2
WITH_DBT_2 := --dbt $(DBT_2)/bin/dbt

.DEFAULT_GOAL := build

# An environment names the folder that it was made in, and works in no other.
ifneq ($(wildcard .venv),)
ifneq ($(shell cat .venv/made-in 2>/dev/null),$(CURDIR))
$(info The environment .venv was made for another folder or by an earlier version: it is made again.)
$(shell rm -rf .venv)
endif
endif

.PHONY: build wheel export report release records-demo warehouse test test-scale test-dbt2 lint audit pages bi-check mutation bench spark-check lock clean

build: .venv/build $(if $(filter 2,$(DBT)),$(DBT_2)/ready) ## the warehouse, from nothing, and its exports
	@$(BIN)/python scripts/build.py $(if $(filter 2,$(DBT)),$(WITH_DBT_2))
	@$(BIN)/python scripts/export_marts.py
	@$(BIN)/python scripts/build_report.py

wheel: .venv/build ## dist/: the product for councils that have no clone, as pip installs it (docs/home.md)
	@rm -rf build dist
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w dist .
	@rm -rf build
	@ls -sh dist

export: .venv/build ## the marts for others to read: make export ARGS="--format csv parquet"
	@$(BIN)/python scripts/export_marts.py $(ARGS)

report: .venv/build ## pages, a Word document and tables, from the exports: make report ARGS="--help"
	@$(BIN)/python scripts/build_report.py $(ARGS)

release: .venv/build ## new figures: make release ARGS="template --help", then check, load, undo
	@$(BIN)/python scripts/release.py $(ARGS)

# What the tests look at: built once, whichever of them one `make` is asked for.
warehouse: .venv/dev
	@$(BIN)/python scripts/build.py

# The tests look at the build's manifest: those of one kind would write another, without its SQL.
test: lint warehouse ## everything that must hold
	@$(BIN)/dbt --quiet --no-write-json test --select test_type:unit
	@$(BIN)/python -m pytest

# After a change of scripts/scale, benchmarks, the generator or a model that extracts feed.
test-scale: warehouse ## extracts, the generator, Spark's tools and what is benchmarked; CI runs it
	@$(BIN)/python -m pytest tests/python/scale

# Skipped, with the reason, where dbt 2 cannot be installed.
test-dbt2: warehouse ## dbt 2 builds what dbt 1 builds: every table, compared; and stops as it does
	@-$(MAKE) --no-print-directory $(DBT_2)/ready
	@DBT_2=$(DBT_2) $(BIN)/python -m pytest --numprocesses=0 tests/python/dbt2

lint: .venv/dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy scripts tests benchmarks
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models tests macros

records-demo: .venv/build ## SYNTHETIC records, counted, beside what is printed: target/SYNTHETIC-records-demo
	@rm -rf target/SYNTHETIC-records-demo && mkdir -p target
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && sg="$(CURDIR)/$(BIN)/safeguarding" && \
		PYTHONPATH=tests $(BIN)/python -m support.synthetic_records "$$folder" && \
		"$$sg" demo "$$folder/home" && cd "$$folder/home" && \
		"$$sg" records build --records "$$folder/SYNTHETIC-ssd" --authority E10000014 --period 2021-22 \
			--extracted 2022-06-30 --findings findings.csv && \
		"$$sg" build && "$$sg" export --audience internal --output exports-internal && \
		"$$sg" report --output exports-internal && \
		mkdir "$(CURDIR)/target/SYNTHETIC-records-demo" && \
		mv exports-internal findings.csv "$(CURDIR)/target/SYNTHETIC-records-demo"

audit: .venv/build ## findings, claims and revisions, the worst first
	@$(BIN)/python scripts/audit.py $(ARGS)

pages: .venv/build ## docs/quality.md and docs/reconciliation.md, as the warehouse has it
	@$(BIN)/python -m safeguarding.report.pages.quality_statement
	@$(BIN)/python -m safeguarding.official.reconciliation

mutation: .venv/dev ## how many wrong digits the checks would notice: writes docs/mutation.md
	@PYTHONPATH=tests $(BIN)/python -m support.mutation $(ARGS)

bi-check: .venv/build .venv/superset/ready ## a real BI server reads the exports
	@PYTHONPATH=tests $(BIN)/python -m support.bi_check --superset .venv/superset

bench: .venv/dev ## docs/performance.md: beside dbt 2, polars, pandas; make bench ARGS="--only warm"
	@PYTHONPATH=tests $(BIN)/python -m benchmarks.bench $(ARGS)

spark-check: .venv/spark/ready ## Spark builds what DuckDB builds: a cluster of this machine's own, compared
	@PYTHONPATH=scripts:tests .venv/spark/bin/python -m support.spark_check $(ARGS)

# Exact versions and hashes of everything, for every platform and Python from 3.11.
LOCK := pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-header --quiet
lock: ## after a change of the dependencies in pyproject.toml
	@$(PYTHON) -m venv .venv/lock && .venv/lock/bin/python -m pip install --quiet uv
	@.venv/lock/bin/uv $(LOCK) --extra dev -o requirements/dev.txt
	@.venv/lock/bin/uv $(LOCK) -c requirements/dev.txt -o requirements/build.txt
	@.venv/lock/bin/uv $(LOCK) -c requirements/dev.txt --extra spark -o requirements/spark.txt

clean: ## all that was made, the environment included
	@rm -rf .venv target logs exports exports-internal warehouse.duckdb* .warehouse.duckdb.*

# Apart from the project's own packages, with which it would not agree.
.venv/superset/ready: requirements/bi-check.txt
	@echo "Installing Apache Superset into .venv/superset (once, about a minute) ..."
	@$(PYTHON) -m venv .venv/superset
	@.venv/superset/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# Both engines, for `dbt build --target spark`; Java 17 or newer is the machine's own.
.venv/spark/ready: requirements/spark.txt
	@echo "Installing Spark into .venv/spark (once, a few minutes) ..."
	@$(PYTHON) -m venv .venv/spark
	@.venv/spark/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# dbt 2 finds DuckDB's library beside itself (safeguarding.warehouse.dbt_builds).
$(DBT_2)/ready: requirements/dbt2/requirements.txt requirements/dbt2/package-lock.json
	@echo "Installing dbt 2 into $(DBT_2) (once, about a minute) ..."
	@$(PYTHON) -m venv $(DBT_2)
	@$(DBT_2)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@cp requirements/dbt2/package.json requirements/dbt2/package-lock.json $(DBT_2)
	@npm ci --silent --no-audit --no-fund --prefix $(DBT_2)
	@ln -sf ../node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so $(DBT_2)/lib/libduckdb.so
	@touch $@

# A stamp for each set of packages; the development set holds the build's.
.venv/build: requirements/build.txt
	@$(MAKE) --no-print-directory INSTALL=$@ PACKAGES=$< install

.venv/dev: requirements/dev.txt
	@$(MAKE) --no-print-directory INSTALL=$@ PACKAGES=$< install
	@touch .venv/build

.PHONY: install
install:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which with make PYTHON=python3.11")'
	@echo "Installing packages into .venv (once, about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "$(CURDIR)" > .venv/made-in
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-compile -r $(PACKAGES)
# Whatever becomes of the files' times: where Python may not write, it would compile at each start.
# Four tenths of what packages hold is never imported here: their tests, installers, Pygments' lexers.
	@$(BIN)/python -m compileall -qq -j 0 --invalidation-mode unchecked-hash \
		-x 'site-packages[/\\](.*[/\\])?(tests?|pip|setuptools|lexers)[/\\]' \
		"$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(INSTALL)
