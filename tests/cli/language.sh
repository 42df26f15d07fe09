#!/bin/sh
# SPDX-License-Identifier: MIT
# scenarios/README.md teaches what the program reads: its whole examples are read without a
# mistake, every word in its code is a row of the tables, and every table it names is there.
set -u
acmespec=${ACMESPEC:-build/acmespec}
page=scenarios/README.md
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0
complain() { bad=1 && echo "$*"; }

# Code blocks, one file each.
awk -v to="$tmp" '/^```/ { inside = !inside; if (inside) n++; next }
    inside { print > (to "/block" n) }' "$page"

# The examples that are whole files.
for word in scenario watch profile history; do
    for block in "$tmp"/block*; do
        grep -q "^$word " "$block" || continue
        if [ "$word" = profile ]; then
            # A profile and a baseline stand in one block; they are two files.
            sed '/^baseline/,$d' "$block" >"$tmp/profile.acme"
            sed -n '/^baseline/,$p' "$block" >"$tmp/baseline.acme"
            "$acmespec" check "$tmp/baseline.acme" >"$tmp/out" 2>&1 || complain "$(cat "$tmp/out")"
        else
            cp "$block" "$tmp/$word.acme"
        fi
        # The watches that ship may have the name of the example's.
        sed -i.bak 's/^watch  *[a-z-]*/watch example/' "$tmp/$word.acme"
        "$acmespec" check "$tmp/$word.acme" >"$tmp/out" 2>&1 || complain "$(cat "$tmp/out")"
    done
    [ -f "$tmp/$word.acme" ] || complain "$page has no example of a $word"
done

# Every word that begins a line of code is in the tables.
"$acmespec" help --verbs | sed 's/ .*//' | sort -u >"$tmp/verbs"
"$acmespec" help checks | sed -n 's/^  \([a-z-]*\).*/\1/p' | sort -u >>"$tmp/verbs"
for block in "$tmp"/block[0-9]*; do
    grep -q '^\(acmespec\|[$]\)' "$block" && continue
    awk '{ print $1 }' "$block" | grep '^[a-z][a-z-]*$' | sort -u | while read -r word; do
        grep -qx "$word" "$tmp/verbs" || echo "$page uses \"$word\", which is no word of the language"
    done
done >"$tmp/unknown"
[ ! -s "$tmp/unknown" ] || complain "$(cat "$tmp/unknown")"

# All code of the page, and that within its sentences, a word a line.  Paths, ${names},
# URLs and what stands for something (in capitals) are no words of the language.
cat "$tmp"/block[0-9]* >"$tmp/code"
awk '/^```/ { inside = !inside; next } !inside' "$page" | tr '\n' ' ' | grep -o '`[^`]*`' | tr -d '`' |
    tee -a "$tmp/code" | tr ' ' '\n' | grep -v '[/$.<{]' | tr -cs 'A-Za-z0-9-' '\n' |
    grep -E '^[a-z][A-Za-z-]{2,}$' | sort -u >"$tmp/inline"
{
    "$acmespec" --help
    for topic in words checks tests forms kinds needs tamper settings names variables; do
        "$acmespec" help $topic
    done
    sed -n 's/^ *_([A-Z_]*, *"\([A-Za-z]*\)".*/\1/p' harness/acme/words.def
} | tr -cs 'A-Za-z0-9-' '\n' | sort -u >"$tmp/known"
# Beside those, the page names a program of the shell's, a client, and an option of ours.
for word in bugs lego sleep; do
    echo $word
done | sort -u - "$tmp/known" | comm -23 "$tmp/inline" - >"$tmp/strange"
[ ! -s "$tmp/strange" ] || complain "$page writes as words of the language: $(tr '\n' ' ' <"$tmp/strange")"

# Every word that a scenario, a watch, a rule, an adapter or a profile may hold is taught.
# The catalogue has a page of its own.
"$acmespec" help words | awk '/^  [a-z]/ { usage = $0; next }
    /^      in / && !/^      in a (requirement|document)[.]/ {
        two = usage ~ /^  (given|for|at|provision dns|withdraw dns|wait retry|never)/
        split(usage, word, " ")
        print two ? word[1] " " word[2] : word[1]
    }' | sort -u >"$tmp/teach"
while read -r verb; do
    grep -qE "(^|[^a-z-])$verb([^a-z-]|\$)" "$tmp/code" || complain "$page does not teach \"$verb\""
done <"$tmp/teach"

# Every table that it names.
for topic in $(grep -o 'help [a-z]*' "$page" | sed 's/help //' | sort -u); do
    "$acmespec" help "$topic" >/dev/null 2>&1 || complain "$page names \`acmespec help $topic\`, which there is not"
done

# Every row has its help, and the program can explain each word.
"$acmespec" help --verbs | while read -r verb; do
    # shellcheck disable=SC2086
    "$acmespec" help $verb >/dev/null 2>&1 || echo "acmespec help $verb says nothing"
done >"$tmp/silent"
for topic in checks tests forms kinds needs tamper settings; do
    "$acmespec" help $topic | sed -n 's/^  \([^ (]*\).*/\1/p' | grep . | while read -r word; do
        "$acmespec" help "$word" | grep -q "$word" || echo "acmespec help $word says nothing"
    done
done >>"$tmp/silent" 2>&1
# A word that begins several says all of them.
[ "$("$acmespec" help given | grep -c '^  given [a-z]')" -gt 5 ] || complain "acmespec help given is not whole"
[ "$("$acmespec" help is | grep -c '^  is')" = 2 ] || complain "acmespec help is is not whole"
"$acmespec" help spoil | grep -q "SPOIL: html, garbage" || complain "acmespec help spoil does not say what there is"
[ ! -s "$tmp/silent" ] || complain "$(cat "$tmp/silent")"

# A skeleton is well written, whatever the section that it is for.
for name in server/x server/7.4-finalize/y server/99-nothing/y server/rfc9773-renewal-info/y client/x \
    client/6.5-nonces/y client/9110-http/y; do
    file=$("$acmespec" new "$tmp/new/$name") && "$acmespec" check "$file" >"$tmp/out" 2>&1 \
        || complain "the skeleton of $name is refused: $(cat "$tmp/out")"
done
cp -R scenarios "$tmp/library"
for name in server/x server/7.4-finalize/y client/6.5-nonces/y; do
    file=$(ACMESPEC_SCENARIOS=$tmp/library "$acmespec" new "$name") && "$acmespec" check "$file" >"$tmp/out" 2>&1 \
        || complain "the skeleton of $name is refused: $(cat "$tmp/out")"
done
grep -q '^rule .*rfc8555-7[.]4-' "$tmp/library/server/7.4-finalize/y.acme" || complain 'a skeleton cites another section'
grep -q '^suite  *client' "$tmp/library/client/6.5-nonces/y.acme" || complain 'a skeleton is of another suite'

# What is explained and listed is what was asked for.
"$acmespec" explain watch/replay-nonce-on-success >"$tmp/out"
grep -q '^  when method is POST$' "$tmp/out" || complain "explain watch: $(cat "$tmp/out")"
for section in 6.5 rfc8555-6.5; do
    "$acmespec" list --rules --section $section --level must >"$tmp/out" || complain "list --rules --section $section fails"
    grep -qE '^rfc8555-6[.]5-' "$tmp/out" || complain "list --rules --section $section lists nothing"
    grep -vE '^rfc8555[- ]6[.]5[-. 0-9]* *MUST  |^(section|all) |^$' "$tmp/out" && complain "list --rules --section $section lists more"
done
exit $bad
