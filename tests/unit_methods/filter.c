/* Filters over made-up handles: each kind of field with each operator, and everything that is no filter. */
#include "filter.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct handle_info the_stream, the_server;

static void setup(void)
{
    record_clear(&record_handle_info, &the_stream);
    the_stream.handle = 7;
    the_stream.kind = KIND_STREAM;
    the_stream.state = STATE_OPEN;
    the_stream.owner = (struct owner){.uid = 1000, .gid = 100, .pid = 77, .profile = SOCKD_TEXT("web"), .session = 3};
    the_stream.owner.label = SOCKD_TEXT("the label");
    the_stream.local = (struct endpoint){SOCKD_TEXT("fe80::1%lo"), 40000};
    the_stream.peer = (struct endpoint){SOCKD_TEXT("10.1.2.3"), 443};
    the_stream.host = SOCKD_TEXT("www.example.com");
    the_stream.created = SOCKD_TEXT("2026-11-22T19:30:15.250Z");
    the_stream.bytes_in = 1048577;
    the_stream.element_type = ELEMENT_UNSIGNED_8;
    the_stream.buffered = BUFFERED_TRUE;
    the_stream.external_format =
        (struct sockd_format){SOCKD_TEXT("iso-8859-1"), LINE_TERMINATOR_DOS, SOCKD_ACTION_ERROR, SOCKD_ACTION_ERROR};

    record_clear(&record_handle_info, &the_server);
    the_server.handle = 8;
    the_server.kind = KIND_SERVER;
    the_server.state = STATE_LISTENING;
    the_server.owner = (struct owner){.profile = SOCKD_TEXT("null"), .session = SOCKD_NULL};
    the_server.local = (struct endpoint){SOCKD_TEXT("::ffff:192.168.0.1"), 80};
    the_server.peer = (struct endpoint){SOCKD_TEXT(""), 0};
    the_server.created = SOCKD_TEXT("2026-11-23T00:00:00.000Z");
}

/* A copy without anything behind it, so that reading too far is seen by a sanitizer. */
static struct sockd_text copy_of(const char *text, size_t size)
{
    char *copy = malloc(size ? size : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, size);
    return (struct sockd_text){copy, size};
}

static bool holds(const char *text, const struct handle_info *info)
{
    struct filter filter;
    char reason[FILTER_REASON] = "";
    struct sockd_text copy = copy_of(text, strlen(text));
    ck_assert_msg(filter_read(&filter, &record_handle_info, copy, reason), "%s: %s", text, reason);
    bool answer = filter_holds(&filter, info);
    free((char *)copy.data);
    return answer;
}

/* ---- what holds for the stream and for the server ---- */

