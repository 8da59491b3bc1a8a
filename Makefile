# Thin names for the scripts. `make` alone says what there is.

PYTHON ?= python3
BIN := .venv/bin
UV_COMPILE := $(BIN)/uv pip compile setup.py --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --quiet --extra build

# Tests mostly wait, so five run at once for two cores.
WORKERS ?= $(shell expr 5 \* $$(nproc) / 2)
CPP = $(wildcard sip/native/*.cpp sip/native/*.h sip/native/*.hpp tests/unit/native/*.cpp tests/unit/native/*.h)
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/telefoon

# Where this is set, each of the many servers and workers that tests start compiles every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run asterisk cluster test test-fast test-kits exact said-first interop fuzz fuzz-api test-memory test-races check lint format release lock \
	bench bench-profile bench-report clean fresh

help:
	@echo 'make run           install, then one real call from start to end, then keep serving (Ctrl-C ends it)'
	@echo 'make setup         install only: leaves .venv/bin/telefoon working; more with EXTRAS="speech piper pkcs11"'
	@echo 'make asterisk      a carrier and phone network on this machine, as root (Ctrl-C ends it); see config/asterisk'
	@echo "make test          all tests, side by side; some: make test TESTS='tests/unit -k rating' WORKERS=2"
	@echo 'make test-fast     those that need neither SIP nor other programs: under a minute'
	@echo "make test-kits     agents of others' kits, called by SIPp and Asterisk; one of them make test leaves out"
	@echo 'make exact         an hour of ten calls with media streams, sample for sample; shorter: make exact MINUTES=5 CALLS=4'
	@echo 'make said-first    a thousand calls for each policy: nothing of a program before the notice, nor to it before consent; CALLS=100'
	@echo 'make test-memory   tests/sip on a library that ends at the first wrong use of memory (AddressSanitizer)'
	@echo 'make test-races    media streams, and our own C++, with an end at the first memory that threads share unlocked'
	@echo 'make fuzz          an hour of bytes that are nearly right, on that library; other bytes: make fuzz SEED=2 MINUTES=10'
	@echo 'make interop       every kind of call with every kind of far end, half an hour; writes docs/interop.md'
	@echo 'make fuzz-api MINUTES=10  requests made up from the published documents, against a running node'
	@echo 'make check         what the repository says of itself: pages, settings, licence, version, owners, imports'
	@echo 'make lint          ruff, mypy, import-linter, clang-format'
	@echo 'make format        put the code into the one format'
	@echo 'make bench         what calls cost here and in Asterisk; some: make bench SCENARIO=ivr,setup LOAD=100 ROUNDS=1'
	@echo 'make bench-profile which threads and functions take the CPU, by perf and py-spy'
	@echo 'make bench-report  tables and plots of docs/performance.md, of what make bench has measured'
	@echo 'make fresh RELEASE=trixie  make run and make test in a fresh root of that Debian; one: ONLY=run'
	@echo 'make lock          renew requirements.lock and requirements-test.lock from setup.py'
	@echo 'make release VERSION=1.2.0  fold the news of changelog.d, set the version, commit and tag; pushes nothing'
	@echo 'make clean         remove .venv and what the tools left; data in var/ and the cache stay'
	@echo
	@echo 'PJPROJECT_SOURCE=folder-or-tarball   use this pjproject (2.15 or newer) instead of the distribution'\''s'
	@echo 'PYTHON=python3.12                    use this Python (3.11 to 3.13)'

setup:
	@$(PYTHON) -m scripts.setup
ifdef SANITIZE
	@$(PYTHON) -m scripts.build_pjsua2 --sanitized
endif

asterisk:
	@exec $(PYTHON) -m scripts.run_asterisk

cluster:
	@$(PYTHON) -m scripts.setup --tests
	@exec $(BIN)/python -m scripts.cluster $(if $(NODES),--nodes $(NODES))

run: setup
	@exec $(BIN)/telefoon demo

test:
	@$(PYTHON) -m scripts.setup --tests
ifeq (,$(findstring not asterisk,$(TESTS)))
	@$(PYTHON) -m scripts.asterisk_root > /dev/null
endif
	@$(BIN)/python -m tests.running -n $(WORKERS) $(TESTS)

# One worker more than cores: a part of these tests waits for clocks and disks.
test-fast:
	@$(PYTHON) -m scripts.setup --tests
	@$(BIN)/python -m pytest --only fast -n $$(($$(nproc) + 1)) -o asyncio_debug=false $(or $(TESTS),tests/unit)

test-kits:
	@TELEFOON_TESTS_KITS=1 $(MAKE) test TESTS='tests/product/test_agent_kits.py tests/product/test_sipp_callers.py tests/asterisk/test_agent_kits.py'

# In its debug mode asyncio takes several times as long for a message.
exact: export TELEFOON_TESTS_EXACT_MINUTES = $(or $(MINUTES),60)
exact: export TELEFOON_TESTS_EXACT_CALLS = $(or $(CALLS),10)
exact: export TELEFOON_TESTS_EXACT_RESULT = $(or $(RESULT),build/exact.json)
exact:
	@$(PYTHON) -m scripts.setup --tests
	@mkdir -p build
	@$(BIN)/python -m pytest -q -o asyncio_debug=false tests/product/test_exact_streams.py

said-first: export TELEFOON_TESTS_SAID_FIRST = $(or $(CALLS),1000)
said-first: export TELEFOON_TESTS_SAID_FIRST_RESULT = $(or $(RESULT),build/said-first)
said-first:
	@$(PYTHON) -m scripts.setup --tests
	@mkdir -p build
	@$(BIN)/python -m pytest -q -o asyncio_debug=false tests/product/test_said_first.py

# The machine is hardly busy with a call, which lasts as long as it lasts.
interop:
	@$(PYTHON) -m scripts.setup --tests
	@$(PYTHON) -m scripts.asterisk_root > /dev/null
	@$(BIN)/python -m tests.sip.interop -n $(WORKERS) $(TESTS)

fuzz-api:
	@$(PYTHON) -m scripts.setup --tests
	@TELEFOON_FUZZ_MINUTES=$(or $(MINUTES),10) $(BIN)/python -m pytest -q tests/contract/test_schemathesis.py

test-memory:
	@$(PYTHON) -m scripts.setup --tests
	@$(BIN)/python -m tests.sanitized $(TESTS)

test-races:
	@$(PYTHON) -m scripts.setup --tests
	@$(BIN)/python -m tests.sanitized --races $(TESTS)

# The same seed sends the same bytes again.
fuzz: export TELEFOON_TESTS_FUZZ_SEED = $(or $(SEED),1)
fuzz: export TELEFOON_TESTS_FUZZ_MINUTES = $(or $(MINUTES),60)
fuzz:
	@$(PYTHON) -m scripts.setup --tests
	@$(BIN)/python -m pytest tests/unit/readers
	@$(BIN)/python -m tests.sanitized tests/sip/test_fuzz.py tests/sip/test_fuzz_findings.py

# Each promise is a test marked so, one small file a rule; most are in tests/unit/promises.
check:
	@$(PYTHON) -m scripts.setup --tests
	@$(BIN)/python -m pytest -m promise -n $$(nproc) $$(grep -rlF mark.promise tests/unit --include='test_*.py')

lint:
	@$(PYTHON) -m scripts.setup --tests
	@$(BIN)/ruff check --cache-dir $(CACHE)/ruff .
	@$(BIN)/ruff format --cache-dir $(CACHE)/ruff --check .
	@$(BIN)/mypy --cache-dir $(CACHE)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/clang-format --dry-run --Werror $(CPP)

format:
	@$(PYTHON) -m scripts.setup --tests
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/clang-format -i $(CPP)

# AGAINST=REV measures another revision of ours instead of Asterisk.
bench:
	@$(PYTHON) -m scripts.setup --tests
	@$(PYTHON) -m scripts.asterisk_root > /dev/null
	@$(BIN)/python -m bench $(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(LOAD),--load $(LOAD)) \
		$(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(AGAINST),--against $(AGAINST))

# matplotlib and py-spy are for these two alone, so they are an extra of their own. perf comes from the distribution.
bench-profile:
	@EXTRAS="$(EXTRAS) report" $(PYTHON) -m scripts.setup --tests
	@$(BIN)/python -m bench.profile $(if $(LOAD),--load $(LOAD))

bench-report:
	@EXTRAS="$(EXTRAS) report" $(PYTHON) -m scripts.setup --tests
	@$(BIN)/python -m bench.report

# Tries HEAD as README has a newcomer do it. TESTS chooses tests; KEEP=1 leaves the root in the cache.
fresh:
	@$(PYTHON) -m scripts.fresh $(RELEASE) $(if $(ONLY),--only $(ONLY)) $(if $(KEEP),--keep)

# Resolves for every Python from 3.11 on and writes hashes, but no package index: that is each machine's own matter.
lock:
	@$(PYTHON) -m scripts.setup --tests
	@$(UV_COMPILE) $(LOCK_FLAGS) --output-file requirements.lock
	@$(UV_COMPILE) $(LOCK_FLAGS) --extra test --constraint requirements.lock \
		--output-file requirements-test.lock
	@$(PYTHON) -m scripts.lock_extras $(LOCK_FLAGS)

# Refuses a tree with changes, an older version and a release without news; then `make check`, then the commit.
release:
	@$(PYTHON) -m scripts.setup --tests
	@$(PYTHON) -m scripts.release $(VERSION)

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
