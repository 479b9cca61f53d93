# SPDX-License-Identifier: ISC
# mls: who is trying to log in to your mail server.
#
#   make            build the programs into build/
#   make demo       install what building needs, build, run on a sample log
#   make check      install what the tests need, build, run the tests
#   make install    PREFIX=/usr/local SYSCONFDIR=/etc LOCALSTATEDIR=/var/lib
#                   DESTDIR=
#   make asan       the whole suite with address and undefined-behaviour checks
#   make soak       what takes more than a minute
#   make fuzz       every fuzz target for FUZZ_SECONDS (60)
#   make bench      timings against a floor and peers; MAILLOGSENTINEL says
#                   where the sources of that one are, if they are

PROGRAMS = mls-filter mls-ipinfo mls-summarize
VERSION = 0.1.0

PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
DATADIR = $(PREFIX)/share/mls
SYSCONFDIR = /etc
LOCALSTATEDIR = /var/lib
DESTDIR =
B = build

CC = cc
PKG_CONFIG = pkg-config
LIBRARIES = zlib yaml-0.1
# Loaded by the runs that ask for names, or fetch, by the names their files have.
LOADED = ldns libcurl
soname = $(shell readelf -d '$(shell $(PKG_CONFIG) --variable=libdir \
	$(1) 2>/dev/null)/$(2).so' 2>/dev/null | \
	sed -n 's/.*(SONAME).*\[\(.*\)\].*/\1/p')
LOADED_AS := -DLIBLDNS='"$(call soname,ldns,libldns)"' \
	-DLIBCURL='"$(call soname,libcurl,libcurl)"'
FUZZ_SECONDS = 60

# Every flag is tried on the compiler at hand: gcc and clang of different ages
# know different ones.
try = $(shell $(CC) -Werror $(1) -x c -o /dev/null - </dev/null \
	-c 2>/dev/null && echo '$(1)')
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes \
	-Wstrict-prototypes -Wvla -Wformat=2
# What is small is zeroed by plain stores: 'rep stos' takes long to begin.
ZEROING = -mmemset-strategy=vector_loop:1024:noalign,libcall:-1:noalign
HARDENING := -fstack-protector-strong -fPIE \
	$(call try,-fstack-clash-protection) $(call try,-fcf-protection=full) \
	$(call try,-ftrivial-auto-var-init=zero) $(call try,$(ZEROING))
# A function of one file becomes part of that of another, which is a tenth of the
# time of a row.  Tests are linked from the same objects, each by itself.
try_whole = $(shell echo 'int main(void) { return 0; }' | \
	$(CC) -Werror $(1) -x c -o /dev/null - 2>/dev/null && echo '$(1)')
WHOLE := $(call try_whole,-flto=auto -ffat-lto-objects)
APART = $(if $(WHOLE),-fno-lto)
# More of them than the compiler thinks it worth: another fourteenth.
INLINING := $(call try,--param max-inline-insns-auto=120 \
	--param inline-unit-growth=300)
FORTIFY := $(if $(call try,-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3),3,2)
OPTIMISE = -O3 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(FORTIFY) \
	$(HARDENING) $(WHOLE) $(INLINING)
LINKING = -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed
SANITIZE = -O1 -g -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all

MODE = $(OPTIMISE)
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -Isrc -I$(B) $(WARNINGS) \
	-DVERSION='"$(VERSION)"' -DSYSCONFDIR='"$(SYSCONFDIR)"' \
	-DLOCALSTATEDIR='"$(LOCALSTATEDIR)"' \
	$(LOADED_AS) \
	$(shell $(PKG_CONFIG) --cflags $(LIBRARIES) $(LOADED) 2>/dev/null) \
	-pthread $(MODE) $(CFLAGS)
LIBS = $(shell $(PKG_CONFIG) --libs $(LIBRARIES)) -ldl
# What is compared with ldns.
FUZZ_LIBS = $(LIBS) $(shell $(PKG_CONFIG) --libs ldns)

