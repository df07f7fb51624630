EXTENSION  = secaudit
MODULE_big = secaudit
PGFILEDESC = "secaudit - audit logging with a tamper-evident trail"
DATA       = secaudit--1.0.sql

CORE_SRC = $(wildcard src/core/*.c)
PG_SRC   = $(wildcard src/*.c)
OBJS     = $(CORE_SRC:.c=.o) $(PG_SRC:.c=.o)

REGRESS      = 
REGRESS_OPTS = --temp-instance=tmp_check/regress --temp-config=sql/secaudit.conf
TAP_TESTS    = 1
SCRIPTS_built = secauditctl
EXTRA_CLEAN  = secauditctl test/unit/run $(wildcard src/*.gc?? src/core/*.gc??)

PG_CONFIG ?= pg_config
PG_INCLUDE := $(shell $(PG_CONFIG) --includedir-server)

# -isystem keeps -Wextra for our code and quiet for PostgreSQL's headers.
# PGDLLEXPORT is empty before 16; with hidden visibility it has to mean something.
PG_CPPFLAGS = -isystem $(PG_INCLUDE) -Isrc -Isrc/core
PG_CFLAGS   = -Wextra -Wshadow -Wstrict-prototypes -Wvla -fvisibility=hidden $(COPT_DEV)
ifeq ($(shell $(PG_CONFIG) --version | sed 's/[^0-9]*\([0-9]*\).*/\1/'),15)
PG_CPPFLAGS += -DPGDLLEXPORT='__attribute__((visibility("default")))'
endif
SHLIB_LINK  = -ljansson -lcrypto

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

all: secauditctl
CORE_CFLAGS = -std=gnu11 -g -O2 -Wall -Wextra -Isrc/core $(COPT_DEV)
secauditctl: $(wildcard src/bin/*.c) $(CORE_SRC)
	$(CC) $(CORE_CFLAGS) -o $@ $^ -ljansson -lcrypto
test/unit/run: $(wildcard test/unit/*.c) $(CORE_SRC)
	$(CC) $(CORE_CFLAGS) -o $@ $^ -ljansson -lcrypto -lcheck -lsubunit -lm -lrt -lpthread
.PHONY: unit
unit: test/unit/run
	./test/unit/run
