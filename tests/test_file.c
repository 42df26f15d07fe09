/* SPDX-License-Identifier: MIT */
/* Files: whole or not at all, listed in one order, temporary ones gone afterwards. */
#include <check.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

Suite *file_suite(void);

static struct arena *a;
static str dir;
static struct err err;

static void begin(void)
{
    a = arena_new(NULL);
    err.text[0] = '\0';
    ck_assert_msg(file_temp_dir(a, &dir, &err), "%s", err.text);
}

static void finish(void)
{
    arena_end(a);
}

static const char *below(const char *name)
{
    return arena_printf(a, "%s/%s", dir.ptr, name).ptr;
}

static void put(const char *name, str text)
{
    ck_assert_msg(file_make_parents(below(name), &err), "%s", err.text);
    ck_assert_msg(file_write(below(name), text, &err), "%s", err.text);
}

START_TEST(what_was_written_is_read)
{
    str bytes = STR("a\0b\xff\n"), text;
    put("file", bytes);
    ck_assert_msg(file_read(a, below("file"), 100, &text, &err), "%s", err.text);
    ck_assert(str_eq(text, bytes));
    put("file", STR("")); /* over the one that is there */
    ck_assert(file_read(a, below("file"), 100, &text, &err));
    ck_assert_uint_eq(text.len, 0);
}
END_TEST

START_TEST(a_file_at_its_ceiling_is_read_and_one_byte_more_is_not)
{
    str text, wanted;
    put("file", STR("12345"));
    ck_assert(file_read(a, below("file"), 5, &text, &err));
    ck_assert(!file_read(a, below("file"), 4, &text, &err));
    wanted = arena_printf(a, "%s is longer than 4 bytes", below("file"));
    ck_assert_str_eq(err.text, wanted.ptr);
    ck_assert(!file_read(a, "/dev/zero", 100000, &text, &err));
}
END_TEST

