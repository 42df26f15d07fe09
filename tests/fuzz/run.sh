#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs each fuzzer that make built for FUZZ_SECONDS (60), two at a time.
#
#   tests/fuzz/run.sh          runs them
#   tests/fuzz/run.sh tools    fails, naming the package, where fuzzers cannot be built
#
# A fuzzer starts from tests/fuzz/corpus/NAME (the reader from our scenarios, too), which
# it only reads, and keeps what it learns under build/.  An input that breaks something is left in build/fuzz/found/; once
# mended, it belongs into the corpus, so that it is tried first ever after.
set -u

B=${B:-build}
seconds=${FUZZ_SECONDS:-60}
folder=$B/fuzz

tools()
{
    command -v clang >/dev/null || {
        echo "fuzz: clang is missing; apt-get install clang (or tests/deps.sh lint)" >&2
        return 1
    }
    ls "$(clang --print-resource-dir)"/lib/*/libclang_rt.fuzzer*.a >/dev/null 2>&1 || {
        echo "fuzz: clang's libFuzzer is missing; apt-get install libclang-rt-dev" >&2
        return 1
    }
}

# Inputs are at most 64 KiB, an input takes at most 5 s, and memory stays under 1 GiB.
fuzz()
{
    name=$1
    set -- "tests/fuzz/corpus/$name"
    [ "$name" != reader ] || set -- "$@" scenarios/server
    mkdir -p "$folder/corpus/$name" "$folder/found"
    "$folder/fuzz_$name" -max_total_time="$seconds" -max_len=65536 -timeout=5 \
        -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="$folder/found/$name-" \
        "$folder/corpus/$name" "$@" >"$folder/$name.log" 2>&1
    status=$?
    units=$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$name.log")
    if [ $status = 0 ]; then
        echo "ok fuzz $name: ${units:-0} inputs"
    else
        tail -n 40 "$folder/$name.log" | sed 's/^/    /'
        echo "FAILED fuzz $name: the input is in $folder/found/"
    fi
}

[ "${1-}" = tools ] && { tools; exit; }
result=$(mktemp)
trap 'rm -f "$result"' EXIT
running=0
for driver in tests/fuzz/fuzz_*.c; do
    name=$(basename "$driver" .c)
    fuzz "${name#fuzz_}" >>"$result" &
    running=$((running + 1))
    [ $((running % 2)) = 0 ] && wait
done
wait
cat "$result"
failed=$(grep -c '^FAILED fuzz ' "$result")
echo "$(grep -c '^ok fuzz ' "$result") passed, $failed failed"
[ "$failed" = 0 ]
