# What proves more, and takes longer than `make test`: the rest of the Makefile's targets.

TSAN := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
# gcc's ThreadSanitizer wants its addresses where a kernel that shuffles far does not leave
# them; a container may forbid to ask for that.
slow     = TEST_PATIENCE='$(or $(TEST_PATIENCE),5)'
fixed    = $(shell setarch -R true 2>/dev/null && echo setarch -R)

bugs: all                 ## play the suites against each planted bug: every one has to be caught
soak: all $B/unit         ## 100,000 certificates, 1000 permuting CAs, races 100 times
bugs soak:
	@$(with) tests/run.sh $@
tsan:                     ## build and check under ThreadSanitizer
	@+CK_FORK=no $(slow) TSAN_OPTIONS=halt_on_error=1 $(fixed) $(submake) check B=build/tsan CFLAGS='$(TSAN)' PARTS='$(or $(PARTS),unit cli)'
valgrind: all $B/unit     ## the unit tests under valgrind: memory that was never set
	@$(with) $(slow) tests/run.sh $(or $(PARTS),valgrind)
interop: all              ## judge every released CA and client that can be had here
	@tests/deps.sh all
	@$(with) tests/run.sh interop
clients: all              ## judge five released clients of Debian
	@tests/deps.sh clients
	@$(with) tests/run.sh clients
bench: all                ## measure the server suite and the mock CA, both by Pebble
	@$(with) tests/bench/run.sh
	@$(with) tests/bench/issuance.sh
golden: $B/unit           ## write the reports in tests/golden anew; read the difference
	@GOLDEN=write $B/unit golden
