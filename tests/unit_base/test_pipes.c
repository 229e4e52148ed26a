/* Pipes for bytes that pass through: how many, and of which descriptors. */
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fixture.h"
#include "pipes.h"

/* Every number is free from here on. */
static int lowest_free(void)
{
    int fd = dup(STDERR_FILENO);
    ck_assert_int_ge(fd, 0);
    close(fd);
    return fd;
}

static int64_t descriptors_most(void)
{
    struct rlimit most;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &most), 0);
    return (int64_t)most.rlim_cur;
}

START_TEST(what_is_reserved_is_left_alone)
{
    struct pipes pipes;
    pipes_init(&pipes);
    int first = lowest_free();
    pipes.reserved = descriptors_most() - first - 1;
    ck_assert_ptr_null(pipe_take(&pipes));
    ck_assert_uint_eq(pipes.used, 0);
    ck_assert_int_eq(lowest_free(), first);
    pipes.reserved--;
    struct pipe *pipe = pipe_take(&pipes);
    ck_assert_ptr_nonnull(pipe);
    pipe_give(&pipes, pipe);
    pipes_trim(&pipes);
    ck_assert_int_eq(lowest_free(), first);
}
END_TEST

START_TEST(there_are_only_so_many)
{
    enum { MOST = 24, SPARE = 4 };
    struct pipes pipes;
    struct pipe *taken[MOST];
    pipes_init(&pipes);
    int first = lowest_free();
    for (int i = 0; i < MOST; i++)
        ck_assert_ptr_nonnull(taken[i] = pipe_take(&pipes));
    ck_assert_ptr_null(pipe_take(&pipes));
    for (int i = 0; i < MOST; i++)
        ck_assert_ptr_null(pipe_give(&pipes, taken[i]));
    ck_assert_uint_eq(pipes.spares, SPARE);
    pipes_trim(&pipes);
    ck_assert_int_eq(lowest_free(), first);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pipes");
    TCase *tcase = fixture_case(suite, "pipes", 10);
    tcase_add_test(tcase, what_is_reserved_is_left_alone);
    tcase_add_test(tcase, there_are_only_so_many);
    return fixture_run(suite);
}
