/* SPDX-License-Identifier: ISC */
/* Rows counted by a thread, or where there can be none, are counted as one
 * after the other, each by itself. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/input.h"
#include "report/counting.h"
#include "report/digest.h"
#include "report/jsonmodel.h"
#include "report/reader.h"
#include "chance.h"
#include "tap.h"

enum { TEXT_MAX = 64 * 1024 * 1024, JSON_MAX = 1024 * 1024 };

static bool may_have_threads;
static unsigned threads, masked;

static bool
is_masked(void)
{
	sigset_t now;

	pthread_sigmask(SIG_SETMASK, NULL, &now);
	return sigismember(&now, SIGTERM) && sigismember(&now, SIGHUP);
}

/* The program's own, which may fail. */
int
pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*run)(void *), void *with)
{
	int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
	    void *);

	*(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
	if (!may_have_threads)
		return EAGAIN;
	threads++;
	masked += is_masked();
	return create(thread, attributes, run, with);
}

static const struct when now = { .year = 2026, .month = 11, .day = 30,
	.hour = 12, .has_offset = true };

/* What the rows of a text come to, in JSON. */
static void
make_json(const struct reader *reader, struct tally *t, struct buf *json)
{
	const struct digest digest = { .top = 20, .limits = { .listed = 5,
		.users = 10, .addresses = 10, .countries = 3, .failures = 5,
		.spike = 300, .least = 100 },
		.has_older = reader_has_older(reader) };
	struct model m;

	tally_end(t);
	model_init(&m, &now);
	digest_make(&digest, t, &m);
	buf_reset(json);
	jsonmodel_add(json, &m);
	model_release(&m);
}

/* Each row in a block of its own, where hardly any is cut quickly. */
static uint64_t
count_each(const struct period *period, struct slice text, size_t keys,
    struct buf *json)
{
	struct reader *reader = reader_new(period);
	struct tally *t = tally_new(period, keys);
	struct batch *b = calloc(1, sizeof *b);
	struct record row;
	uint64_t n = 0;

	batch_init(b, period);
	reader_begin(reader, "rows");
	while (text.n) {
		size_t end = slice_find_byte(text, '\n') + 1;

		reader_take(reader, slice_to(text, end));
		text = slice_from(text, end);
		for (; reader_next(reader, &row); n++) {
			batch_add(b, &row);
			batch_prepare(b, &t->key);
			tally_count(t, b);
			batch_reset(b);
		}
	}
	make_json(reader, t, json);
	batch_release(b);
	free(b);
	tally_free(t);
	reader_free(reader);
	return n;
}

static void
count_all(const struct period *period, struct slice text, size_t size,
    size_t keys, struct buf *json)
{
	struct reader *reader = reader_new(period);
	struct tally *t = tally_new(period, keys);
	struct counting *c = counting_new(t);
	struct record row;

	reader_begin(reader, "rows");
	/* Blocks that are gone before their rows are counted. */
	while (text.n) {
		size_t n = text.n < size ? text.n : size;
		struct slice block = slice_to(text, n +
		    slice_find_byte(slice_from(text, n), '\n') + 1);
		char *copy = malloc(block.n);

		memcpy(copy, block.p, block.n);
		reader_take(reader, (struct slice){ copy, block.n });
		while (reader_next(reader, &row))
			counting_add(c, &row);
		memset(copy, 'x', block.n);
		free(copy);
		text = slice_from(text, block.n);
	}
	counting_end(c);
	make_json(reader, t, json);
	counting_free(c);
	tally_free(t);
	reader_free(reader);
}

/* Some of all there may be; long: of the largest size. */
static void
add_row(struct buf *out, unsigned i, bool is_long)
{
	static const char *const events[] = { "auth-failure", "auth-failure",
		"auth-failure", "auth-success", "auth-error", "auth-aborted" };
	unsigned ip = chance(chance(500) + 1), as = ip % 40;

	buf_addf(out, "mx%u,2026-11-%02uT%02u:%02u:%02u+01:00,", i % 3,
	    20 + chance(11), chance(24), chance(60), chance(60));
	buf_addf(out, chance(9) ? "192.0.%u.%u," : "2001:db8:%u::%u,",
	    ip / 100, ip % 100);
	for (unsigned n = is_long ? 55000 : 0; n; n--)
		buf_add_byte(out, (char)('a' + n % 26));
	buf_addf(out, is_long || chance(7) ? "user%u," : "\"a,\"\"%u\"\"\\x1B\",",
	    chance(chance(900) + 1));
	buf_addf(out, "host%u,OK,%c%c,%u,", ip, 'A' + as % 26, 'A' + as / 26,
	    60000 + as);
	buf_addf(out, as % 3 ? "AS %u," : "\"AS, Inc. %u\",", as);
	buf_addf(out, "%s,s%uxs,m%u%s\n",
	    events[chance(sizeof events / sizeof *events)], chance(9),
	    chance(6) ? 1 : chance(4000), chance(6) ? "" : "\r");
}

