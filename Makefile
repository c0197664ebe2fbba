# What there is to do. `make run` and `make test` need Python 3.11 or newer, make and git; they fetch the rest.
.PHONY: run test test-faults eval bench fuzz lint format lock hooks

PYTHON_HERE = PYTHONPATH=plugins:. .venv/bin/python
WITH_NODE = PYTHONPATH=plugins:. .venv/bin/python -m clippings.cli node --temporary -- .venv/bin/python
UV = .venv/uv/bin/uv
COMPILE = $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet
CODE = plugins dags tests benchmarks bootstrap

## Start OpenSearch and Airflow, file the seeds, stay until Ctrl-C. ONCE=1 ends after the table.
run:
	@./clippings run $(if $(ONCE),--once)

## The whole suite, with everything it needs. PYTEST="-k dates" narrows it.
test: .dev .chromium lint
	$(PYTHON_HERE) -m pytest $(PYTEST)

## Only the tests that break things on purpose: full disks, killed processes, no network.
test-faults: .dev
	$(PYTHON_HERE) -m pytest -m faults $(PYTEST)

## Hold the extraction, dates, languages and search to an evaluation set: make eval EVAL_DATA=folder
eval: .dev
	@$(WITH_NODE) -m tests.quality --gate tests/quality/floors.json $(EVAL_DATA)

## Throughput of each step, as ratios taken side by side. ONLY=pages for one part; BENCH="--scale 0.1 --json FILE".
bench: .dev
	@$(WITH_NODE) -m benchmarks $(if $(ONLY),--only $(ONLY)) $(BENCH)

## Look for input that breaks the readers or the pipeline: make fuzz SECONDS=600 TARGET=readers
fuzz: .dev
	$(PYTHON_HERE) -m tests.fuzz $(or $(TARGET),pipeline) --seconds $(or $(SECONDS),60) --found .clippings/found

## Format, rules and types, as the hooks hold them.
lint: .dev
	.venv/bin/python -m ruff format --check $(wildcard $(CODE))
	.venv/bin/python -m ruff check $(wildcard $(CODE))
	.venv/bin/python -m mypy plugins/clippings bootstrap/build.py

## Put the code into the format that `lint` asks for.
format: .dev
	.venv/bin/python -m ruff format $(wildcard $(CODE))
	.venv/bin/python -m ruff check --fix $(wildcard $(CODE))

## Resolve the requirements anew. The second lock holds the first, with the same versions.
lock: .dev
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -c requirements.txt -o requirements-dev.txt

## Run the checks before every commit.
hooks: .dev
	.venv/bin/python -m pre_commit install

.PHONY: .dev .chromium
.dev:
	@bootstrap/ensure --dev

.chromium: .dev
	@bootstrap/chromium
