/* SPDX-License-Identifier: MIT */
/* Private keys in PEM, one a file. */
#include "issue_keys.h"

#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/names.h"

bool issue_key_type(struct arena *a, str word, struct err *err)
{
    if (!word.len || key_type_find(word) >= 0)
        return true;
    str near = name_did_you_mean(a, key_type_names, KEY_TYPE_COUNT, word);
    return err_set(err, "there is no key type %.*s%.*s", STR_ARG(word), STR_ARG(near));
}

struct key *issue_key_new(struct arena *a, str word, struct err *err)
{
    if (!issue_key_type(a, word, err))
        return NULL;
    int type = word.len ? key_type_find(word) : KEY_P256;
    return key_new(a, (enum key_type)type, err);
}

struct key *issue_key_read(struct arena *a, str path, struct err *err)
{
    str pem;
    return file_read(a, path.ptr, CEILING_SCRIPT, &pem, err) ? key_from_pem(a, pem, err)
                                                             : NULL;
}

bool issue_key_write(struct arena *a, str path, const struct key *key, struct err *err)
{
    mode_t before = umask(077);
    bool good = file_make_parents(path.ptr, err)
        && file_write(path.ptr, key_private_pem(a, key), err);
    umask(before);
    return good;
}