LAYERS = base schema parse enrich deliver report
SOURCES = $(foreach layer,$(LAYERS),$(wildcard src/$(layer)/*.c))
OBJECTS = $(SOURCES:src/%.c=$(B)/%.o)
# What mls-NAME has beside the layers: src/NAME-*.c.
parts = $(patsubst src/%.c,$(B)/%.o,$(wildcard src/$(1:mls-%=%)-*.c))
PARTS = $(foreach program,$(PROGRAMS),$(call parts,$(program)))
RULES = $(sort $(wildcard filters/*.yaml))
HEADERS = $(wildcard src/*.h src/*/*.h)
EMBEDDED = $(B)/embedded.h $(B)/page-css.h
UNITS = $(patsubst t/%.c,$(B)/t/%.t,$(wildcard t/*.c))
FUZZERS = $(patsubst t/fuzz/%.c,%,$(filter-out t/fuzz/replay.c,\
	$(wildcard t/fuzz/*.c)))
REPLAYS = $(FUZZERS:%=$(B)/t/replay-%)
BENCH = generate ranges floor measure talk
# What builds everything once more, first: at the end it would run alone.
LONG = t/800-install.t
JOBS = $(shell nproc 2>/dev/null || echo 2)

all: $(PROGRAMS:%=$(B)/%)

# Flags by a stamp: a change of compiler or flags builds everything again.
$(B)/flags: FORCE
	@mkdir -p $(B)
	@echo '$(subst ','\'',$(CC) $(ALL_CFLAGS) $(LDFLAGS))' | \
	    cmp -s - $@ || \
	    echo '$(subst ','\'',$(CC) $(ALL_CFLAGS) $(LDFLAGS))' >$@

$(B)/%.o: src/%.c $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The rule files as C text, so that the program works with nothing installed.
$(B)/embedded.h: $(RULES) Makefile
	@mkdir -p $(B)
	@for f in $(RULES); do \
		n=$${f##*/}; \
		printf '{ "%s",\n' "$${n%.yaml}"; \
		sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/	"/' \
		    -e 's/$$/\\n"/' "$$f"; \
		printf '},\n'; \
	done >$@.tmp && mv $@.tmp $@
$(B)/parse/rules.o: $(B)/embedded.h

# A style sheet as C text, without its comment on top.
$(B)/%-css.h: src/report/%.css
	@mkdir -p $(B)
	@sed -e 1d -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/"&\\n"/' $< >$@
$(B)/report/page.o: $(B)/page-css.h

$(B)/libmls.a: $(OBJECTS)
	@rm -f $@
	@$(AR) rcs $@ $(OBJECTS)

$(foreach program,$(PROGRAMS),\
	$(eval $(B)/$(program): $(call parts,$(program))))
$(PROGRAMS:%=$(B)/%): $(B)/%: $(B)/%.o $(B)/libmls.a
	$(CC) $(ALL_CFLAGS) $(LINKING) $(LDFLAGS) -o $@ $(filter %.o,$^) \
	    $(B)/libmls.a $(LIBS)

$(B)/t/%.t: t/%.c $(B)/libmls.a $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(APART) -It/lib -MMD -MP -MF $@.d $(LINKING) \
	    $(LDFLAGS) -o $@ $< $(B)/libmls.a $(LIBS)

# System calls that fail on demand.
$(B)/t/fault.so: t/lib/fault.c t/lib/chance.h $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fPIC -shared -o $@ $< -ldl

# A DNS server that misbehaves on demand.
$(B)/t/nameserver: $(wildcard t/dns/*.c t/dns/*.h) t/lib/chance.h $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -It/lib $(LINKING) $(LDFLAGS) -o $@ $(filter %.c,$^)

# Counts allocations; only where the C library is GNU's.
$(B)/t/allocations.so: t/lib/allocations.c $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fPIC -shared -o $@ $< || rm -f $@

# Rows for tests and timings of mls-summarize.
$(B)/t/rows: t/bench/rows.c t/lib/chance.h $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -It/lib $(LINKING) $(LDFLAGS) -o $@ $<

$(B)/t/replay-%: t/fuzz/%.c t/fuzz/replay.c $(B)/libmls.a $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(APART) -MMD -MP -MF $@.d $(LINKING) $(LDFLAGS) \
	    -o $@ t/fuzz/$*.c t/fuzz/replay.c $(B)/libmls.a $(FUZZ_LIBS)

-include $(OBJECTS:.o=.d) $(PARTS:.o=.d) $(PROGRAMS:%=$(B)/%.d) \
	$(UNITS:=.d) $(REPLAYS:=.d)

# The two commands of the README.  Both install what they need first.
demo:
	@sh contrib/setup/packages build
	@test -x $(B)/mls-summarize || echo 'Building, for a minute or two ...'
	@$(MAKE) --no-print-directory --silent all
	@sh contrib/demo/demo $(B)/mls-filter

check:
	@sh contrib/setup/packages check
	@$(MAKE) --no-print-directory test

test: all $(UNITS) $(REPLAYS) $(B)/t/nameserver $(B)/t/fault.so \
    $(B)/t/allocations.so $(B)/t/rows $(B)/generate $(B)/ranges $(B)/measure
	MLS_BUILD='$(abspath $(B))' prove -j$(JOBS) -e '' $(LONG) \
	    $(filter-out $(LONG),$(sort $(wildcard t/*.t))) $(UNITS)

asan:
	$(MAKE) B=build/asan LINKING= MODE='$(SANITIZE)' test

soak: all $(UNITS) $(B)/t/fault.so $(B)/t/nameserver
	@sh contrib/setup/packages check
	MLS_BUILD='$(abspath $(B))' MLS_SEQUENCES=10000 MLS_BYTES=100000000 \
	    MLS_KILLS=1000 MLS_HUPS=10000 MLS_MESSAGES=100000 \
	    MLS_OMPROG_KILLS=50 MLS_ALL_FAULTS=1 prove --timer -e '' t/415-rotation.t \
	    t/425-follow.t t/442-confirm-faults.t t/445-rsyslog.t t/soak/*.t

fuzz:
	@sh contrib/setup/packages fuzz
	@for target in $(FUZZERS); do \
		$(MAKE) --no-print-directory build/fuzz/$$target && \
		mkdir -p build/fuzz/corpus/$$target && \
		build/fuzz/$$target -max_total_time=$(FUZZ_SECONDS) \
		    -artifact_prefix=build/fuzz/ -timeout=10 \
		    -rss_limit_mb=2048 -print_final_stats=1 \
		    build/fuzz/corpus/$$target t/fuzz/corpus/$$target \
		    2>build/fuzz/$$target.log; status=$$?; \
		tail -n 8 build/fuzz/$$target.log; \
		[ $$status -eq 0 ] || exit $$status; \
	done

build/fuzz/%: t/fuzz/%.c $(SOURCES) $(HEADERS) $(EMBEDDED)
	@mkdir -p $(@D)
	clang -std=c11 -D_GNU_SOURCE -Isrc -I$(B) -DVERSION='"fuzz"' \
	    -DSYSCONFDIR='"/nonexistent"' -DLOCALSTATEDIR='"/nonexistent"' \
	    $(LOADED_AS) -g -O1 \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    -o $@ $< $(SOURCES) $(FUZZ_LIBS)

# Timings want nothing else running; they never decide a test.
bench: all $(BENCH:%=$(B)/%) $(B)/t/nameserver $(B)/t/rows $(B)/split
	@sh contrib/setup/packages bench
	{ t/bench/run $(B) $(B)/bench; \
	    MLS_BUILD=$(B) t/bench/ipinfo $(B)/bench; \
	    MLS_BUILD=$(B) t/bench/omprog $(B)/mls-filter $(B)/generate \
	        $(B)/talk $(B)/bench; \
	    MLS_BUILD=$(B) t/bench/rsyslog $(B)/mls-filter $(B)/generate \
	        $(B)/floor $(B)/bench; \
	    MLS_BUILD=$(B) t/bench/follow $(B)/mls-filter; \
	    t/bench/dns $(B)/mls-filter $(B)/t/nameserver $(B)/bench; \
	    t/bench/live $(B)/mls-filter $(B)/t/nameserver $(B)/bench; \
	    t/bench/summarize $(B)/mls-summarize $(B)/t/rows $(B)/split \
	        $(B)/measure $(B)/bench; } | \
	    tee $(B)/bench.txt

$(BENCH:%=$(B)/%): $(B)/%: t/bench/%.c t/lib/chance.h $(B)/flags
	$(CC) $(ALL_CFLAGS) -It/lib $(LINKING) $(LDFLAGS) -o $@ $< -lz

# The floor may use all that this machine has.
$(B)/split: t/bench/split.c $(B)/flags
	$(CC) $(ALL_CFLAGS) -march=native $(LINKING) $(LDFLAGS) -o $@ $<

install: all
	install -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(MANDIR)/man1' \
	    '$(DESTDIR)$(MANDIR)/man5' '$(DESTDIR)$(DATADIR)/filters' \
	    '$(DESTDIR)$(SYSCONFDIR)/mls/filters' \
	    '$(DESTDIR)$(LOCALSTATEDIR)/mls'
	install -m 755 $(PROGRAMS:%=$(B)/%) '$(DESTDIR)$(BINDIR)'
	install -m 644 $(wildcard src/*.1) '$(DESTDIR)$(MANDIR)/man1'
	install -m 644 $(wildcard src/*.5) '$(DESTDIR)$(MANDIR)/man5'
	install -m 644 $(RULES) '$(DESTDIR)$(DATADIR)/filters'
	install -m 644 conf/mls.yaml '$(DESTDIR)$(DATADIR)/mls.yaml'
	@if [ -e '$(DESTDIR)$(SYSCONFDIR)/mls/mls.yaml' ] && \
	    ! cmp -s conf/mls.yaml '$(DESTDIR)$(SYSCONFDIR)/mls/mls.yaml'; \
	then \
		echo 'kept your $(SYSCONFDIR)/mls/mls.yaml; the new one is' \
		    '$(DATADIR)/mls.yaml'; \
	else \
		install -m 644 conf/mls.yaml \
		    '$(DESTDIR)$(SYSCONFDIR)/mls/mls.yaml'; \
	fi

# A configuration that was changed stays, and so do databases.
uninstall:
	rm -f $(PROGRAMS:%='$(DESTDIR)$(BINDIR)/%') \
	    $(patsubst src/%,'$(DESTDIR)$(MANDIR)/man1/%',\
	    $(wildcard src/*.1)) \
	    $(patsubst src/%,'$(DESTDIR)$(MANDIR)/man5/%',\
	    $(wildcard src/*.5))
	@if cmp -s conf/mls.yaml '$(DESTDIR)$(SYSCONFDIR)/mls/mls.yaml'; then \
		rm -f '$(DESTDIR)$(SYSCONFDIR)/mls/mls.yaml'; \
	elif [ -e '$(DESTDIR)$(SYSCONFDIR)/mls/mls.yaml' ]; then \
		echo 'kept your $(SYSCONFDIR)/mls/mls.yaml'; \
	fi
	rm -rf '$(DESTDIR)$(DATADIR)'
	@rmdir '$(DESTDIR)$(SYSCONFDIR)/mls/filters' \
	    '$(DESTDIR)$(SYSCONFDIR)/mls' 2>/dev/null || :
	@if ! rmdir '$(DESTDIR)$(LOCALSTATEDIR)/mls' 2>/dev/null && \
	    [ -e '$(DESTDIR)$(LOCALSTATEDIR)/mls' ]; then \
		echo 'kept the databases in $(LOCALSTATEDIR)/mls'; \
	fi

clean:
	rm -rf build

FORCE:
.PHONY: all demo check test asan soak fuzz bench install uninstall clean FORCE
.SECONDARY:
.DELETE_ON_ERROR:
