# Each target installs what it misses, prints one line a step, and does nothing twice.
# `make` alone lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run dev check test bench torture release front

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 16

run: release ## build what is missing and serve http://localhost:3000 with the data in data/
	@exec target/release/doubles serve

dev: ## the same unoptimised, rebuilt and restarted when a source file changes
	@scripts/need c wasm bindgen npm
	@exec scripts/dev

front: ## what the browser gets, into target/site
	@scripts/need c wasm bindgen npm
	@scripts/build-front

release: front ## one binary with the site inside: target/release/doubles
	@scripts/step "Compiling the server (optimised)" cargo build --release --features ssr

check: ## format, lints of both sides, style sheet
	@scripts/need c wasm npm
	@scripts/step "Checking the format" cargo fmt --check
	@scripts/step "Checking the server's code" cargo clippy --quiet --features ssr --all-targets -- -D warnings
	@scripts/step "Checking the browser's code" \
	  cargo clippy --quiet --lib --features hydrate --target wasm32-unknown-unknown -- -D warnings
	@scripts/step "Checking the style sheet" scripts/bundle-style target/checked.css

test: check front ## everything that CI runs: check, tests on SQLite and PostgreSQL, browser tests
	@scripts/need chromium
	@scripts/step "Compiling the tests" cargo test --quiet --features ssr --no-run
	@scripts/with-postgres cargo test --quiet --features ssr
	@node_modules/.bin/playwright test --config end2end

bench: release ## measure speed and memory, as tables
	@scripts/need duckdb sqlite chromium
	@scripts/with-postgres cargo bench --quiet --features ssr --bench bench
	@scripts/bench-browser.mjs
	@scripts/bench-import

torture: release ## the long ones: kill -9 200 times over, half an hour of load, ten million leads
	@scripts/torture
	@$(MAKE) --no-print-directory bench
