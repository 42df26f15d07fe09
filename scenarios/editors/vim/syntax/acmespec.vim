" Vim syntax of acmespec's verb lines (*.acme).  Made by tests/editors.sh: do not edit.
if exists("b:current_syntax")
  finish
endif
syntax case match
setlocal iskeyword+=-
syntax match acmeComment "^\s*#.*$"
syntax match acmeWord "^\s*\zs\(zone\|within\|withdraw\s\+dns\|withdraw\|with\|why-not\|why\|who\|when\|webroot\|watch\|wait\s\+retry-after\|wait\|violation\|version\|verdict\|valid\|url\|update-contact\|unseen\|unfit\|uncovered\|tls-alpn-01\|title\|times\|tamper\|tag\|suite\|subproblem\|status\|spoil\|source\|skips\|shown-by\|should\|send\|seen-in\|scenario\|says\|save\|san\|run\|rule\|roll-over\|revoke-by-key\|revoke\|revision\|retry-after\|requirement\|reply\|replay-nonce\|repeat\|renew-when-due\|renew\|relative\|refuses\|redirect\|reconnect\|raw-answer\|raw\|provision\s\+dns\|provision\|protected\|program\|profile\|processing\|post\|poll\|payload-text\|payload\|patch\|other-key\|or\|operator\|on\|offers\|observable\|note\|not-before\|not-after\|nonce-retries\|nonce\|no-san\|no-retry\|never\s\+red\|needs-sandbox\|needs\|need\|must\|media-type\|manner\|mac\|line\|limit\|level\|length\|layout\|lacks\|kid\|key\|invalid\|interim\|install\|if\|http-01\|hook\|history\|hello\|header-case\|header\|head\|handled\|given\s\+order\|given\s\+key\|given\s\+jws\|given\s\+csr\|given\s\+certificate\|given\s\+authz\|given\s\+account\|get\|for\s\+each\|fault\|extra\|extension\|expired\|expect\|end\|eab\|drip\|double-header\|document\|dns-01\|detail\|delay\|decides\|deadline-factor\|deadline\|deactivate\|csr\|corrected\|content\|contact-with\|contact\|common-name\|cname\|clock\|client\|check\|chain\|certificate\|ca\|bytes\|bug\|broken-tls\|body\|binds\|because\|baseline\|at\s\+once\|and\|always\|also\|alpn\|alg\|add-header\|about\)\ze\(\s\|$\)"
syntax match acmeLevel "^\s*\zs\(must\|should\|need\)\ze\(\s\|$\)"
syntax match acmeName "\${[^}]*}"
syntax region acmeString start=+"+ skip=+\\\\\|\\"+ end=+"+ oneline contains=acmeName
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
