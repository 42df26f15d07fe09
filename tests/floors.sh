#!/bin/sh
# SPDX-License-Identifier: MIT
# Gate: an include points down, and each foreign library has one door.
#
# Every folder stands on a floor (the table below), and a file may include what lies on
# lower floors or in its own folder.  A library is included through its door alone; a
# header that is neither ours, nor a library's, nor listed as libc's is refused.
set -eu

files=$(find harness mocks reports tests -name '*.[ch]' 2>/dev/null | sort)
[ -n "$files" ] || {
    echo "floors: there is no C file here; run it at the top of the source tree" >&2
    exit 1
}

# shellcheck disable=SC2086
awk '
BEGIN {
    split("base 0 json 1 crypto 2 http 3 acme 4 script 5 mocks 5 engine 6 run 7 " \
          "reports 8 main 9 tests 10", words, " ")
    for (i = 1; i in words; i += 2)
        floor[words[i]] = words[i + 1]

    door["jansson.h"] = "^harness/json/"
    door["openssl/"] = "^harness/crypto/"
    door["curl/"] = "^harness/http/"
    door["microhttpd.h"] = "^harness/http/"
    door["gnutls/"] = "^harness/http/listen_raw[.]c$"
    door["ldns/"] = "^mocks/dns[a-z_]*[.]c$"
    door["check.h"] = "^tests/"

    split("assert ctype dirent errno fcntl fnmatch float ftw getopt glob grp ifaddrs " \
          "inttypes iso646 langinfo libgen limits locale math netdb poll pthread pwd " \
          "regex sched semaphore setjmp signal spawn stdalign stdarg stdatomic stdbool " \
          "stddef stdint stdio stdlib stdnoreturn string strings syslog termios time " \
          "unistd utime wchar wctype", words, " ")
    for (i in words)
        libc[words[i] ".h"] = 1
}

# The folder that a path belongs to; a file right under harness/ is of the top floor.
function folder_of(path, parts, n)
{
    n = split(path, parts, "/")
    if (parts[1] == "harness")
        return n > 2 ? parts[2] : "main"
    return parts[1]
}

function refuse(sentence)
{
    printf "%s:%d: %s\n", FILENAME, FNR, sentence
    bad++
}

function ours(name, to)
{
    if (FILENAME ~ /^tests\// && name ~ /^(suites[.]def|tests\/.*)$/)
        return
    to = index(name, "/") ? folder_of(name ~ /^(mocks|reports|harness)\// ? name : "harness/" name) : "main"
    if (!(to in floor))
        refuse("\"" name "\" names no folder that has a floor; write \"folder/file.h\"")
    else if (to != from && floor[to] == floor[from])
        refuse(from " may not include " to ": both are on floor " floor[to])
    else if (to != from && floor[to] > floor[from])
        refuse(from " (floor " floor[from] ") may not include " to " (floor " floor[to] "): an include points down")
}

function foreign(name, key)
{
    for (key in door) {
        if (index(name, key) != 1)
            continue
        if (FILENAME !~ door[key])
            refuse("<" name "> has one door, " door[key] ", and this is not it")
        return
    }
    if (!(name in libc) && name !~ /^(sys|netinet|arpa|net|linux)\//)
        refuse("<" name "> is no header of libc, and tests/floors.sh knows no door for it")
}

FNR == 1 {
    from = folder_of(FILENAME)
    if (!(from in floor))
        refuse(from "/ has no floor; give it one in tests/floors.sh")
    count++
}

/^[ \t]*#[ \t]*include[ \t]*"/ { split($0, q, "\""); ours(q[2]) }
/^[ \t]*#[ \t]*include[ \t]*</ { split($0, q, /[<>]/); foreign(q[2]) }

END {
    if (bad) {
        printf "floors: %d includes are refused\n", bad
        exit 1
    }
    printf "%d files, every include points down\n", count
}' $files
