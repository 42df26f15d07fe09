#!/bin/sh
# SPDX-License-Identifier: MIT
# The manual page names every command and every option that --help names, and no other;
# help and manual agree with the exit statuses of the README.
set -eu
acmespec=${ACMESPEC:-build/acmespec}
plain=$(sed 's/\\-/-/g' harness/acmespec.1)
commands=$("$acmespec" --help | sed -n 's/^  acmespec \([a-z]*\).*/\1/p')
options=
missing=0
while read -r command; do
    printf '%s\n' "$plain" | grep -q "^.B acmespec $command\$" || {
        echo "acmespec.1 does not name acmespec $command"
        missing=1
    }
    [ "$command" != help ] || continue
    # shellcheck disable=SC2086
    has=$("$acmespec" $command --help </dev/null | sed -n 's/^  \(-., \|    \)\(--[a-z-]*\).*/\2/p')
    options="$options $has"
    for option in $has; do
        [ "$option" = --help ] || printf '%s\n' "$plain" | grep -q -- "$option" || {
            echo "acmespec.1 does not name $option of $command"
            missing=1
        }
    done
done <<EOF
$commands
selftest --bugs
EOF
for option in $(printf '%s\n' "$plain" | grep -o -- '--[a-z][a-z-]*' | sort -u); do
    case " $(echo "$options" | tr "\n" " ") " in
    *" $option "*) ;;
    *)
        echo "acmespec.1 names $option, which there is not"
        missing=1
        ;;
    esac
done
for status in 0 1 2 3 4 5 6 7; do
    grep -q "^| $status |" README.md || {
        echo "README.md does not explain exit status $status"
        missing=1
    }
done
exit $missing