static void
test(unsigned rows, unsigned every, const char *when, size_t keys)
{
	struct period period;
	struct buf text, each, all;
	struct err e;
	uint64_t n;

	buf_init(&text, TEXT_MAX);
	buf_init(&each, JSON_MAX);
	buf_init(&all, JSON_MAX);
	for (unsigned i = 0; i < rows; i++)
		add_row(&text, i, every && i % every == 0);
	ok(period_parse(&period, when, &now, &e) == 0, "%u rows, %s, %zu keys",
	    rows, when, keys);
	n = count_each(&period, buf_slice(&text), keys, &each);
	threads = masked = 0;
	may_have_threads = true;
	count_all(&period, buf_slice(&text), 100000, keys, &all);
	ok(each.n && slice_is(buf_slice(&each), buf_slice(&all)),
	    "%llu are counted by a thread", (unsigned long long)n);
	ok(threads == 1 || (threads == 0 && n < BATCH_ROWS), "%u threads",
	    threads);
	ok(masked == threads && !is_masked(), "which no signal reaches");
	may_have_threads = false;
	count_all(&period, buf_slice(&text), 100000, keys, &all);
	ok(slice_is(buf_slice(&each), buf_slice(&all)), "or without one");
	ok(period.is_all ? n == rows : n > rows / 20, "all that there are");
	buf_release(&text);
	buf_release(&each);
	buf_release(&all);
}

/* More clients than are gathered before they go into the tables, or with more
 * text. */
static void
test_clients(unsigned n, size_t padding)
{
	const struct period all = { .is_all = true };
	struct tally *t = tally_new(&all, 1000000);
	struct counting *c = counting_new(t);
	struct record row = { .event = EVENT_AUTH_FAILURE, .stamp.day = 20000,
		.slot = 20000, .is_ours = true };
	char *pad = malloc(padding), ip[16];

	memset(pad, 'x', padding);
	row.cells[COLUMN_HOSTNAME] = (struct slice){ pad, padding };
	may_have_threads = true;
	for (unsigned i = 0; i < 2 * n; i++) {
		snprintf(ip, sizeof ip, "10.%u.%u.%u", i % n >> 16,
		    i % n >> 8 & 255, i % n & 255);
		row.cells[COLUMN_IP] = slice_text(ip);
		counting_add(c, &row);
	}
	counting_end(c);
	tally_end(t);
	ok(table_size(t->tables[MODEL_IP]) == n && t->valued[MODEL_IP] == 2 * n
	    && table_is_exact(t->tables[MODEL_IP]),
	    "%u addresses, %zu bytes with each", n, padding);
	ok(t->valued[MODEL_HOSTNAME] == 2 * n &&
	    table_size(t->tables[MODEL_HOSTNAME]) == 1 &&
	    table_at(t->tables[MODEL_HOSTNAME], 0).text.n == (padding <
	    TABLE_TEXT ? padding : TABLE_TEXT), "each with its name");
	counting_free(c);
	tally_free(t);
	free(pad);
}

static void
has_counted(struct tally *t, enum model_table table, struct slice value,
    uint64_t attempts)
{
	uint32_t place = table_find(t->tables[table], tally_hash(t, value));

	ok(place != TABLE_NONE &&
	    table_at(t->tables[table], place).count == attempts, "%.*s: %llu",
	    (int)value.n, value.p, (unsigned long long)attempts);
}

