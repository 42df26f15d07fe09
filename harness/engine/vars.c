/* SPDX-License-Identifier: MIT */
/* A list of names: scenarios have a few dozen, so it is searched from its end. */
#include "engine/vars.h"

#include "base/buf.h"
#include "crypto/key.h"
#include "script/names.h"

struct var {
    str name;
    json_t *value; /* NULL: missing */
    str why;
    bool scripted; /* names in its text are replaced too, when it is used */
};

struct vars {
    struct arena *arena;
    const struct vars *under; /* asked for what is not here, or NULL */
    struct var *item;
    size_t count;
};

struct vars *vars_new(struct arena *a)
{
    struct vars *v = NEW(a, struct vars);
    v->arena = a;
    return v;
}

struct vars *vars_over(struct arena *a, const struct vars *under)
{
    struct vars *v = vars_new(a);
    v->under = under;
    return v;
}

static struct var *find_here(const struct vars *v, str name)
{
    for (size_t i = v->count; i-- > 0;)
        if (str_eq(v->item[i].name, name))
            return &v->item[i];
    return NULL;
}

static struct var *find(const struct vars *v, str name)
{
    struct var *found = NULL;
    for (; v && !found; v = v->under)
        found = find_here(v, name);
    return found;
}

static struct var *find_or_add(struct vars *v, str name)
{
    struct var *found = find_here(v, name);
    if (found)
        return found;
    v->item = GROW(v->arena, v->item, v->count, struct var);
    v->item[v->count] = (struct var){ .name = str_copy(v->arena, name), .why = STR_NONE };
    return &v->item[v->count++];
}

void vars_set_json(struct vars *v, str name, json_t *value)
{
    find_or_add(v, name)->value = json_keep(v->arena, json_incref(value));
}

void vars_set(struct vars *v, str name, str text)
{
    vars_set_json(v, name, json_string_of(v->arena, text));
}

void vars_set_scripted(struct vars *v, str name, str text)
{
    vars_set(v, name, text);
    find_or_add(v, name)->scripted = true;
}

void vars_set_missing(struct vars *v, str name, str why)
{
    struct var *var = find_or_add(v, name);
    var->value = NULL;
    var->why = str_copy(v->arena, why);
}

/* 32 characters of base32-like letters: unguessable, and a legal label. */
static json_t *random_value(struct vars *v)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    str bytes = random_bytes(v->arena, 32);
    char text[32];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = alphabet[(unsigned char)bytes.ptr[i] % 32];
    return json_string_of(v->arena, (str){ text, sizeof text });
}

json_t *vars_get(const struct vars *v, str name)
{
    if (str_is(name, "random"))
        return random_value((struct vars *)(uintptr_t)v);
    const struct var *found = find(v, name);
    return found ? found->value : NULL;
}

str vars_text_of(const struct vars *v, str name)
{
    json_t *value = vars_get(v, name);
    if (!value)
        return STR_NONE;
    return json_is_string(value) ? json_str(value) : json_text(v->arena, value);
}

static bool missing(const struct vars *v, str name, struct err *err)
{
    const struct var *found = find(v, name);
    if (found && found->why.len)
        return err_set(err, "${%.*s} has no value: %.*s", STR_ARG(name),
                       STR_ARG(found->why));
    return err_set(err, "${%.*s} has no value here", STR_ARG(name));
}

static bool begins_name(str text, size_t i)
{
    bool escaped = i > 0 && text.ptr[i - 1] == '$';
    return !escaped && str_starts(str_from(text, i), "${");
}

/* Adds the value of the name that begins at text[*i]; *i is then behind it. */
static bool add_inner(struct vars *v, struct arena *a, str text, size_t *i, struct buf *b,
                      struct err *err)
{
    str rest = str_from(text, *i), before, name;
    if (!name_next(&rest, &before, &name)) { /* it has no end */
        buf_add_char(b, text.ptr[(*i)++]);
        return true;
    }
    json_t *value = vars_get(v, name);
    if (!value)
        return missing(v, name, err);
    buf_add(b, json_is_string(value) ? json_str(value) : json_text(a, value));
    *i = text.len - rest.len;
    return true;
}

/* A name may itself hold names: ${o.${type}.url}; these are replaced first. */
static bool inner_names(struct vars *v, struct arena *a, str *text, struct err *err)
{
    struct buf b = buf_new(a, CEILING_BODY);
    bool inside = false;
    for (size_t i = 0; i < text->len;) {
        bool begins = begins_name(*text, i);
        if (begins && inside) {
            if (!add_inner(v, a, *text, &i, &b, err))
                return false;
            continue;
        }
        inside = begins || (inside && text->ptr[i] != '}');
        buf_add_char(&b, text->ptr[i++]);
    }
    *text = buf_str(&b);
    return true;
}

/* Adds the value of a name; what the scenario itself wrote may name further names, what a
 * peer sent may not. */
static bool add_value(struct vars *v, struct arena *a, str name, struct buf *b,
                      struct err *err)
{
    json_t *value = vars_get(v, name);
    struct var *var = find(v, name);
    if (!value)
        return missing(v, name, err);
    str text = json_is_string(value) ? json_str(value) : json_text(a, value);
    if (var && var->scripted) {
        var->scripted = false;
        bool expanded = vars_expand(v, a, text, &text, err);
        var->scripted = true;
        if (!expanded)
            return false;
    }
    buf_add(b, text);
    return true;
}

bool vars_expand(struct vars *v, struct arena *a, str text, str *out, struct err *err)
{
    struct buf b = buf_new(a, CEILING_BODY);
    str before, name;
    bool more = true;
    /* Most texts have no names in them. */
    if (str_find_char(text, '$') == text.len) {
        *out = str_copy(a, text);
        return true;
    }
    if (!inner_names(v, a, &text, err))
        return false;
    while (more) {
        more = name_next(&text, &before, &name);
        size_t dollars = str_find(before, STR("$${"));
        while (dollars < before.len) {
            buf_add(&b, str_upto(before, dollars));
            before = str_from(before, dollars + 1);
            buf_add(&b, str_upto(before, 2));
            before = str_from(before, 2);
            dollars = str_find(before, STR("$${"));
        }
        buf_add(&b, before);
        if (!more)
            break;
        if (!add_value(v, a, name, &b, err))
            return false;
    }
    *out = buf_str(&b);
    return true;
}

struct expansion {
    struct vars *vars;
    struct arena *arena;
    struct err *err;
};

static json_t *expand_string(void *context, str s)
{
    struct expansion *e = context;
    str text = s, before, name, out;
    if (name_next(&text, &before, &name) && !before.len && !text.len) {
        const struct var *var = find(e->vars, name);
        json_t *value = vars_get(e->vars, name);
        if (value && !(var && var->scripted))
            return value;
    }
    if (!vars_expand(e->vars, e->arena, s, &out, e->err))
        return NULL;
    return json_string_of(e->arena, out);
}

json_t *vars_expand_json(struct vars *v, struct arena *a, json_t *value, struct err *err)
{
    struct expansion e = { v, a, err };
    return json_map_strings(a, value, expand_string, &e);
}
