.PHONY: run test test-torch format docs lock bench bench-large bench-engine bench-load bench-faults bench-watch picture pictures

run:            ## set everything up (once) and serve the page
	@scripts/setup run
	@exec .venv/bin/python -m app

test:           ## set everything up (once) and check everything: format, lint, types, units, protocol, browser
	@scripts/setup test
	@scripts/check

test-torch:     ## check `unroll.watch` against a real PyTorch, which is installed in a place of its own (once)
	@scripts/setup torch
	.venv-torch/bin/python -m pytest tests/torch

format:         ## bring Python and JavaScript into their one format
	@scripts/setup test
	.venv/bin/ruff format . && .venv/bin/ruff check --fix . && node_modules/.bin/biome check --write

docs:           ## write the tables of README.md and docs/ that come from the code
	@scripts/setup run
	.venv/bin/python -m scripts.tables

lock:           ## pin the newest allowed dependencies, with hashes
	@scripts/setup test
	.venv/bin/uv pip compile --upgrade $(LOCK_OPTIONS) pyproject.toml --output-file requirements.lock
	.venv/bin/uv pip compile --upgrade $(LOCK_OPTIONS) --group dev --constraints requirements.lock pyproject.toml --output-file requirements-dev.lock
	.venv/bin/uv pip compile --upgrade $(LOCK_OPTIONS) --group pyproject.toml:jupyter --output-file requirements-jupyter.lock

LOCK_OPTIONS = --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

bench:          ## measure the page in a real Chromium, on this machine (about five minutes)
	@scripts/setup test
	.venv/bin/python -m benchmarks.page

bench-large:    ## the same for long sequences, lanes, the pointer and the past (about six minutes)
	@scripts/setup test
	.venv/bin/python -m benchmarks.large

bench-engine:   ## measure the engine beside PyTorch and JAX, which are installed in a place of their own
	@scripts/setup run
	@test -x .venv-peers/bin/python || .venv/bin/python -m venv .venv-peers
	@.venv-peers/bin/python -c 'import jax, numpy, pydantic, torch' 2>/dev/null || .venv-peers/bin/python -m pip install --quiet numpy pydantic 'torch==2.13.0' jax
	.venv-peers/bin/python -m benchmarks.engine

bench-load:     ## measure a class of up to 300 on a real server (about four minutes)
	@scripts/setup test
	.venv/bin/python -m benchmarks.load

.PHONY: bench-following
bench-following: ## measure how many can follow one run (about a minute)
	@scripts/setup test
	.venv/bin/python -m benchmarks.following

bench-faults:   ## measure what happens when things go wrong, behind a real nginx (half an hour; needs Debian's nginx)
	@scripts/setup test
	.venv/bin/python -m benchmarks.faults

bench-watch:    ## measure what watching costs a PyTorch training (about a minute)
	@scripts/setup torch
	.venv-torch/bin/python -m benchmarks.watching

picture:        ## take the README's picture
	@scripts/setup test
	.venv/bin/python -m scripts.picture

pictures:       ## take a picture of every state of the page: make pictures FOLDER=/tmp/pictures ONLY=river
	@scripts/setup test
	.venv/bin/python -m scripts.pictures $(or $(FOLDER),$(error where to? make pictures FOLDER=/tmp/pictures)) $(ONLY)