START_TEST(what_cannot_be_read_is_told)
{
    str text;
    ck_assert(!file_read(a, below("none"), 10, &text, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/none: No such file or directory"));
    ck_assert(!file_read(a, dir.ptr, 10, &text, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "it is not a readable file"));
}
END_TEST

START_TEST(what_cannot_be_written_is_told_and_leaves_nothing)
{
    struct strs files = { 0 };
    put("plain", STR("x"));
    ck_assert(!file_write(below("none/file"), STR("x"), &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/none/file: No such file or directory"));
    ck_assert(!file_write(below("plain/file"), STR("x"), &err));
    ck_assert_ptr_nonnull(strstr(err.text, "Not a directory"));
    ck_assert_int_eq(mkdir(below("folder"), 0700), 0);
    ck_assert(!file_write(below("folder"), STR("x"), &err));
    ck_assert_ptr_nonnull(strstr(err.text, "cannot write"));
    ck_assert(!file_write("/dev/full/x", STR("x"), &err));
    ck_assert(file_list(a, dir.ptr, "", &files, &err));
    ck_assert_uint_eq(files.count, 1);
}
END_TEST

START_TEST(files_are_listed_in_one_order)
{
    static const char *const names[] = { "b/z.acme", "b/a.acme", "a.acme",
                                         "c.txt",    ".h.acme",  "b/c/.x/y.acme" };
    struct strs files = { 0 };
    for (size_t i = 0; i < countof(names); i++)
        put(names[i], STR("x"));
    ck_assert_int_eq(symlink(dir.ptr, below("b/loop")), 0);
    ck_assert_msg(
        file_list(a, arena_printf(a, "%s//", dir.ptr).ptr, ".acme", &files, &err), "%s",
        err.text);
    ck_assert_uint_eq(files.count, 3);
    ck_assert_str_eq(files.item[0].ptr, below("a.acme"));
    ck_assert_str_eq(files.item[1].ptr, below("b/a.acme"));
    ck_assert_str_eq(files.item[2].ptr, below("b/z.acme"));
    ck_assert(file_list(a, below("c.txt"), ".acme", &files, &err)); /* it was named */
    ck_assert_uint_eq(files.count, 4);
    ck_assert_str_eq(files.item[3].ptr, below("c.txt"));
}
END_TEST

START_TEST(what_would_block_is_not_listed)
{
    struct strs files = { 0 };
    ck_assert_int_eq(mkfifo(below("pipe.acme"), 0600), 0);
    const char *const paths[] = { dir.ptr, below("pipe.acme"), "/dev/zero" };
    for (size_t i = 0; i < countof(paths); i++) {
        ck_assert(!file_list(a, paths[i], ".acme", &files, &err));
        ck_assert_ptr_nonnull(strstr(err.text, " is no regular file"));
    }
    ck_assert(file_list(a, dir.ptr, ".txt", &files, &err));
    ck_assert_uint_eq(files.count, 0);
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_told)
{
    struct strs files = { 0 };
    ck_assert(!file_list(a, below("none"), "", &files, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "there is no file or folder"));
}
END_TEST

START_TEST(folders_that_go_too_deep_are_told)
{
    struct strs files = { 0 };
    put("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/x", STR("x"));
    ck_assert(!file_list(a, dir.ptr, "", &files, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "is nested too deeply"));
}
END_TEST

START_TEST(one_file_is_known_by_all_its_paths)
{
    put("a/x", STR("1"));
    ck_assert_int_eq(symlink(below("a/x"), below("link")), 0);
    ck_assert(file_is_same(below("a/x"), below("a/x")));
    ck_assert(file_is_same(below("a/x"), below("a/../a/x")));
    ck_assert(file_is_same(below("a/x"), below("link")));
    ck_assert(!file_is_same(below("a/x"), below("x")));
    ck_assert(file_is_same(below("a/none"), below("a/./none")));
    ck_assert(file_is_same("none", "./none"));
    ck_assert(!file_is_same(below("a/none"), below("none")));
    ck_assert(!file_is_same(below("a/none"), below("a/other")));
    ck_assert(!file_is_same(below("b/none"), below("c/none")));
}
END_TEST

START_TEST(parents_are_made)
{
    ck_assert(file_make_parents(below("x/y/z"), &err));
    ck_assert(file_is_dir(below("x/y")) && !file_exists(below("x/y/z")));
    ck_assert(file_make_parents(below("x/y/z"), &err));
    ck_assert(file_make_parents("alone", &err));
    put("plain", STR("x"));
    ck_assert(file_exists(below("plain")) && !file_is_dir(below("plain")));
    ck_assert(!file_make_parents(below("plain/y/z"), &err));
    ck_assert_ptr_nonnull(strstr(err.text, "cannot make the folder"));
    char *path = str_z(a, arena_printf(a, "/%5000s", "x"));
    ck_assert(!file_make_parents(path, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "... is too long"));
    path[4090] = '\0'; /* what is written beside it would be cut */
    ck_assert(!file_write(path, STR("x"), &err));
    ck_assert_ptr_nonnull(strstr(err.text, "... is too long"));
}
END_TEST

START_TEST(a_temporary_folder_is_private_and_goes_with_its_arena)
{
    struct arena *step = arena_new(a);
    struct stat st;
    str made;
    put("kept", STR("x"));
    ck_assert(file_temp_dir(step, &made, &err));
    ck_assert_int_eq(stat(made.ptr, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0700);
    str inside = arena_printf(a, "%s/x/y", made.ptr), way = str_copy(a, made);
    ck_assert(file_make_parents(inside.ptr, &err)
              && file_write(inside.ptr, STR("x"), &err));
    ck_assert_int_eq(symlink(dir.ptr, arena_printf(a, "%s/out", made.ptr).ptr), 0);
    arena_end(step);
    ck_assert(!file_exists(way.ptr));
    ck_assert(file_exists(below("kept"))); /* the link was not followed */
}
END_TEST

START_TEST(without_room_for_temporary_folders_that_is_told)
{
    str made;
    const char *before = getenv("TMPDIR");
    char *kept = before ? str_z(a, str_of(before)) : NULL;
    setenv("TMPDIR", below("none"), 1);
    ck_assert(!file_temp_dir(a, &made, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/none/acmespec-"));
    if (kept)
        setenv("TMPDIR", kept, 1);
    else
        unsetenv("TMPDIR");
}
END_TEST

Suite *file_suite(void)
{
    Suite *suite = suite_create("file");
    TCase *t = tcase_create("file");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_add_test(t, what_was_written_is_read);
    tcase_add_test(t, a_file_at_its_ceiling_is_read_and_one_byte_more_is_not);
    tcase_add_test(t, what_cannot_be_read_is_told);
    tcase_add_test(t, what_cannot_be_written_is_told_and_leaves_nothing);
    tcase_add_test(t, files_are_listed_in_one_order);
    tcase_add_test(t, what_would_block_is_not_listed);
    tcase_add_test(t, a_folder_that_is_not_there_is_told);
    tcase_add_test(t, folders_that_go_too_deep_are_told);
    tcase_add_test(t, one_file_is_known_by_all_its_paths);
    tcase_add_test(t, parents_are_made);
    tcase_add_test(t, a_temporary_folder_is_private_and_goes_with_its_arena);
    tcase_add_test(t, without_room_for_temporary_folders_that_is_told);
    suite_add_tcase(suite, t);
    return suite;
}
