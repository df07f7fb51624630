# secaudit: build, install, test.  `make help` lists what there is.
#
# The module is built with PGXS; secauditctl and the unit tests link the same
# src/core files with none of PostgreSQL.  Objects of those go to build/.

EXTENSION  = secaudit
MODULE_big = secaudit
PGFILEDESC = "secaudit - audit logging with a tamper-evident trail"
DATA       = $(wildcard secaudit--*.sql)

# The folders are the layers; scripts/check-layers.sh has the table.
PG_DIRS  := hooks statement facts record buffer trail writer server sql
CORE_SRC := $(sort $(wildcard src/core/*.c src/core/*/*.c))
PG_SRC   := src/secaudit.c $(sort $(wildcard $(PG_DIRS:%=src/%/*.c)))
BIN_SRC  := $(sort $(wildcard src/bin/*.c))
UNIT_SRC := $(sort $(wildcard test/unit/*.c))
# Of the module, what works on plain memory and files: the unit tests link it
# with test/unit/server in place of the server's headers.
PLAIN_SRC := src/buffer/deletions.c src/buffer/inflight.c src/buffer/inflight_recover.c \
	src/buffer/ring.c src/trail/file.c src/trail/recover.c src/writer/batch.c
OBJS      = $(PG_SRC:.c=.o) $(CORE_SRC:.c=.o)

EXTRA_CLEAN = secauditctl build $(OBJS:.o=.d) $(wildcard src/*.gc?? src/*/*.gc?? src/*/*/*.gc??)

# Tests: one topic per file of sql/, one behaviour per file of t/.
REGRESS   = $(sort $(patsubst sql/%.sql,%,$(wildcard sql/*.sql)))
TAP_TESTS = 1

# The rules for these are ours: the server's tools refuse to run as root, and
# a test must not depend on what the machine has installed.
NO_INSTALLCHECK = 1

# No bitcode: inlining an audit hook into a query's machine code is nothing to
# wish for, and it would make clang a requirement of the build.
override with_llvm = no

PG_CONFIG ?= pg_config
ifeq ($(strip $(PG_CONFIG)),)
override PG_CONFIG = pg_config
endif

# -isystem keeps -Wextra for our code and quiet for PostgreSQL's headers: gcc
# ignores the -I of the same directory that PGXS adds.
PG_CPPFLAGS = -isystem $(shell $(PG_CONFIG) --includedir-server) -Isrc
# The files are cut for the reader; gcc compiles them as one when it links, which
# takes a tenth off a record.  Fat objects, so that nm still reads each file.
LTO := $(if $(findstring Free Software,$(shell $(CC) --version 2>/dev/null)),-flto=auto -ffat-lto-objects)
# Hooks and callbacks have the signatures they are given.
PG_CFLAGS   = -Wextra -Wno-unused-parameter -Wshadow -Wstrict-prototypes -Wvla -fvisibility=hidden \
	$(LTO) -MMD -MP $(COPT_DEV)
SHLIB_LINK  = -lcrypto -ljansson -lpcre2-8 -lzstd -lz

# PGDLLEXPORT is empty before 16; with hidden visibility it has to mean
# something.
PG_MAJOR := $(shell $(PG_CONFIG) --version 2>/dev/null | \
	sed 's/[^0-9]*\([0-9]*\).*/\1/')
ifeq ($(PG_MAJOR),15)
PG_CPPFLAGS += -DPGDLLEXPORT='__attribute__((visibility("default")))'
endif

# secauditctl knows no server, so one is enough for all majors.  Where each major
# has a directory of programs of its own (Debian, PGDG's RPMs), neither PATH nor
# man has it: there it goes to /usr/local, elsewhere beside the server's programs.
# CTL=no: without it, for packagers whose secauditctl has a package of its own.
PG_BINDIR  := $(shell $(PG_CONFIG) --bindir 2>/dev/null)
CTL_PREFIX ?= $(if $(filter /usr/lib/postgresql/% /usr/pgsql-%,$(PG_BINDIR)),/usr/local,$(patsubst %/bin,%,$(PG_BINDIR)))
CTL        ?= yes
ifneq ($(CTL),no)
CTL_TARGETS = secauditctl
endif

all: $(CTL_TARGETS)
.PHONY: all help install-ctl uninstall-ctl dist package package-test unit unit-asan unit-valgrind fuzz regress tap test test-all bench bench-budget demo \
	server-suite installcheck lint format deps

# PostgreSQL's own package holds PGXS, but not the headers.
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
PG_HEADER := $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)/postgres.h
ifneq ($(and $(wildcard $(PGXS)),$(wildcard $(PG_HEADER))),)
include $(PGXS)

# Whatever went into an object makes it stale: its headers (PGXS does not
# track them in Debian's build), the flags, the server it was built for.
BUILT_WITH := $(CC) $(CPPFLAGS) $(CFLAGS) $(shell $(PG_CONFIG) --version)
$(OBJS): build/flags.module
-include $(wildcard $(OBJS:.o=.d))

install: $(CTL_TARGETS:%=install-ctl)
uninstall: $(CTL_TARGETS:%=uninstall-ctl)

else
# make test, demo and deps work without the server's development files: they
# say what is missing, or install it.
BUILT_WITH :=
all install uninstall:
	@echo "secaudit needs the development files of PostgreSQL 15 or later:" >&2
	@echo "'$(PG_CONFIG)' was not found, or its headers (postgres.h) were not." >&2
	@echo "Debian: make deps, or apt-get install postgresql-server-dev-NN." >&2
	@echo "Elsewhere: make PG_CONFIG=/path/to/pg_config" >&2
	@exit 1
clean:
	rm -rf $(EXTRA_CLEAN) $(OBJS) secaudit.so secauditctl tmp_check
endif

#
# The programs that know no PostgreSQL.
#
CORE_CPPFLAGS = -Isrc -D_GNU_SOURCE -D_FORTIFY_SOURCE=2
CORE_CFLAGS   = -std=gnu11 -g -O2 -fstack-protector-strong -fno-strict-aliasing \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wdeclaration-after-statement -Wformat-security -MMD -MP $(COPT_DEV)
ASAN_CFLAGS   = $(filter-out -O2,$(CORE_CFLAGS)) -O1 -U_FORTIFY_SOURCE \
	-fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all
CORE_LIBS     = -ljansson -lcrypto -lpcre2-8 -lzstd -lz
# The commands that talk to a server need its client library as well.
BIN_CPPFLAGS  = -isystem $(shell $(PG_CONFIG) --includedir 2>/dev/null)
BIN_LIBS      = -L$(shell $(PG_CONFIG) --libdir 2>/dev/null) -lpq
UNIT_LIBS     = $(CORE_LIBS) -lcheck -lsubunit -lm -lrt -lpthread

# A file that holds the flags, rewritten only when they change.
write-if-changed = mkdir -p $(@D) && printf '%s\n' '$(subst ','\'',$(1))' > $@.new && \
	if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
.PHONY: always
always:
build/flags.module: always
	@$(call write-if-changed,$(BUILT_WITH))
build/flags.core: always
	@$(call write-if-changed,$(CC) $(CORE_CPPFLAGS) $(CORE_CFLAGS))

build/plain/%.o: %.c build/flags.core
	@mkdir -p $(@D)
	$(CC) $(CORE_CPPFLAGS) $(CORE_CFLAGS) -c -o $@ $<
build/asan/%.o: %.c build/flags.core
	@mkdir -p $(@D)
	$(CC) $(CORE_CPPFLAGS) $(ASAN_CFLAGS) -c -o $@ $<

UNIT_CPPFLAGS = -Itest/unit/server $(CORE_CPPFLAGS)
build/plain/unit/%.o: %.c build/flags.core
	@mkdir -p $(@D)
	$(CC) $(UNIT_CPPFLAGS) $(CORE_CFLAGS) -c -o $@ $<
build/asan/unit/%.o: %.c build/flags.core
	@mkdir -p $(@D)
	$(CC) $(UNIT_CPPFLAGS) $(ASAN_CFLAGS) -c -o $@ $<

CORE_PLAIN = $(CORE_SRC:%.c=build/plain/%.o)
BIN_PLAIN  = $(BIN_SRC:%.c=build/plain/%.o)
UNIT_PLAIN = $(patsubst %.c,build/plain/unit/%.o,$(UNIT_SRC) $(PLAIN_SRC))
UNIT_ASAN  = $(patsubst %.c,build/asan/unit/%.o,$(UNIT_SRC) $(PLAIN_SRC)) \
	$(CORE_SRC:%.c=build/asan/%.o)
$(BIN_PLAIN): CORE_CPPFLAGS += $(BIN_CPPFLAGS)
-include $(wildcard $(patsubst %.o,%.d,$(CORE_PLAIN) $(BIN_PLAIN) \
	$(UNIT_PLAIN) $(UNIT_ASAN)))

secauditctl: $(BIN_PLAIN) $(CORE_PLAIN)
	$(CC) $(CORE_CFLAGS) -o $@ $^ -Wl,-z,relro -Wl,-z,now $(CORE_LIBS) $(BIN_LIBS)

# Program, man page, completion of the shells, lnav's format of the records, settings
# to include into postgresql.conf.
CTL_DESTDIR = $(DESTDIR)$(CTL_PREFIX)
CTL_FILES   = bin/secauditctl share/man/man1/secauditctl.1 \
	share/bash-completion/completions/secauditctl share/zsh/site-functions/_secauditctl \
	share/secaudit/secaudit.lnav.json share/secaudit/secaudit-record-1.schema.json \
	$(addprefix share/secaudit/,$(wildcard profiles/*.conf))
install-ctl: secauditctl
	@[ -n '$(CTL_PREFIX)' ] || { echo "CTL_PREFIX is not set, and there is no pg_config to know it from" >&2; exit 1; }
	install -d $(foreach d,$(sort $(dir $(CTL_FILES))),'$(CTL_DESTDIR)/$(d)')
	install -m 755 secauditctl '$(CTL_DESTDIR)/bin/'
	install -m 644 docs/secauditctl.1 '$(CTL_DESTDIR)/share/man/man1/'
	install -m 644 packaging/completion/secauditctl.bash '$(CTL_DESTDIR)/share/bash-completion/completions/secauditctl'
	install -m 644 packaging/completion/_secauditctl '$(CTL_DESTDIR)/share/zsh/site-functions/'
	install -m 644 packaging/secaudit.lnav.json docs/secaudit-record-1.schema.json '$(CTL_DESTDIR)/share/secaudit/'
	install -m 644 $(wildcard profiles/*.conf) '$(CTL_DESTDIR)/share/secaudit/profiles/'
uninstall-ctl:
	rm -f $(CTL_FILES:%='$(CTL_DESTDIR)/%')

build/unit: $(UNIT_PLAIN) $(CORE_PLAIN)
	$(CC) $(CORE_CFLAGS) -o $@ $^ $(UNIT_LIBS)
build/unit-asan: $(UNIT_ASAN)
	$(CC) $(ASAN_CFLAGS) -o $@ $^ $(UNIT_LIBS)

unit: build/unit
	./build/unit
# Under the sanitizers, in one process: with check's forks a leak would be
# reported by a child whose exit status nobody looks at.
unit-asan: build/unit-asan
	CK_FORK=no ./build/unit-asan
unit-valgrind: build/unit
	CK_FORK=no UNIT_STEP=13 valgrind -q --leak-check=full --error-exitcode=1 ./build/unit

# libFuzzer, which comes with clang.  Inputs that it finds stay in build/; one
# that fails is left there as build/fuzz-NAME-crash-...
FUZZ_CC      = clang
FUZZ_SECONDS = 20
FUZZERS      = $(patsubst test/fuzz/fuzz_%.c,%,$(wildcard test/fuzz/fuzz_*.c))
build/fuzz-%: test/fuzz/fuzz_%.c $(wildcard test/fuzz/*.h) $(CORE_SRC) $(wildcard src/core/*.h src/core/*/*.h)
	@mkdir -p $@.corpus
	$(FUZZ_CC) $(CORE_CPPFLAGS) -Itest/fuzz -std=gnu11 -g -O1 -U_FORTIFY_SOURCE \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-Wall -Wextra -o $@ $< $(CORE_SRC) $(CORE_LIBS)
fuzz: $(FUZZERS:%=build/fuzz-%)
	@for f in $(FUZZERS); do \
		echo "fuzzing $$f for $(FUZZ_SECONDS) s"; \
		dict=test/fuzz/$$f.dict; \
		build/fuzz-$$f -max_total_time=$(FUZZ_SECONDS) -max_len=600 -timeout=10 \
			-verbosity=0 -print_final_stats=1 $$([ ! -f $$dict ] || echo -dict=$$dict) \
			-artifact_prefix=build/fuzz-$$f- \
			build/fuzz-$$f.corpus test/fuzz/corpus/$$f || exit 1; \
	done

#
# Tests, demo and checks; the scripts say what they do.
#
SCRIPT_ENV = PG_CONFIG='$(PG_CONFIG)' MAKE='$(MAKE)' COPT_DEV='$(COPT_DEV)'

# Everything, from a clean clone, on a machine that has only PostgreSQL.
test:
	@$(SCRIPT_ENV) scripts/test.sh all
# The same on every major, each in a root of its own, which the first run makes.
# make test-all VERSIONS='17 18' TARGETS='unit regress'
test-all:
	@VERSIONS='$(VERSIONS)' scripts/test-all.sh $(TARGETS)
# Parts of it.  make regress REGRESS='guc dml'; make tap PROVE_TESTS=t/x.pl
regress:
	@$(SCRIPT_ENV) REGRESS='$(REGRESS)' scripts/test.sh regress
tap:
	@$(SCRIPT_ENV) PROVE_TESTS='$(PROVE_TESTS)' PROVE_FLAGS='$(PROVE_FLAGS)' scripts/test.sh tap
# The same against what `make install` put into the server of PG_CONFIG.
installcheck:
	@$(SCRIPT_ENV) REGRESS='$(REGRESS)' PROVE_TESTS='$(PROVE_TESTS)' \
		PROVE_FLAGS='$(PROVE_FLAGS)' scripts/test.sh --installed regress tap
# PostgreSQL's own suite, with and without secaudit.  On another major:
# scripts/test-version 17 server-suite
server-suite:
	@$(SCRIPT_ENV) scripts/pg-regress-compare.sh
# Measurements beside the peers; see bench/README.md.  make bench BENCH=cpu
bench:
	@$(SCRIPT_ENV) bench/run.sh $(BENCH)
# Instruction counts against bench/budget; a part of make test.
bench-budget:
	@$(SCRIPT_ENV) bench/run.sh budget
demo:
	@$(SCRIPT_ENV) KEEP='$(KEEP)' scripts/demo.sh
deps:
	@$(SCRIPT_ENV) scripts/deps.sh build test lint
lint:
	@$(SCRIPT_ENV) scripts/lint.sh
format:
	clang-format -i $(wildcard src/*.[ch] src/*/*.[ch] src/*/*/*.[ch] test/unit/*.[ch] test/unit/server/*.[ch] test/unit/server/*/*.[ch] test/fuzz/*.[ch])

#
# Packages and archives.
#
# For PGXN and packagers: what is committed, the same bytes each time.
DIST_DIR  = build
DIST_NAME = secaudit-$(shell sed -n 's/^\#define AUD_VERSION "\(.*\)"/\1.0/p' src/core/version.h)
dist:
	@mkdir -p '$(DIST_DIR)'
	@TZ=UTC git archive --format=zip -9 --prefix=$(DIST_NAME)/ -o '$(DIST_DIR)/$(DIST_NAME).zip' HEAD
	@git archive --format=tar --prefix=$(DIST_NAME)/ HEAD | gzip -9n > '$(DIST_DIR)/$(DIST_NAME).tar.gz'
	@git diff --quiet HEAD || echo "what is not committed is not in the archives" >&2
	@cd '$(DIST_DIR)' && sha256sum $(DIST_NAME).zip $(DIST_NAME).tar.gz
# Debian's, in the roots of scripts/test-version.  make package VERSIONS='15 17'
PACKAGE_VERSIONS = $(or $(VERSIONS),15 17 18 19)
package:
	@for v in $(PACKAGE_VERSIONS); do scripts/package.sh $$v || exit 1; done
package-test: package
	@for v in $(PACKAGE_VERSIONS); do scripts/test-package.sh $$v || exit 1; done

help:
	@echo "make                 build the module and secauditctl"
	@echo "make install         install them into the server of PG_CONFIG; secauditctl where PATH"
	@echo "                     and man find it (CTL_PREFIX=/usr/local, CTL=no: not at all)"
	@echo "make demo            see it work in a throw-away cluster (KEEP=1 keeps the server)"
	@echo "make test            every test, installing what the tests need"
	@echo "make test-all        the same on PostgreSQL 15 to 19, each in a root of its own"
	@echo "                     (Debian, as root; VERSIONS='17 18' TARGETS='unit regress')"
	@echo "make unit            unit tests without a server; unit-asan, unit-valgrind: checked"
	@echo "make fuzz            libFuzzer on src/core (FUZZ_SECONDS=20 each; needs clang)"
	@echo "make regress         SQL tests, in a private copy of the server (REGRESS='a b')"
	@echo "make tap             TAP tests, likewise (PROVE_TESTS=t/x.pl PROVE_FLAGS=-v)"
	@echo "make installcheck    both, against the installed extension"
	@echo "make server-suite    PostgreSQL's own suite, with and without secaudit"
	@echo "make bench           measure beside other audit extensions (BENCH='cpu memory'"
	@echo "                     BENCH_SCALE=full; bench/README.md)"
	@echo "make bench-budget    instructions per record and hook against bench/budget"
	@echo "make package         Debian packages, in roots of their own; package-test: install,"
	@echo "                     upgrade, remove and purge them there (VERSIONS='15 17')"
	@echo "make dist            the archives for PGXN and packagers, from what is committed"
	@echo "make lint            format, layers, documents, symbols, cppcheck, -fanalyzer, shellcheck"
	@echo "make format          clang-format the sources"
	@echo "make deps            install the packages all of this needs (Debian)"
	@echo "PG_CONFIG=PATH       which server; COPT_DEV=FLAGS: further compiler flags"
