#!/bin/sh
# SPDX-License-Identifier: MIT
# The syntax files for editors say what the program's table of words says.
set -eu
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
tests/editors.sh "$made"
diff -r scenarios/editors "$made" || {
    echo "the syntax files lag behind the table: run tests/editors.sh scenarios/editors"
    exit 1
}
python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$made/vscode/acmespec.tmLanguage.json"