static const struct {
    const char *filter;
    bool stream, server;
} answers[] = {
    /* whole numbers */
    {"handle=7", true, false},
    {"handle!=7", false, true},
    {"handle<8", true, false},
    {"handle<=7", true, false},
    {"handle>7", false, true},
    {"handle>=7", true, true},
    {"handle>=9007199254740991", false, false},
    {"bytes_in>1048576", true, false},
    {"bytes_in=1048577", true, false},
    {"bytes_in>-1", true, true},
    {"bytes_out=-0", true, true},
    {"bytes_in<9223372036854775807", true, true},
    {"owner.uid=1000", true, false},
    {"owner.pid>76,owner.pid<78", true, false},
    {"peer.port=443", true, false},
    {"peer.port=0", false, true},
    /* numbers that may be null */
    {"owner.session=3", true, false},
    {"owner.session!=3", false, true},
    {"owner.session<4", true, false},
    {"owner.session>=-9223372036854775807", true, false},
    {"owner.session=null", false, true},
    {"owner.session!=null", true, false},
    /* words */
    {"kind=stream", true, false},
    {"kind!=stream", false, true},
    {"state=listening", false, true},
    {"lifetime=session", true, true},
    {"element_type=unsigned-byte 8", true, false},
    {"element_type!=character", true, true},
    {"element_type=null", false, true},
    {"buffered=true", true, false},
    {"buffered!=null", true, false},
    /* texts */
    {"host=www.example.com", true, false},
    {"host!=www.example.com", false, true},
    {"host=www.example.co", false, false},
    {"host=www.example.com.", false, false},
    {"host=", false, false},
    {"host!=", true, true},
    {"host=null", false, true},
    {"host!=null", true, false},
    {"host>www", true, false},
    {"host<x", true, false},
    {"host>=www.example.com", true, false},
    {"owner.label=the label", true, false},
    {"owner.label!=x=y", true, true},
    {"owner.profile=null", false, true},
    {"owner.profile<web", false, true},
    /* times */
    {"created=2026", true, true},
    {"created=2026-11-22", true, false},
    {"created>2026-11-22", false, true},
    {"created>=2026-11-22T19:30:15.250Z", true, true},
    {"created<2026-11-22T19:30:15.251Z", true, false},
    {"created<=2026-11-22T19", true, false},
    {"created!=2026-11-22T19:30", false, true},
    /* addresses */
    {"peer.address=10.1.2.3", true, false},
    {"peer.address!=10.1.2.3", false, true},
    {"peer.address=10.0.0.0/8", true, false},
    {"peer.address=10.1.2.2/31", true, false},
    {"peer.address=10.1.2.4/31", false, false},
    {"peer.address=10.255.255.255/8", true, false},
    {"peer.address=0.0.0.0/0", true, false},
    {"peer.address=::/0", false, false},
    {"peer.address!=::/0", true, true},
    {"peer.address=::ffff:10.1.2.3", true, false},
    {"peer.address=::ffff:10.0.0.0/104", true, false},
    {"peer.address=::ffff:0.0.0.0/96", true, false},
    {"peer.address=10.1.2.3/32", true, false},
    {"peer.address=11.0.0.0/8", false, false},
    {"local.address=192.168.0.0/16", false, true},
    {"local.address=fe80::/10", true, false},
    {"local.address=fe80::1%lo", true, false},
    {"local.address=fe80::1", true, false},
    {"local.address=fe80::1%2", false, false},
    {"local.address=fe80::1/128", true, false},
    {"local.address=fe80::/127", true, false},
    {"local.address=fe80::2/127", false, false},
    {"local.address!=fe80::/16", false, true},
    /* formats */
    {"external_format=iso-8859-1", true, false},
    {"external_format=ISO-8859-1", true, false},
    {"external_format=utf-8", false, false},
    {"external_format!=utf-8", true, true},
    {"external_format=dos", true, false},
    {"external_format!=unix", true, true},
    {"external_format=null", false, true},
    /* all terms must hold */
    {"kind=stream,peer.port=443,host!=x", true, false},
    {"kind=stream,kind=server", false, false},
    {"handle>1,handle<9", true, true},
};

START_TEST(terms_hold_for_what_they_say)
{
    const char *filter = answers[_i].filter;
    ck_assert_msg(holds(filter, &the_stream) == answers[_i].stream, "%s of the stream", filter);
    ck_assert_msg(holds(filter, &the_server) == answers[_i].server, "%s of the server", filter);
}
END_TEST

/* ---- what is no filter ---- */

static const struct {
    const char *filter, *says; /* a part of the reason */
} refusals[] = {
    {"", "empty"},
    {",", "empty"},
    {"kind=stream,", "empty"},
    {",kind=stream", "empty"},
    {"kind=stream,,handle=1", "empty"},
    {"kind", "FIELD=VALUE"},
    {"7", "FIELD=VALUE"},
    {"kind stream", "FIELD=VALUE"},
    {"kind!stream", "FIELD=VALUE"},
    {"=stream", "no such field"},
    {"Kind=stream", "no such field"},
    {"nope=1", "no such field"},
    {"owner.nope=1", "no such field"},
    {"owner.=1", "no such field"},
    {".uid=1", "no such field"},
    {"owner..uid=1", "no such field"},
    {"kind.x=1", "no such field"},
    {" kind=stream", "no such field"},
    {"kind =stream", "no such field"},
    {"external_format.encoding=x", "no such field"},
    {"owner=1", "fields of its own"},
    {"peer=10.0.0.1", "fields of its own"},
    {"kind=", "stream, server"},
    {"kind=Stream", "stream, server"},
    {"kind==stream", "stream, server"},
    {"kind=null", "stream, server"},
    {"kind= stream", "stream, server"},
    {"kind<stream", "no order"},
    {"kind>=stream", "no order"},
    {"element_type=unsigned-byte 9", "one of"},
    {"handle=", "whole number"},
    {"handle=x", "whole number"},
    {"handle=1.0", "whole number"},
    {"handle=1e3", "whole number"},
    {"handle=+1", "whole number"},
    {"handle=-", "whole number"},
    {"handle= 1", "whole number"},
    {"handle=1 ", "whole number"},
    {"handle=0x10", "whole number"},
    {"handle=9223372036854775808", "whole number"},
    {"handle=99999999999999999999", "whole number"},
    {"handle=null", "whole number"},
    {"bytes_in=1,000", "FIELD=VALUE"},
    {"owner.uid=root", "whole number"},
    {"host<null", "no order"},
    {"peer.address=", "address"},
    {"peer.address=localhost", "address"},
    {"peer.address=10.0.0", "address"},
    {"peer.address=10.0.0.0/33", "address"},
    {"peer.address=10.0.0.0/", "address"},
    {"peer.address=10.0.0.0/-1", "address"},
    {"peer.address=10.0.0.0/8/8", "address"},
    {"peer.address=10.0.0.0/-0", "address"},
    {"peer.address=::/129", "address"},
    {"peer.address=::/1234", "address"},
    {"peer.address=[::1]", "address"},
    {"peer.address=/8", "address"},
    {"peer.address<10.0.0.1", "no order"},
    {"peer.address=null", "address"},
    {"created=", "time"},
    {"created=yesterday", "time"},
    {"created=202", "time"},
    {"created=2026/11", "time"},
    {"created=null", "time"},
    {"created=2026-11-22 19:00", "time"},
    {"created=2026-11-22T19:30:15.250Z0", "time"},
    {"external_format=", "encoding"},
    {"external_format=no-such", "encoding"},
    {"external_format<dos", "no order"},
};

