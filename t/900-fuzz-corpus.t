#!/bin/sh
# SPDX-License-Identifier: ISC
# Every input the fuzzers have kept is fed to its target once more.
top=$(cd "$(dirname "$0")/.." && pwd)
build=${MLS_BUILD:-$top/build}
n=0
for corpus in "$top"/t/fuzz/corpus/*/; do
	n=$((n + 1))
	target=$(basename "$corpus")
	if said=$("$build/t/replay-$target" "$corpus" 2>&1); then
		echo "ok $n - $target: $(echo "$said" | head -n 1)"
	else
		echo "not ok $n - $target"
		echo "$said" | sed 's/^/# /'
	fi
done
echo "1..$n"
