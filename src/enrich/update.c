/* SPDX-License-Identifier: ISC */
/* Databases from servers into one file of ours. */
#include "enrich/update.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/mem.h"
#include "base/when.h"
#include "enrich/installed.h"
#include "enrich/ipdb.h"
#include "enrich/ledger.h"
#include "enrich/origin.h"

enum {
	SECOND = 1000,		/* in milliseconds */
	LEAST_PERCENT = 50, MOST_PERCENT = 300,
	TEXT_MAX = 1024,
};

struct update {
	const struct update_settings *s;
	struct buf *said;
	struct installed installed;
	struct ledger *ledger;
	struct ipdb *before;	/* FILE as it was; NULL: none, or damaged */
	struct origin *origins;	/* s->n */
	size_t opened;		/* of origins */
	const char **files;	/* their names */
};

/* What is left behind a failure. */
static void
err_add_kept(struct err *e, const struct update_settings *s)
{
	size_t n = strlen(e->text);
	struct buf kept;

	buf_init(&kept, TEXT_MAX);
	buf_add(&kept, SLICE("; kept "));
	if (!installed_add_age(&kept, s->file, s->now)) {
		buf_reset(&kept);
		buf_add(&kept, SLICE("; no database is installed yet"));
	}
	if (n > sizeof e->text - kept.n - 1)
		n = sizeof e->text - kept.n - 1;
	memcpy(e->text + n, kept.p, kept.n);
	e->text[n + kept.n] = '\0';
	buf_release(&kept);
}

/* Opens databases; NULL, and e is the first complaint, if one is not good. */
static struct ipdb *
open_good(const char *const *files, size_t n, struct err *e)
{
	struct err_list complaints = { 0 };
	struct ipdb *db = ipdb_open(files, n, IPDB_IN_MEMORY, &complaints);

	if (complaints.n) {
		err_set(e, complaints.status, "%s", complaints.texts[0]);
		ipdb_close(db);
		db = NULL;
	}
	err_list_release(&complaints);
	return db;
}

/* FILE, if it is good to the last byte. */
static struct ipdb *
open_installed(const struct update_settings *s)
{
	struct stat st;
	struct err e;
	struct ipdb *db = stat(s->file, &st) < 0 ? NULL :
	    open_good(&s->file, 1, &e);

	if (!db || ipdb_check(db, &e) == 0)
		return db;
	ipdb_close(db);
	return NULL;
}

static int
update_open(struct update *u, struct err *e)
{
	if (u->s->n == 0 || u->s->n > LEDGER_MAX)
		return err_set(e, EX_UNAVAILABLE, u->s->n ? "more than %d "
		    "sources" : "no source to fetch from (at most %d)",
		    LEDGER_MAX);
	if (installed_open(&u->installed, u->s->file, e) < 0)
		return -1;
	u->ledger = ledger_read(u->installed.ledger);
	u->before = open_installed(u->s);
	for (; u->opened < u->s->n; u->opened++)
		origin_init(&u->origins[u->opened], u->s, u->opened + 1,
		    u->opened < u->ledger->n ?
		    &u->ledger->entries[u->opened] : NULL);
	return 0;
}

static void
update_close(struct update *u)
{
	for (size_t i = 0; i < u->opened; i++)
		origin_release(&u->origins[i]);
	installed_close(&u->installed);
	ipdb_close(u->before);
	ledger_free(u->ledger);
	free(u->origins);
	free(u->files);
}

/* Other sources are named than those FILE is made from. */
static bool
has_other_sources(const struct update *u)
{
	bool are_others = u->ledger->n != u->s->n;

	for (size_t i = 0; i < u->s->n; i++)
		are_others |= !u->origins[i].before;
	return are_others;
}

/* FILE is what we made of them, and nobody has put another in its place. */
static bool
is_ours(const struct update *u)
{
	return u->before && u->ledger->made &&
	    ipdb_sum(u->before) == u->ledger->made;
}

/* False, and says so, if the last check is not long ago. */
static bool
is_due(const struct update *u)
{
	int64_t checked = u->ledger->checked, now = u->s->now;
	int64_t next = checked + (int64_t)(u->s->min_interval / SECOND);
	struct when when;

	if (u->s->force || checked == 0 || checked > now || now >= next ||
	    !is_ours(u) || has_other_sources(u))
		return true;
	buf_add(u->said, SLICE("checked "));
	installed_add_span(u->said, now - checked);
	buf_add(u->said, SLICE(" ago, next after "));
	when = when_local(next);
	when_add_rfc3339(u->said, &when);
	buf_add_byte(u->said, '\n');
	return false;
}

static int
fetch_all(struct update *u, struct err *e)
{
	for (size_t i = 0; i < u->s->n; i++) {
		if (origin_fetch(&u->origins[i], u->ledger, u->said, e) < 0)
			return -1;
		u->files[i] = u->origins[i].file;
	}
	return 0;
}