START_TEST(what_is_no_filter_is_refused)
{
    struct filter filter;
    char reason[FILTER_REASON] = "";
    struct sockd_text text = copy_of(refusals[_i].filter, strlen(refusals[_i].filter));
    ck_assert_msg(!filter_read(&filter, &record_handle_info, text, reason), "%s", refusals[_i].filter);
    ck_assert_msg(strstr(reason, refusals[_i].says), "%s: %s", refusals[_i].filter, reason);
    free((char *)text.data);
}
END_TEST

START_TEST(null_is_no_filter_at_all)
{
    struct filter filter;
    char reason[FILTER_REASON];
    ck_assert(filter_read(&filter, &record_handle_info, (struct sockd_text){NULL, 0}, reason));
    ck_assert(filter_holds(&filter, &the_stream));
    ck_assert_uint_eq(filter.leaves, 0);
}
END_TEST

START_TEST(there_may_be_so_many_terms)
{
    char text[FILTER_TERMS * 12 + 12] = "";
    for (int i = 0; i < FILTER_TERMS; i++)
        strcat(text, i ? ",handle>0" : "handle>0");
    ck_assert(holds(text, &the_stream));
    struct filter filter;
    char reason[FILTER_REASON];
    strcat(text, ",handle>0");
    ck_assert(!filter_read(&filter, &record_handle_info, (struct sockd_text){text, strlen(text)}, reason));
    ck_assert_ptr_nonnull(strstr(reason, "32 terms"));
}
END_TEST

START_TEST(the_reason_is_one_short_line)
{
    static const char odd[] =
        "na\nme\0\x1b\x7fxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=1";
    struct filter filter;
    char reason[FILTER_REASON];
    struct sockd_text text = copy_of(odd, sizeof odd - 1);
    ck_assert(!filter_read(&filter, &record_handle_info, text, reason));
    for (const char *c = reason; *c; c++)
        ck_assert_msg(*c >= ' ' && *c != 0x7F, "%s", reason);
    ck_assert_uint_lt(strlen(reason), 100);
    free((char *)text.data);
}
END_TEST

START_TEST(it_tells_what_it_looks_at)
{
    struct filter filter;
    char reason[FILTER_REASON];
    size_t offset;
    uint64_t peer, handle;
    ck_assert(filter_read(&filter, &record_handle_info, SOCKD_TEXT("peer.address=::1,handle=1"), reason));
    record_path(&record_handle_info, "peer.address", 12, &offset, &peer);
    record_path(&record_handle_info, "handle", 6, &offset, &handle);
    ck_assert_uint_eq(filter.leaves, peer | handle);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("filter");
    TCase *tests = tcase_create("filter");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_loop_test(tests, terms_hold_for_what_they_say, 0, (int)COUNT(answers));
    tcase_add_loop_test(tests, what_is_no_filter_is_refused, 0, (int)COUNT(refusals));
    tcase_add_test(tests, null_is_no_filter_at_all);
    tcase_add_test(tests, there_may_be_so_many_terms);
    tcase_add_test(tests, the_reason_is_one_short_line);
    tcase_add_test(tests, it_tells_what_it_looks_at);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
