# acmespec: how it is built, tested and installed.  `make help` lists the targets.
#
#   make demo    installs what is missing, builds, and judges a CA on this machine
#   make test    installs what is missing, builds, and runs every test
#
# Objects, logs and generated lists live under $(B).  A variant (sanitizers, another
# compiler, fuzzing) is these same rules with another B and CFLAGS, so they never mix.
# V=1 shows whole commands; J is how many files a target compiles at once.

VERSION := 0.1.0
B       := build
PREFIX  := /usr/local
CFLAGS  := -O2 -g
J       := 2

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
        -Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wformat=2 -Wundef -Wvla
LIBS := openssl libcurl libmicrohttpd gnutls jansson ldns
ASAN := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
        -fno-sanitize-recover=all

core   := $(filter-out harness/main.c,\
            $(sort $(wildcard harness/*.c harness/*/*.c mocks/*.c reports/*.c)))
tests  := $(sort $(wildcard tests/*.c))
suites := $(patsubst tests/test_%.c,%,$(filter tests/test_%.c,$(tests)))
fuzzes := $(sort $(wildcard tests/fuzz/fuzz_*.c))
code   := harness/main.c $(core) $(tests)
obj     = $(patsubst %.c,$B/%.o,$1)

# pkg-config is asked once, by the first recipe that wants it: after $B/libs spoke.
once       = $(eval $1 := $(shell pkg-config $2))$($1)
pkg_cflags = $(call once,pkg_cflags,--cflags $(LIBS) check)
pkg_libs   = $(call once,pkg_libs,--libs $(LIBS))
check_libs = $(call once,check_libs,--libs check)

CPPFLAGS = -Iharness -I. -D_POSIX_C_SOURCE=200809L -DACMESPEC_VERSION='"$(VERSION)"' \
           -DACMESPEC_SOURCE_DIR='"$(CURDIR)"' \
           -DACMESPEC_DATADIR='"$(PREFIX)/share/acmespec"'
flags    = -std=c11 $(WARN) $(WERROR) $(CPPFLAGS) $(pkg_cflags:-I%=-isystem %) $(CFLAGS)
link     = $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^
say      = $(if $V,,@printf '%-4s %s\n' $1 $2; )
update   = cmp -s $@.new $@ && rm $@.new || mv $@.new $@
submake  = $(MAKE) --no-print-directory -j$J
mk       = Makefile tests/more.mk
with     = B='$B' CC='$(CC)' CFLAGS='$(CFLAGS)' VERSION='$(VERSION)'

.PHONY: $(shell sed -n 's/^\([a-z]*\):.*/\1/p' $(mk)) FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: $B/acmespec          ## build build/acmespec
demo:                     ## install what is missing, build, and judge Pebble on loopback
	@tests/deps.sh
	@+$(submake) all
	@$(with) tests/demo.sh
test:                     ## install what is missing, build, and run every test
	@tests/deps.sh
	@+$(submake) all $B/unit
	@$(with) tests/run.sh unit gates read cli self pebble
check: all $B/unit        ## unit tests, gates, all scenarios read, command line tests
	@$(with) tests/run.sh $(or $(PARTS),unit gates read cli)
self: all                 ## play both suites against our own mocks
	@$(with) tests/run.sh self
asan:                     ## build and check under AddressSanitizer and UBSan
	@+CK_FORK=no $(submake) check B=build/asan CFLAGS='$(ASAN)' PARTS='unit read cli self pebble'
lint:                     ## gcc and clang with -Werror, clang-tidy, cppcheck
	@tests/lint.sh tools
	@+$(submake) all build/gcc/unit B=build/gcc CC=gcc WERROR=-Werror
	@+$(submake) all build/clang/unit tidy B=build/clang CC=clang WERROR=-Werror
	@$(with) tests/run.sh lint
fuzz:                     ## FUZZ_SECONDS=60 of each fuzzer, from its kept corpus
	@tests/fuzz/run.sh tools
	@+$(submake) fuzzers B=build/fuzz CC=clang CFLAGS='$(ASAN) -fsanitize=fuzzer-no-link'
	@$(with) tests/run.sh fuzz
format:                   ## lay out the C code as .clang-format says
	@tests/format.sh --write
install: all              ## copy program, manual and scenarios to DESTDIR, PREFIX
	@$(with) PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' tests/install.sh
deps:                     ## install what building and testing need
	@tests/deps.sh
clean:                    ## remove build/
	@rm -rf build
help:                     ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1@\2/p' $(mk) | \
	  while IFS=@ read -r name text; do printf '%-18s%s\n' "$$name" "$$text"; done
include tests/more.mk

$B/acmespec: $(call obj,harness/main.c $(core))
	$(call say,LD,$@)$(link) $(pkg_libs) -lpthread
$B/unit: $(call obj,$(core) $(tests))
	$(call say,LD,$@)$(link) $(check_libs) $(pkg_libs) -lpthread
$B/fuzz_%: $(call obj,tests/fuzz/fuzz_%.c tests/fuzz/fuzz.c $(core))
	$(call say,LD,$@)$(link) -fsanitize=fuzzer $(pkg_libs) -lpthread
$B/%.o: %.c $B/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(flags) -I$B -MMD -MP -c -o $@ $<
$B/%.tidy: %.c $B/%.o .clang-tidy
	$(call say,TIDY,$<)clang-tidy --quiet --warnings-as-errors='*' $< -- $(flags) -I$B 2>$@.log \
	  || { cat $@.log >&2; exit 1; }
	@touch $@
tidy: $(patsubst %.c,$B/%.tidy,$(code))
fuzzers: $(patsubst tests/fuzz/%.c,$B/%,$(fuzzes))

# The libraries are there; the flags, and the list of Check suites for tests/main.c.
# The last two are touched only when they change, so that only then is anything rebuilt.
$B/libs:
	@tests/deps.sh check
	@mkdir -p $B && touch $@
$B/flags: FORCE | $B/libs
	@printf '%s ' $(CC) $(flags) > $@.new; $(update)
$B/suites.def: FORCE | $B/libs
	@printf '%s\n' $(foreach s,$(suites),'SUITE($s)') > $@.new; $(update)
$B/tests/main.o: $B/suites.def

-include $(patsubst %.o,%.d,$(call obj,$(code) $(fuzzes) tests/fuzz/fuzz.c))
