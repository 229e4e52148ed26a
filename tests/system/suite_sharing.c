/* Handles belong to a principal: two sessions of one user use the same ones. */
#include <stdio.h>

#include "harness.h"

START_TEST(one_session_reads_what_another_opened)
{
    struct link l = link_new(NULL);
    struct client *opener = l.client;
    l.client = client_open();
    peer_write(l.peer, "shared\n");
    link_expect_line(&l, "shared");
    call(opener, "write-line", "{'stream': %lu, 'string': 'back'}", l.stream);
    peer_expect_text(l.peer, "back\n");
}
END_TEST

START_TEST(one_session_closes_what_another_reads)
{
    struct link l = link_new(NULL);
    long id = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    ck_assert(waits(l.client, id));
    struct client *other = client_open();
    call(other, "close", "{'handle': %lu}", l.stream);
    fault(l.client, id, "no-such-handle");
}
END_TEST

START_TEST(a_session_that_ends_takes_its_waiting_reads_along)
{
    struct link l = link_new(NULL);
    struct client *other = client_open();
    long theirs = request(other, "read-line", "{'stream': %lu}", l.stream);
    ck_assert(waits(other, theirs));
    long ours = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    ck_assert(waits(l.client, ours));
    client_close(other);
    peer_write(l.peer, "ours\n");
    expect_text(result(l.client, ours), "line", "ours");
}
END_TEST

START_TEST(half_read_bytes_stay_for_the_next_session)
{
    struct link l = link_new(NULL);
    struct client *other = client_open();
    long theirs = request(other, "read-line", "{'stream': %lu}", l.stream);
    peer_write(l.peer, "half ");
    ck_assert(waits(other, theirs));
    client_close(other);
    peer_write(l.peer, "line\n");
    link_expect_line(&l, "half line");
}
END_TEST

START_TEST(both_sessions_see_it_in_their_lists)
{
    struct link l = link_new(NULL);
    struct client *other = client_open();
    json_object *list = call(other, "handle.list", "{'filter': 'handle=%lu'}", l.stream);
    ck_assert_uint_eq(count_at(list, "handles"), 1);
    ck_assert_int_eq(int_at(list, "handles.0.owner.session"),
                     int_at(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "owner.session"));
}
END_TEST

START_TEST(a_status_of_a_shared_stream)
{
    struct link l = link_new(NULL);
    struct client *other = client_open();
    long ours = request(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}}", l.stream);
    long theirs = request(other, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}}", l.stream);
    ck_assert(waits(l.client, ours) && waits(other, theirs));
    peer_write(l.peer, "x");
    expect_text(result(l.client, ours), "status", "input");
    expect_text(result(other, theirs), "status", "input");
}
END_TEST

static const struct test_case cases[] = {
    {&one_session_reads_what_another_opened, NULL, 0},
    {&one_session_closes_what_another_reads, NULL, 0},
    {&a_session_that_ends_takes_its_waiting_reads_along, NULL, 0},
    {&half_read_bytes_stay_for_the_next_session, NULL, 0},
    {&both_sessions_see_it_in_their_lists, NULL, 0},
    {&a_status_of_a_shared_stream, NULL, 0},
    {0},
};

const struct suite suite_sharing = {.name = "sharing", .cases = cases};
