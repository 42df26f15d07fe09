#!/bin/sh
# SPDX-License-Identifier: MIT
# Writes the syntax files for Vim and VS Code from the program's own table of words.
#
#   tests/editors.sh DIRECTORY     usually scenarios/editors
set -eu

acmespec=${ACMESPEC:-build/acmespec}
out=$1
mkdir -p "$out/vscode" "$out/vim/syntax" "$out/vim/ftdetect"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$acmespec" help --verbs | sort -u >"$tmp/verbs"
alternation=$(sort -r "$tmp/verbs" | tr '\n' '|' | sed 's/|$//; s/ /\\\\s+/g')
# The longer of two words that begin alike comes first, so that a pair is one.  A keyword of
# Vim's would be one in titles and pointers, too.
vim_words=$(sort -r "$tmp/verbs" | sed 's/ /\\s\\+/' | tr '\n' '|' | sed 's/|$//; s/|/\\|/g')

cat >"$out/vim/syntax/acmespec.vim" <<EOF
" Vim syntax of acmespec's verb lines (*.acme).  Made by tests/editors.sh: do not edit.
if exists("b:current_syntax")
  finish
endif
syntax case match
setlocal iskeyword+=-
syntax match acmeComment "^\s*#.*$"
syntax match acmeWord "^\s*\zs\($vim_words\)\ze\(\s\|\$\)"
syntax match acmeLevel "^\s*\zs\(must\|should\|need\)\ze\(\s\|\$\)"
syntax match acmeName "\\\${[^}]*}"
syntax region acmeString start=+"+ skip=+\\\\\\\\\|\\\\"+ end=+"+ oneline contains=acmeName
syntax match acmeStatus "\<[1-5]\(xx\|[0-9][0-9]\)\>"
syntax match acmeRule "\<\(rfc[0-9]\+\|draft-[a-z-]\+\)-[0-9.]\+-[0-9]\+\>"
highlight default link acmeComment Comment
highlight default link acmeWord Statement
highlight default link acmeLevel Special
highlight default link acmeName Identifier
highlight default link acmeString String
highlight default link acmeStatus Number
highlight default link acmeRule Constant
let b:current_syntax = "acmespec"
EOF

echo 'autocmd BufRead,BufNewFile *.acme set filetype=acmespec' >"$out/vim/ftdetect/acmespec.vim"

cat >"$out/vscode/acmespec.tmLanguage.json" <<EOF
{
  "scopeName": "source.acmespec",
  "name": "acmespec",
  "fileTypes": ["acme"],
  "patterns": [
    { "name": "comment.line.number-sign.acmespec", "match": "^\\\\s*#.*$" },
    { "name": "keyword.control.level.acmespec", "match": "^\\\\s*(must|should|need)\\\\b" },
    { "name": "keyword.control.acmespec", "match": "^\\\\s*($alternation)(?=\\\\s|$)" },
    { "name": "variable.other.acmespec", "match": "\\\\\$\\\\{[^}]*\\\\}" },
    {
      "name": "string.quoted.double.acmespec", "begin": "\"", "end": "\"|$",
      "patterns": [
        { "name": "constant.character.escape.acmespec", "match": "\\\\\\\\." },
        { "name": "variable.other.acmespec", "match": "\\\\\$\\\\{[^}]*\\\\}" }
      ]
    },
    { "name": "constant.numeric.status.acmespec", "match": "\\\\b[1-5](xx|[0-9]{2})\\\\b" },
    {
      "name": "constant.other.rule.acmespec",
      "match": "\\\\b(rfc[0-9]+|draft-[a-z-]+)-[0-9.]+-[0-9]+\\\\b"
    }
  ]
}
EOF

cat >"$out/vscode/package.json" <<'EOF'
{
  "name": "acmespec",
  "displayName": "acmespec",
  "description": "Syntax highlighting for acmespec scenarios",
  "version": "0.1.0",
  "publisher": "acmespec",
  "license": "MIT",
  "engines": { "vscode": "^1.60.0" },
  "contributes": {
    "languages": [
      {
        "id": "acmespec",
        "aliases": ["acmespec"],
        "extensions": [".acme"],
        "configuration": "./language-configuration.json"
      }
    ],
    "grammars": [
      {
        "language": "acmespec",
        "scopeName": "source.acmespec",
        "path": "./acmespec.tmLanguage.json"
      }
    ]
  }
}
EOF

cat >"$out/vscode/language-configuration.json" <<'EOF'
{
  "comments": { "lineComment": "#" },
  "brackets": [["{", "}"], ["[", "]"]],
  "autoClosingPairs": [["{", "}"], ["[", "]"], ["\"", "\""]]
}
EOF
