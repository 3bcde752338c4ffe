# `make` builds a debug binary; `make help` lists the rest.
SHELL := /bin/bash
SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
PYTHON ?= python3
CORPUS := $(abspath ../shared/corpus)

# The arrows between targets are checked on every build.
BUILD_FLAGS := --explicit-target-dependency-import-check error
RELEASE_FLAGS := $(BUILD_FLAGS) -c release
ifeq ($(shell uname -s),Linux)
# One file that starts in a third of the time and needs no Swift on the machine. The loader need not know the 25,000
# names Swift would export, either: nothing asks for them.
RELEASE_FLAGS += --static-swift-stdlib -Xlinker --no-export-dynamic
# The C++ library under Swift's runtime is linked in too, where its archive is installed: looking up its names was 30 % of
# the instructions of `aor --version`. Linkers prefer the shared one; the archive is found in a folder without it.
STATIC_LIBRARIES := $(CURDIR)/.build/static-libraries
endif
AOR := .build/debug/aor

.DEFAULT_GOAL := build
.PHONY: help setup build release test corpus fuzz bench bench-instructions soak lint format check docs demo e2e install clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | sed -E 's/^([a-z0-9-]+):.*## (.*)/  \1\t\2/' | expand -t 22

setup: ## check Swift, install the headers of libcurl, SQLite and Readline where they are missing
	@.ci/setup

build: setup ## build a debug binary
	$(SWIFT) build $(BUILD_FLAGS) --product aor

release: setup ## build the binary that `install` copies
ifdef STATIC_LIBRARIES
	@mkdir -p "$(STATIC_LIBRARIES)"
	@archive=$$("$$(dirname "$$(command -v $(SWIFT))")/clang" -print-file-name=libstdc++.a 2>/dev/null) || true; \
	if [ -f "$$archive" ]; then ln -sf "$$archive" "$(STATIC_LIBRARIES)/"; fi
endif
	AOR_STATIC_LIBRARIES="$(STATIC_LIBRARIES)" $(SWIFT) build $(RELEASE_FLAGS) --product aor

test: setup ## build and run all tests; no network, no keys
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
	$(SWIFT) test $(BUILD_FLAGS) --skip-build

corpus: setup ## the laws over recorded traffic, in sixteen directions (AOR_CORPUS, or ../shared/corpus)
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
	AOR_CORPUS="$${AOR_CORPUS:-$(CORPUS)}" $(SWIFT) test $(BUILD_FLAGS) --skip-build --filter DialectsTests
	$(PYTHON) -B Tests/EndToEnd/corpus.py --aor $(AOR) --corpus "$${AOR_CORPUS:-$(CORPUS)}" $(ARGS)

fuzz: ## fuzz parsers and readers, SECONDS=60 each, TARGET= for one; what breaks is in Tests/Fuzz/found
	SWIFT=$(SWIFT) SECONDS_EACH=$(or $(SECONDS),60) TARGET=$(TARGET) Tests/Fuzz/run

bench: release ## what a request, a stream and a start cost beside nginx and LiteLLM (Linux; ONLY=sse, ARGS=--quick)
	$(PYTHON) -B Tests/Performance/bench.py --aor .build/release/aor --only "$(ONLY)" $(ARGS)

bench-instructions: ## instructions of parsing and translating, against the committed counts (valgrind; ARGS=--write)
	$(SWIFT) build $(RELEASE_FLAGS) --package-path Tests/Performance/Instructions
	$(PYTHON) -B Tests/Performance/instructions.py \
	  --program Tests/Performance/Instructions/.build/release/Instructions $(ARGS)

soak: release ## good and bad clients and providers against `aor serve`, for ten minutes (Linux; MINUTES=)
	$(PYTHON) -B Tests/Performance/soak.py --aor .build/release/aor --minutes $(or $(MINUTES),10) $(ARGS)

lint: ## formatting and house rules
	@.ci/lint

format: ## format the Swift sources in place
	$(SWIFT) format --in-place --parallel --recursive Sources Tests Package.swift

check: lint test ## lint and tests

docs: build ## write completions, man pages and the reference from the commands
	$(AOR) generate-docs .

demo: build ## the main job, with no key and no network
	@Tests/EndToEnd/demo.sh $(AOR)

e2e: build ## official SDKs, real agents, bad input against `aor serve` (PyPI; ARGS='agents -v')
	$(PYTHON) -B Tests/EndToEnd/run.py --aor $(AOR) $(ARGS)

install: release ## put aor, man pages and completions under PREFIX (/usr/local), below DESTDIR
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/man/man1" \
	  "$(DESTDIR)$(PREFIX)/share/bash-completion/completions" "$(DESTDIR)$(PREFIX)/share/zsh/site-functions" \
	  "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d"
	install -m 755 .build/release/aor "$(DESTDIR)$(PREFIX)/bin/aor"
	strip $(if $(filter Darwin,$(shell uname -s)),-x) "$(DESTDIR)$(PREFIX)/bin/aor"
	install -m 644 man/*.1 "$(DESTDIR)$(PREFIX)/share/man/man1/"
	install -m 644 completions/aor.bash "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/aor"
	install -m 644 completions/_aor "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_aor"
	install -m 644 completions/aor.fish "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/aor.fish"

clean: ## remove what was built
	rm -rf .build