/* What the servers gave. */
static struct ipdb *
open_fetched(const struct update *u, struct err *e)
{
	struct ipdb *db = open_good(u->files, u->s->n, e);
	char shown[FETCH_SHOWN_MAX];

	for (size_t i = 0; !db && i < u->s->n; i++) {
		fetch_show(u->origins[i].entry.url, shown);
		origin_blame(&u->origins[i], shown, e);
	}
	return db;
}

/* All that is known has become much less, or more. */
static int
check_number(const struct update *u, const char *what, uint64_t before,
    uint64_t now, struct err *e)
{
	if (u->s->force || before == 0 ||
	    (now >= before * LEAST_PERCENT / 100 &&
	    now <= before * MOST_PERCENT / 100))
		return 0;
	return err_set(e, EX_DATAERR, "%s has %" PRIu64 " rows, and had %"
	    PRIu64 " before (--force takes it all the same)", what, now,
	    before);
}

static uint64_t
all_rows(const struct ipdb *db)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < ipdb_sources(db); i++)
		rows += ipdb_source(db, i)->rows;
	return rows;
}

/* Each source against itself; where there are others, all against all. */
static int
check_rows(const struct update *u, const struct ipdb *db, struct err *e)
{
	char what[FETCH_SHOWN_MAX + 2], shown[FETCH_SHOWN_MAX];

	if (has_other_sources(u))
		return check_number(u, "what these sources give", u->before ?
		    all_rows(u->before) : 0, all_rows(db), e);
	for (size_t i = 0; i < u->s->n; i++) {
		const struct origin *o = &u->origins[i];

		fetch_show(o->entry.url, shown);
		snprintf(what, sizeof what, "'%s'", shown);
		if (check_number(u, what, o->before->rows, o->entry.rows,
		    e) < 0)
			return -1;
	}
	return 0;
}

/* Addresses everybody knows: their networks do not change. */
static int
check_canary(struct ipdb *db, struct ipdb *old, const char *address,
    struct err *e)
{
	struct place now, before;
	struct ip ip;

	ip_parse(slice_text(address), &ip);
	ipdb_find_many(old, &ip, 1, &before);
	ipdb_find_many(db, &ip, 1, &now);
	if (before.asn && !now.asn)
		return err_set(e, EX_DATAERR, "%s was in AS%" PRIu32 ", and "
		    "is in none any more", address, before.asn);
	if (before.asn && before.asn != now.asn)
		return err_set(e, EX_DATAERR, "%s was in AS%" PRIu32 ", and "
		    "is in AS%" PRIu32 " now", address, before.asn, now.asn);
	if (before.country.n && !now.country.n && !now.asn)
		return err_set(e, EX_DATAERR, "%s was in %.*s, and is "
		    "nowhere any more", address, (int)before.country.n,
		    before.country.p);
	return 0;
}

static int
check_canaries(const struct update *u, struct ipdb *db, struct err *e)
{
	static const char *const addresses[] = { "8.8.8.8", "1.1.1.1",
		"2001:4860:4860::8888" };

	if (!u->before || u->s->force)
		return 0;
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		if (check_canary(db, u->before, addresses[i], e) == 0)
			continue;
		err_prefix(e, "the new database is not to be trusted (--force "
		    "takes it all the same): ");
		return -1;
	}
	return 0;
}

static int
check_all(const struct update *u, struct ipdb *db, struct err *e)
{
	for (size_t i = 0; i < u->s->n; i++)
		u->origins[i].entry.rows = ipdb_source(db, i)->rows;
	return check_rows(u, db, e) < 0 ? -1 : check_canaries(u, db, e);
}

static int
write_database(const struct update *u, struct ipdb *db, struct err *e)
{
	const char *const file = u->installed.fresh;
	struct ipdb *written;

	/* What the compiled file will call them. */
	for (size_t i = 0; i < u->s->n; i++) {
		char shown[FETCH_SHOWN_MAX];

		fetch_show(u->origins[i].entry.url, shown);
		ipdb_rename(db, i, shown);
	}
	if (ipdb_compile(db, file, e) < 0)
		return -1;
	written = open_good(&file, 1, e);
	if (!written)
		return -1;
	u->ledger->made = ipdb_sum(written);
	ipdb_close(written);
	return 0;
}

/* Everything is written before the first name changes. */
static int
write_all(const struct update *u, struct ipdb *db, struct err *e)
{
	if (db && write_database(u, db, e) < 0)
		return -1;
	return ledger_write(u->ledger, u->installed.fresh_ledger, e);
}

