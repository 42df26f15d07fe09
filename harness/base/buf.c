/* SPDX-License-Identifier: MIT */
/* Text being built: a doubling buffer in an arena. */
#include "base/buf.h"

#include <stdio.h>

struct buf buf_new(struct arena *a, size_t ceiling)
{
    return (struct buf){ .arena = a, .ceiling = ceiling };
}

static void make_room(struct buf *b, size_t more)
{
    if (b->len + more + 1 <= b->room)
        return;
    size_t room = b->room ? b->room * 2 : 128;
    while (room < b->len + more + 1)
        room *= 2;
    char *bigger = arena_alloc(b->arena, 1, room);
    if (b->len)
        memcpy(bigger, b->text, b->len);
    b->text = bigger;
    b->room = room;
}

void buf_add(struct buf *b, str s)
{
    size_t fits = b->ceiling - b->len;
    if (s.len > fits) {
        b->over = true;
        s.len = fits;
    }
    make_room(b, s.len);
    if (s.len)
        memcpy(b->text + b->len, s.ptr, s.len);
    b->len += s.len;
    b->text[b->len] = '\0';
}

void buf_add_char(struct buf *b, char c)
{
    buf_add(b, (str){ &c, 1 });
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len >= 0 && (size_t)len <= b->ceiling - b->len) {
        make_room(b, (size_t)len);
        vsnprintf(b->text + b->len, (size_t)len + 1, fmt, again);
        b->len += (size_t)len;
    } else {
        b->over = true;
    }
    va_end(again);
}

void buf_add_shell(struct buf *b, str word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_./:,@%+=";
    bool quoted = word.len == 0 || word.ptr[0] == '=';
    for (size_t i = 0; i < word.len; i++)
        quoted = quoted || !word.ptr[i] || !strchr(plain, word.ptr[i]);
    if (!quoted) {
        buf_add(b, word);
        return;
    }
    buf_add_char(b, '\'');
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] == '\'')
            buf_add(b, STR("'\\''"));
        else
            buf_add_char(b, word.ptr[i]);
    buf_add_char(b, '\'');
}

str buf_str(const struct buf *b)
{
    return b->text ? (str){ b->text, b->len } : STR_NONE;
}
