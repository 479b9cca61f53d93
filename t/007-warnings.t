#!/bin/sh
# SPDX-License-Identifier: ISC
# gcc and clang compile every file without a warning.
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit 1
build=${MLS_BUILD:-$top/build}
flags="-std=c11 -D_GNU_SOURCE -Isrc -I$build -It/lib -Wall -Wextra -Wshadow
	-Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wformat=2
	-O2 -Werror -DVERSION=\"0\" -DSYSCONFDIR=\"/etc\"
	-DLOCALSTATEDIR=\"/var/lib\" -DLIBLDNS=\"ldns\"
	-DLIBCURL=\"curl\""
n=0
for cc in gcc clang; do
	n=$((n + 1))
	if ! command -v $cc >/dev/null; then
		echo "ok $n # skip no $cc"
		continue
	fi
	# shellcheck disable=SC2086
	if said=$(ls src/*.c src/*/*.c t/*.c t/bench/*.c | xargs -P 2 -n 8 \
	    $cc $flags -fsyntax-only 2>&1); then
		echo "ok $n - $cc"
	else
		echo "not ok $n - $cc"
		echo "$said" | sed 's/^/# /'
	fi
done
echo "1..$n"
