/* SPDX-License-Identifier: ISC */
/* The system's own files. */
#include "enrich/files.h"

#include <stdlib.h>

#include "base/mem.h"
#include "enrich/filestamp.h"
#include "enrich/hosts.h"

enum { LOOK = 5000 };

struct files {
	const char *hosts_file, *resolv_conf;	/* the latter: NULL, unless it
						 * is watched */
	struct hosts *hosts;
	struct filestamp resolv_stamp;
	int64_t look_at;
};

struct files *
files_open(const char *hosts)
{
	struct files *f = mem_new(sizeof *f);

	f->hosts_file = hosts;
	f->hosts = hosts_read(hosts);
	return f;
}

void
files_close(struct files *f)
{
	hosts_free(f->hosts);
	free(f);
}

void
files_servers(struct files *f, const char *resolv_conf,
    struct resolvconf *conf, struct err_list *complaints)
{
	filestamp_take(&f->resolv_stamp, resolv_conf);
	resolvconf_read(conf, resolv_conf, complaints);
	f->resolv_conf = conf->no_reload ? NULL : resolv_conf;
}

bool
files_look(struct files *f, int64_t now, struct resolvconf *conf)
{
	struct err_list ignored = { 0 };

	if (now < f->look_at)
		return false;
	f->look_at = now + LOOK;
	if (hosts_is_stale(f->hosts)) {
		hosts_free(f->hosts);
		f->hosts = hosts_read(f->hosts_file);
	}
	if (!f->resolv_conf ||
	    !filestamp_is_stale(&f->resolv_stamp, f->resolv_conf))
		return false;
	files_servers(f, f->resolv_conf, conf, &ignored);
	err_list_release(&ignored);
	return true;
}

bool
files_name(const struct files *f, const struct ip *ip, struct slice *name)
{
	return hosts_find(f->hosts, ip, name);
}
