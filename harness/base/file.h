/* SPDX-License-Identifier: MIT */
/* Whole files in and out, folders listed in a stable order, temporary directories. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/arena.h"
#include "base/err.h"

/* The whole file, at most ceiling bytes; a longer one is an error. */
bool file_read(struct arena *a, const char *path, size_t ceiling, str *out,
               struct err *err) MUST_CHECK;
/* Writes the whole file: first beside it, then renamed, so a reader never sees half. */
bool file_write(const char *path, str text, struct err *err) MUST_CHECK;
/* Writes all of it to a descriptor; false when that fails. */
bool file_write_all(int fd, str text);
/* All files below path (or path itself when it is a file) that end in `suffix`, sorted by
 * name; at most 100,000, at most 16 levels deep, links to folders not followed.  A pipe
 * or a device among them is an error. */
bool file_list(struct arena *a, const char *path, const char *suffix, struct strs *out,
               struct err *err) MUST_CHECK;
bool file_is_dir(const char *path);
bool file_exists(const char *path);
/* Whether two paths lead to one file. */
bool file_same(const char *path, const char *other);
/* Whether both paths lead to one file, which need not be there yet. */
bool file_is_same(const char *one, const char *other);
/* mkdir -p for the folder in which path will stand. */
bool file_make_parents(const char *path, struct err *err) MUST_CHECK;
/* A new private directory under $TMPDIR or /tmp, removed with all in it when the arena
 * ends. */
bool file_temp_dir(struct arena *a, str *out, struct err *err) MUST_CHECK;

#endif
