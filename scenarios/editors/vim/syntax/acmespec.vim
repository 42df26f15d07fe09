" Vim syntax of acmespec's verb lines (*.acme).  Made by tests/editors.sh: do not edit.
if exists("b:current_syntax")
  finish
endif
syntax case match
setlocal iskeyword+=-
syntax match acmeComment "^\s*#.*$"
syntax match acmeVerb "^\s*\(at\s\+once\|for\s\+each\|given\s\+account\|given\s\+authz\|given\s\+certificate\|given\s\+csr\|given\s\+jws\|given\s\+key\|given\s\+order\|never\s\+red\|provision\s\+dns\|wait\s\+retry-after\|withdraw\s\+dns\)\>"
syntax keyword acmeWord about add-header alg alpn also always and baseline because binds body broken-tls bug bytes ca certificate chain check client clock cname common-name contact contact-with content corrected csr deactivate deadline deadline-factor decides delay detail dns-01 document double-header drip eab end expect expired extension extra fault get handled head header header-case history hook http-01 if install interim invalid key kid lacks layout length level limit line mac manner media-type must need needs needs-sandbox no-retry no-san nonce not-after not-before note observable offers on operator or other-key patch payload payload-text poll post processing profile program protected provision raw raw-answer reconnect redirect refuses relative renew renew-when-due repeat replay-nonce reply requirement retry-after revision revoke revoke-by-key roll-over rule run san save says scenario send should shown-by skips source spoil status subproblem suite tag tamper times title tls-alpn-01 uncovered unseen update-contact url valid verdict version violation wait watch webroot when who why why-not with withdraw within zone 
syntax keyword acmeLevel must should need
syntax match acmeName "\${[^}]*}"
syntax region acmeString start=+"+ skip=+\\\\\|\\"+ end=+"+ oneline contains=acmeName
syntax match acmeStatus "\<[1-5]\(xx\|[0-9][0-9]\)\>"
syntax match acmeRule "\<\(rfc[0-9]\+\|draft-[a-z-]\+\)-[0-9.]\+-[0-9]\+\>"
highlight default link acmeComment Comment
highlight default link acmeVerb Statement
highlight default link acmeWord Keyword
highlight default link acmeLevel Special
highlight default link acmeName Identifier
highlight default link acmeString String
highlight default link acmeStatus Number
highlight default link acmeRule Constant
let b:current_syntax = "acmespec"
