#!/bin/sh
# SPDX-License-Identifier: MIT
# make install: program, manual page, scenarios and editor files, under DESTDIR PREFIX.
set -eu

to=${DESTDIR-}${PREFIX:-/usr/local}
share=$to/share/acmespec

# copy MODE FILE FOLDER: with the folders that lead there.
copy()
{
    mkdir -p "$3"
    cp "$2" "$3/"
    chmod "$1" "$3/${2##*/}"
}

copy 755 "${B:-build}/acmespec" "$to/bin"
find . \( -name .git -o -name build \) -prune -o -name 'acmespec.1' -print |
    while read -r page; do
        copy 644 "$page" "$to/share/man/man1"
    done

# A scenario that is no longer there must not be found by the installed program.
rm -rf "$share/scenarios"
find scenarios -type f ! -name '.*' | while read -r file; do
    copy 644 "$file" "$share/$(dirname "$file")"
done
for folder in syntax ftdetect ftplugin; do
    for file in scenarios/editors/vim/$folder/*.vim; do
        [ ! -f "$file" ] || copy 644 "$file" "$to/share/vim/vimfiles/$folder"
    done
done
echo "acmespec ${VERSION-} is in $to"