static int
move_downloads(const struct update *u, struct err *e)
{
	for (size_t i = 0; i < u->s->n; i++) {
		struct origin *o = &u->origins[i];

		if (!o->download)
			continue;
		if (installed_move(o->download, o->kept, e) < 0)
			return -1;
		free(o->download);
		o->download = NULL;
	}
	return 0;
}

/* Of sources that are no longer named. */
static void
remove_surplus(const struct update *u)
{
	for (size_t i = u->s->n + 1; i <= LEDGER_MAX; i++) {
		char tail[ORIGIN_TAIL_MAX], *name;

		origin_tail(tail, i);
		name = installed_beside(u->s->file, tail);
		unlink(name);
		free(name);
	}
}

static void
note_check(struct update *u)
{
	struct ledger_entry entries[LEDGER_MAX];

	for (size_t i = 0; i < u->s->n; i++)
		entries[i] = u->origins[i].entry;
	/* What was before is borrowed from what goes now. */
	for (size_t i = 0; i < u->s->n; i++)
		u->origins[i].before = NULL;
	ledger_replace(u->ledger, entries, u->s->n);
	u->ledger->checked = u->s->now;
}

static void
say_origins(const struct update *u)
{
	for (size_t i = 0; i < u->s->n; i++) {
		const struct origin *o = &u->origins[i];
		char shown[FETCH_SHOWN_MAX];

		fetch_show(o->entry.url, shown);
		buf_addf(u->said, "%s '%s': %" PRIu64 " rows",
		    o->download ? "fetched" : "unchanged", shown,
		    o->entry.rows);
		if (o->download && o->before)
			buf_addf(u->said, ", %" PRIu64 " before",
			    o->before->rows);
		buf_add_byte(u->said, '\n');
	}
}

static int
install(struct update *u, struct ipdb *db, struct err *e)
{
	/* What is damaged is not worth the place of what was good. */
	bool has_old = u->before != NULL;

	note_check(u);
	if (write_all(u, db, e) < 0 || move_downloads(u, e) < 0)
		return -1;
	if (installed_replace(&u->installed, &has_old, e) < 0)
		return -1;
	/* The worst that is lost here is a download. */
	(void)rename(u->installed.fresh_ledger, u->installed.ledger);
	remove_surplus(u);
	if (durable_name(u->s->file, e) < 0)
		return -1;
	buf_addf(u->said, "installed '%s'", u->s->file);
	if (has_old)
		buf_addf(u->said, "; the one before is '%s'", u->installed.old);
	buf_add_byte(u->said, '\n');
	return 0;
}

/* FILE is made from what the servers have. */
static bool
is_current(const struct update *u)
{
	bool is_current = is_ours(u) && !has_other_sources(u);

	for (size_t i = 0; i < u->s->n; i++)
		is_current &= !u->origins[i].download;
	return is_current;
}

static int
leave_it(struct update *u, struct err *e)
{
	note_check(u);
	if (!u->s->dry_run && (write_all(u, NULL, e) < 0 ||
	    installed_move(u->installed.fresh_ledger,
	    u->installed.ledger, e) < 0))
		return -1;
	buf_add(u->said, SLICE("nothing new: "));
	installed_add_age(u->said, u->s->file, u->s->now);
	buf_add(u->said, SLICE(" is what the servers have\n"));
	return 0;
}

static int
replace_it(struct update *u, struct err *e)
{
	struct ipdb *db = open_fetched(u, e);
	int rc = db ? check_all(u, db, e) : -1;

	if (rc == 0) {
		say_origins(u);
		if (u->s->dry_run)
			buf_addf(u->said, "would install '%s'\n", u->s->file);
		else
			rc = install(u, db, e);
	}
	ipdb_close(db);
	return rc;
}

/* A server that wants to be left alone is left alone by the next run. */
static void
note_waits(const struct update *u)
{
	struct err e;

	if (u->s->dry_run || u->ledger->waiting == 0)
		return;
	if (ledger_write(u->ledger, u->installed.fresh_ledger, &e) == 0)
		(void)rename(u->installed.fresh_ledger, u->installed.ledger);
}

static int
update_do(struct update *u, struct err *e)
{
	if (!is_due(u))
		return 0;
	if (fetch_all(u, e) < 0) {
		note_waits(u);
		return -1;
	}
	return is_current(u) ? leave_it(u, e) : replace_it(u, e);
}

int
update_run(const struct update_settings *s, struct buf *said, struct err *e)
{
	struct update u = { .s = s, .said = said };
	int rc;

	u.origins = mem_array(s->n + 1, sizeof *u.origins);
	u.files = mem_array(s->n + 1, sizeof *u.files);
	rc = update_open(&u, e);
	if (rc == 0)
		rc = update_do(&u, e);
	if (rc < 0)
		err_add_kept(e, s);
	update_close(&u);
	return rc;
}
