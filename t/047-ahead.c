/* SPDX-License-Identifier: ISC */
/* Files read by threads: what is sifted comes whole and in order, however
 * slowly it is taken, and what is told of it is about it; what is wrong comes
 * behind it; and a thread ends when nobody wants more. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ahead.h"
#include "scratch.h"
#include "tap.h"

enum { LINES = 1000000 };

static struct slice ignored;

/* Every line whose last digit is one of these is wanted. */
static const char *wanted;

/* What a thread has done. */
struct done {
	unsigned blocks, studies;
	bool tarries;		/* in the middle of a study */
};

static void
sift(void *with, struct slice block, struct buf *out)
{
	struct slice line, rest = block;

	((struct done *)with)->blocks++;
	while (slice_cut(&rest, '\n', &line)) {
		if (!strchr(wanted, line.p[line.n - 1]))
			continue;
		buf_add(out, line);
		buf_add_byte(out, '\n');
	}
}

/* How many bytes there are, and how many sevens. */
static void
add_tale(struct slice text, struct buf *out)
{
	unsigned sevens = 0;

	for (size_t i = 0; i < text.n; i++)
		sevens += text.p[i] == '7';
	buf_addf(out, "%zu %u", text.n, sevens);
}

static void
study(void *with, struct slice left, struct buf *told)
{
	struct done *done = with;

	__atomic_add_fetch(&done->studies, 1, __ATOMIC_RELAXED);
	add_tale(left, told);
	if (done->tarries) {
		told->n--;
		(void)poll(NULL, 0, 20);
		told->n++;
	}
}

static struct ahead *
new(struct input *in, struct done *done)
{
	struct ahead_work work = { .sift = sift, .study = study,
		.with = done };

	*done = (struct done){ .blocks = 0 };
	return in ? ahead_new(in, &work) : NULL;
}

static void
write_file(const char *name, unsigned lines)
{
	FILE *f = fopen(name, "w");

	for (unsigned i = 0; f && i < lines; i++)
		fprintf(f, "a line that is there %u\n", i);
	if (!f || fclose(f) == EOF)
		printf("Bail out! %s\n", name);
}

/* Takes all there is; the lines it has, if each is the one expected, else 0;
 * rc and e as the last call gave them. */
static unsigned
take_all(struct ahead *a, unsigned pause, int *rc, struct err *e)
{
	unsigned lines = 0, expected = 0;
	struct slice block, line, told;
	char text[64];
	bool good = true;
	struct buf tale;

	buf_init(&tale, 100);
	for (;;) {
		(void)ahead_wait(a, -1, -1, NULL);
		*rc = ahead_next(a, &block, &told, e);
		if (*rc <= 0)
			break;
		buf_reset(&tale);
		add_tale(block, &tale);
		good = good && (told.n == 0 || slice_is(told,
		    buf_slice(&tale)));
		while (slice_cut(&block, '\n', &line)) {
			while (!strchr(wanted, '0' + (int)(expected % 10)))
				expected++;
			snprintf(text, sizeof text, "a line that is there %u",
			    expected++);
			good = good && slice_is(line, slice_text(text));
			lines++;
		}
		if (pause)
			(void)poll(NULL, 0, (int)pause);
	}
	buf_release(&tale);
	return good ? lines : 0;
}

static void
test_all(const char *digits, unsigned pause, unsigned expected)
{
	struct err e = { 0 };
	struct input *in = input_open("lines", &e);
	struct done done;
	struct stat st;
	struct ahead *a;
	unsigned lines;
	int rc = -1;

	wanted = digits;
	a = new(in, &done);
	if (!ok(a != NULL, "a thread"))
		return;
	lines = take_all(a, pause, &rc, &e);
	ok(lines == expected && rc == 0, "lines that end in %s: %u of %u, in "
	    "order", digits, lines, expected);
	ok(stat("lines", &st) == 0 && ahead_taken(a) == (uint64_t)st.st_size,
	    "all of the file was taken");
	ok(ahead_wait(a, 0, -1, NULL) == 1 &&
	    ahead_next(a, &ignored, &ignored, &e) == 0,
	    "and the end stays the end");
	ahead_free(a);
	ok(!pause || done.studies > 10, "while we tarried it studied %u times",
	    done.studies);
	ok(done.blocks > 10 && input_cut_lines(in) == 0, "the input is ours again");
	input_close(in);
}

/* What is being studied when its turn comes is waited for. */
static void
test_tarrying(void)
{
	struct err e = { 0 };
	struct input *in = input_open("lines", &e);
	struct done done;
	struct ahead *a;
	unsigned lines;
	int rc = -1;

	wanted = "0123456789";
	a = new(in, &done);
	if (!ok(a != NULL, "a thread that studies slowly"))
		return;
	done.tarries = true;
	lines = take_all(a, 0, &rc, &e);
	ahead_free(a);
	ok(lines == LINES && rc == 0 && done.studies > 0, "%u lines, %u studies"
	    " waited for", lines, done.studies);
	input_close(in);
}

static unsigned
studies_of(struct done *done)
{
	return __atomic_load_n(&done->studies, __ATOMIC_RELAXED);
}

