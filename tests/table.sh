# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What tests/peers/table.sh and tests/clients/table.sh have in common; they source it.

# number FILE NAME: a number of the line that ends a --results file.
number() { sed -n '/"event":"end"/s/.*"'"$2"'":\([0-9]*\).*/\1/p' "$1"; }

# cases FILE VERDICT: how many cases have it.
cases()
{
    sed -n '/"event":"end"/s/.*"cases":{\([^}]*\)}.*/\1/p' "$1" |
        sed -n 's/.*"'"$2"'":\([0-9]*\).*/\1/p'
}

# not_offered FILE: how many scenarios were skipped for that.
not_offered()
{
    grep '"event":"play"' "$1" |
        grep -c '"verdict":"skip"[^}]*"reason":"the target does not offer' || true
}

seconds() { awk -v us="$(number "$1" wall_us)" 'BEGIN { printf "%.1f", us / 1000000 }'; }

# The cells of a --results file, and the head that they stand below.
results_head() { echo "pass | fail | warn | inconclusive or not reached | not offered |"; }
results_cells()
{
    echo "$(cases "$1" pass) | $(cases "$1" fail) | $(cases "$1" warn) |" \
        "$(cases "$1" inconclusive) | $(not_offered "$1") |"
}

# put_table WORD TABLE FILE: between the comments <!-- WORD: ... --> and <!-- end of WORD -->.
put_table()
{
    awk -v word="$1" -v table="$2" '
        index($0, "<!-- " word ":") { print; print ""; while ((getline line < table) > 0) print line; print ""; inside = 1; next }
        index($0, "<!-- end of " word " -->") { inside = 0 }
        !inside { print }' "$3" >"$2.whole"
    cat "$2.whole" >"$3"
}
