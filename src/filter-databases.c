/* SPDX-License-Identifier: ISC */
/* The databases of a run of mls-filter. */
#include "filter-databases.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/signals.h"

enum { CHECK_MS = 3000 };

enum { PLACES = 1 << COLUMN_COUNTRY | 1 << COLUMN_ASN | 1 << COLUMN_ASO };

static bool
are_usual(struct filter_run *run)
{
	return settings_origin(&run->options.settings, "database") ==
	    SETTING_BY_DEFAULT;
}

/* The files whose change is a reason to look again, there or not. */
static const char *const *
watched(struct filter_run *run, size_t *n)
{
	*n = are_usual(run) ? IPDB_CANDIDATES : run->options.databases.n;
	return are_usual(run) ? ipdb_candidates :
	    run->options.databases.items;
}

/* Taken before they are read: a change from here on is one. */
static void
take_stamps(struct filter_run *run)
{
	size_t n;
	const char *const *files = watched(run, &n);

	run->stamps = mem_resize(run->stamps, n + 1, sizeof *run->stamps);
	for (size_t i = 0; i < n; i++)
		filestamp_take(&run->stamps[i], files[i]);
}

/* Never for worse: what takes the place of what works is read to its end, and
 * an installed one that is gone is no reason to do without it. */
static void
check_replacement(const struct filter_run *run, const struct ipdb *db,
    struct err_list *complaints)
{
	const struct text_list *list = &run->options.databases;
	struct err e;

	if (run->has_default && (list->n == 0 ||
	    strcmp(list->items[0], IPDB_DEFAULT))) {
		err_set(&e, EX_NOINPUT, "'" IPDB_DEFAULT "' is gone");
		err_list_add(complaints, &e);
	} else if (ipdb_check(db, &e) < 0) {
		err_prefix(&e, "'%s': ", list->items[0]);
		err_list_add(complaints, &e);
	}
}

int
filter_databases_open(struct filter_run *run)
{
	struct text_list *list = &run->options.databases;
	struct err_list complaints = { 0 };
	struct ipdb *db;

	if (!(filter_run_columns(run) & PLACES) && !run->options.check)
		return 0;
	take_stamps(run);
	/* Looked for each time: one may have been installed meanwhile. */
	if (are_usual(run))
		ipdb_usual(list);
	if (list->n == 0)
		diag_say(&run->diag, DIAG_WARNING, "no IP database: "
		    "country_code, asn and aso stay empty (fetch one with "
		    "mls-ipinfo --update, or install tor-geoipdb, or name "
		    "files with --database)");
	/* Rows wait for them whose lines nobody else has any more. */
	signals_busy(true);
	db = ipdb_open(list->items, list->n, IPDB_IN_MEMORY, &complaints);
	signals_busy(false);
	if (run->ipdb)
		check_replacement(run, db, &complaints);
	if (run->ipdb && complaints.n) {
		diag_say(&run->diag, DIAG_WARNING, "going on with the "
		    "databases as they were");
		ipdb_close(db);
	} else {
		ipdb_close(run->ipdb);
		run->ipdb = db;
		run->has_default = are_usual(run) && list->n &&
		    strcmp(list->items[0], IPDB_DEFAULT) == 0;
	}
	return diag_complain(&run->diag, DIAG_WARNING, &complaints);
}

void
filter_databases_need(struct filter_run *run)
{
	if (!run->ipdb)
		(void)filter_databases_open(run);
}

void
filter_databases_check(struct filter_run *run)
{
	bool is_stale = false;
	size_t n;
	const char *const *files = watched(run, &n);

	if (!run->ipdb || run->now < run->databases_due)
		return;
	run->databases_due = run->now + CHECK_MS;
	for (size_t i = 0; i < n && !is_stale; i++)
		is_stale = filestamp_is_stale(&run->stamps[i], files[i]);
	if (is_stale && filter_databases_open(run) == 0)
		diag_say(&run->diag, DIAG_INFO, "databases were replaced: "
		    "opened again");
}

void
filter_databases_close(struct filter_run *run)
{
	ipdb_close(run->ipdb);
	free(run->stamps);
}