/* All has been read, and is studied as far as it waits. */
static void
test_end(void)
{
	struct err e = { 0 };
	struct input *in;
	struct done done;
	struct ahead *a;
	unsigned studies = 0;

	if (system("head -c 2000000 lines >few") != 0)
		printf("# no head\n");
	in = input_open("few", &e);
	wanted = "0123456789";
	a = new(in, &done);
	if (!ok(a != NULL, "a thread for a few blocks"))
		return;
	while (ahead_taken(a) < 2000000)
		(void)poll(NULL, 0, 1);
	(void)ahead_wait(a, -1, -1, NULL);
	ok(ahead_next(a, &ignored, &ignored, &e) == 1, "one is taken");
	for (int i = 0; studies < 1 && i < 10000; i++) {
		(void)poll(NULL, 0, 1);
		studies = studies_of(&done);
	}
	ok(studies > 0, "the others are studied though all has been read");
	ahead_free(a);
	input_close(in);
}

/* A whole file waits for its turn: what is told of it is told as it is taken,
 * since that has a size. */
static void
test_early(void)
{
	struct err e = { 0 };
	struct input *in = input_open("lines", &e);
	struct done done;
	struct ahead *a;
	unsigned before, told_of = 0, more = 0;
	struct slice told;

	wanted = "0123456789";
	a = new(in, &done);
	if (!ok(a != NULL, "a thread for a file whose turn comes later"))
		return;
	while (ahead_taken(a) < input_size(in))
		(void)poll(NULL, 0, 1);
	(void)ahead_wait(a, -1, -1, NULL);
	(void)ahead_next(a, &ignored, &ignored, &e);
	do {
		before = studies_of(&done);
		(void)poll(NULL, 0, 50);
	} while (before == 0 || studies_of(&done) != before);
	ok(before < 16, "%u studies are ahead", before);
	for (unsigned i = 0; i < 40 && more == i; i++) {
		before = studies_of(&done);
		(void)ahead_next(a, &ignored, &told, &e);
		told_of += told.n > 0;
		for (int k = 0; k < 10000 && studies_of(&done) == before; k++)
			(void)poll(NULL, 0, 1);
		more += studies_of(&done) > before;
	}
	ok(told_of >= 39 && more == 40, "of 40 blocks, %u are told of, and as "
	    "each is taken, of %u more", told_of, more);
	ahead_free(a);
	input_close(in);
}

/* What could be unpacked, then what was wrong. */
static void
test_damage(void)
{
	struct err e = { 0 };
	struct input *in;
	struct done done;
	struct ahead *a;
	unsigned lines;
	int rc = 0;

	if (system("gzip -c lines | head -c 700000 >cut.gz") != 0)
		printf("# no gzip\n");
	in = input_open("cut.gz", &e);
	wanted = "0123456789";
	a = new(in, &done);
	if (!ok(a != NULL, "a thread for a gzip file"))
		return;
	lines = take_all(a, 0, &rc, &e);
	ok(lines > 1000 && rc < 0 && e.status == EX_DATAERR &&
	    strstr(e.text, "'cut.gz' is cut short"), "%u lines, then: %s",
	    lines, e.text);
	ok(ahead_next(a, &ignored, &ignored, &e) < 0 &&
	    input_is_packed(in), "and again");
	ahead_free(a);
	input_close(in);
}

/* Nobody takes anything: the thread waits at its ceiling, and ends all the
 * same. */
static void
test_unwanted(void)
{
	struct err e = { 0 };
	uint64_t before = 0, taken = 0;

	wanted = "0123456789";
	for (int i = 0; i < 20; i++) {
		struct input *in = input_open("more", &e);
		struct done done;
		struct ahead *a = new(in, &done);

		if (!a)
			break;
		if (i == 0) {
			do {
				before = taken;
				(void)poll(NULL, 0, 50);
				taken = ahead_taken(a);
			} while (taken != before || taken == 0);
			ok(taken < input_size(in), "it stops after %llu bytes "
			    "of %llu", (unsigned long long)taken,
			    (unsigned long long)input_size(in));
		}
		/* One in our hands, and others behind it. */
		if (i % 2) {
			(void)poll(NULL, 0, 20);
			(void)ahead_next(a, &ignored, &ignored, &e);
		}
		ahead_free(a);
		input_close(in);
	}
	ok(taken > 0, "twenty threads that nobody wanted ended");
}

/* Time, and other descriptors. */
static void
test_wait(void)
{
	struct err e = { 0 };
	struct input *in = input_open("nothing", &e);
	int other = eventfd(1, EFD_CLOEXEC), rc, n = 0;
	struct slice block;
	struct done done;
	struct ahead *a = new(in, &done);

	if (!ok(a && other >= 0, "a thread for an empty file"))
		return;
	while (ahead_wait(a, 1000, other, NULL) == 0 && n < 100000)
		n++;
	do {
		(void)ahead_wait(a, -1, other, NULL);
		rc = ahead_next(a, &block, &ignored, &e);
	} while (rc > 0 && block.n == 0);
	ok(rc == 0 && done.blocks == 0, "nothing comes of it");
	ahead_free(a);
	ahead_free(NULL);
	input_close(in);
	close(other);
}

int
main(void)
{
	scratch_begin();
	write_file("lines", LINES);
	write_file("more", 4 * LINES);
	write_file("nothing", 0);
	test_all("0123456789", 0, LINES);
	test_all("7", 0, LINES / 10);
	test_all("0123456789", 1, LINES);
	test_all("x", 0, 0);
	test_tarrying();
	test_end();
	test_early();
	test_damage();
	test_unwanted();
	test_wait();
	scratch_end();
	return done();
}