/* Cells of one client stand together, or not, or in another order. */
static void
test_cells(void)
{
	static const struct slice text = SLICE(
	    "mx1,2026-11-30T10:00:00+00:00,192.0.2.1,ann,a.example,OK,DE,64500,"
	    "One,auth-failure,smtps,LOGIN\n"
	    "mx1,2026-11-30T10:00:01+00:00,192.0.2.1,bob,a.example,OK,DE,64500,"
	    "\"One, and more\",auth-failure,smtps,LOGIN\n"
	    "mx1,2026-11-30T10:00:02+00:00,192.0.2.1,bob,\"a.example\",OK,DE,"
	    "64500,One,auth-failure,smtps,LOGIN\n"
	    "hostname,date,aso,reverse_dns_status,ip,asn\n"
	    "a.example,2026-11-30T10:00:03+00:00,One,OK,192.0.2.1,64500\n"
	    "b.example,2026-11-30T10:00:04+00:00,Two,OK,192.0.2.2,64501\n"
	    "date;ip;asn;aso;hostname\n"
	    "30/11/2026 10:00;192.0.2.2;64501;Two, too;b.example\n"
	    "30/11/2026 10:00;192.0.2.2;N/A;N/A;null\n"
	    "date\tip\thostname\treverse_dns_status\tcountry_code\tasn\taso\n"
	    "2026-11-30T10:00:05+00:00\t192.0.2.1\ta.example\tOK\tDE\t64500\t"
	    "One\n"
	    "date,ip,hostname,x,reverse_dns_status,y,country_code,z,asn,w,aso\n"
	    "2026-11-30T10:00:06+00:00,192.0.2.3,\"h\"\"1\",\"\"\"\",\"s\"\"1\","
	    "\"\"\"\",\"c\"\"1\",\"\"\"\",\"a\"\"1\",\"\"\"\",\"o\"\"1\"\n");
	const struct period all = { .is_all = true };
	struct reader *reader = reader_new(&all);
	struct tally *t = tally_new(&all, 1000);
	struct counting *c = counting_new(t);
	struct record row;
	size_t clients;

	reader_begin(reader, "rows");
	reader_take(reader, text);
	while (reader_next(reader, &row))
		counting_add(c, &row);
	counting_end(c);
	clients = t->clients.n;
	tally_end(t);
	has_counted(t, MODEL_IP, SLICE("192.0.2.1"), 5);
	has_counted(t, MODEL_IP, SLICE("192.0.2.2"), 3);
	has_counted(t, MODEL_ASO, SLICE("One"), 4);
	has_counted(t, MODEL_ASO, SLICE("One, and more"), 1);
	has_counted(t, MODEL_ASO, SLICE("Two"), 1);
	has_counted(t, MODEL_ASO, SLICE("Two, too"), 1);
	has_counted(t, MODEL_ASN, SLICE("64500"), 5);
	has_counted(t, MODEL_ASN, SLICE("64501"), 2);
	has_counted(t, MODEL_COUNTRY, SLICE("DE"), 4);
	has_counted(t, MODEL_HOSTNAME, SLICE("a.example"), 5);
	has_counted(t, MODEL_HOSTNAME, SLICE("b.example"), 2);
	/* Of one byte between cells that were unquoted, too. */
	has_counted(t, MODEL_IP, SLICE("192.0.2.3"), 1);
	has_counted(t, MODEL_HOSTNAME, SLICE("h\"1"), 1);
	has_counted(t, MODEL_COUNTRY, SLICE("c\"1"), 1);
	has_counted(t, MODEL_ASO, SLICE("o\"1"), 1);
	ok(clients == 7, "%zu clients, however they are written", clients);
	counting_free(c);
	tally_free(t);
	reader_free(reader);
}

/* More clients than are gathered, some of which change, in rows much longer than
 * what matters of them: the report does not depend on the blocks in which they come,
 * in which the last line is never cut quickly. */
static void
test_blocks(void)
{
	enum { ROWS = 540000 };
	const struct period all = { .is_all = true };
	static const size_t sizes[] = { 100000, 700, 4096 };
	struct buf text, first, json;

	buf_init(&text, 2 * (size_t)TEXT_MAX);
	buf_init(&first, JSON_MAX);
	buf_init(&json, JSON_MAX);
	buf_add(&text, SLICE("date,ip,user,hostname,reverse_dns_status,"
	    "country_code,asn,aso,message\n"));
	for (unsigned i = 0; i < ROWS; i++) {
		unsigned ip = i % 2 ? i % 100 : i, name = i / 97 % 2;

		buf_addf(&text, "2026-11-30T10:00:00+00:00,10.%u.%u.%u,ann,"
		    "h%u.example,OK,DE,1,One,%0150u\n", ip >> 16, ip >> 8 & 255,
		    ip & 255, i % 2 ? name : 9, i);
	}
	may_have_threads = true;
	count_all(&all, buf_slice(&text), sizes[0], 1000000, &first);
	for (int i = 1; i < 3; i++) {
		count_all(&all, buf_slice(&text), sizes[i], 1000000, &json);
		ok(!text.overflow && first.n && slice_is(buf_slice(&first),
		    buf_slice(&json)), "blocks of %zu bytes, and of %zu",
		    sizes[0], sizes[i]);
	}
	buf_release(&text);
	buf_release(&first);
	buf_release(&json);
}

/* Nothing comes behind what was read of it. */
static void
test_unfinished(void)
{
	const struct period all = { .is_all = true };
	struct tally *t = tally_new(&all, 1000);
	struct counting *c = counting_new(t);
	struct record row = { .event = EVENT_AUTH_FAILURE, .stamp.day = 20000,
		.slot = 20000 };

	may_have_threads = true;
	for (int i = 0; i < 3 * BATCH_ROWS; i++)
		counting_add(c, &row);
	counting_free(c);
	ok(tally_day(t, 20000) == 3 * BATCH_ROWS, "freed before its end");
	tally_free(t);
}

int
main(void)
{
	test(0, 0, "all", 100000);
	test(1, 0, "all", 100000);
	test(BATCH_ROWS - 1, 0, "all", 100000);
	test(BATCH_ROWS, 0, "all", 100000);
	test(BATCH_ROWS + 1, 0, "2026-11-25", 100000);
	test(8 * BATCH_ROWS, 0, "all", 100000);
	test(60000, 0, "all", 100000);
	test(60000, 0, "2026-11-28..2026-11-29", 100000);
	test(60000, 0, "24h", 100000);
	test(300, 2, "all", 100000);
	/* Fewer than there are: in the same order they come to the same. */
	test(8 * BATCH_ROWS + 1, 0, "all", 1000);
	test_blocks();
	test_clients(300000, 8);
	test_clients(1000, 60000);
	test_cells();
	test_unfinished();
	return done();
}
