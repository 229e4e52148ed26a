#include "wrong.h"

#include <stdlib.h>
#include <string.h>

#include "value.h"

/* clang-format off */
static const char *const values[] = {
    [TYPE_HANDLE] =
        "0 | -1 | 1.0 | 1e0 | 1.5 | '1' | true | [] | [1] | {} | 9007199254740992 | 18446744073709551617 | "
        "99999999999999999999999999999999999999999 | null",
    [TYPE_INT] =
        "1.0 | 1e1 | 1.5 | -0.5 | '1' | true | [] | {} | 9223372036854775808 | -9223372036854775809 | "
        "18446744073709551617 | 1e400 | ''",
    [TYPE_BOOL] =
        "0 | 1 | 'true' | '' | [] | {} | null",
    [TYPE_TEXT] =
        "0 | true | [] | {} | ['a'] | 1.5",
    [TYPE_CHAR] =
        "'' | 'ab' | 'e\\u0301' | 97 | true | [] | {} | null",
    [TYPE_WIDE] =
        "1.0 | 1e0 | 1.5 | '1' | true | [] | {} | null | 18446744073709551616 | -9223372036854775809 | "
        "1e400 | 340282366920938463463374607431768211456",
    [TYPE_TIMEOUT] =
        "-1 | -0.5 | -1e-9 | '1' | true | false | {} | [] | [1] | [1,2,3] | [1.0,2] | [1,2.0] | [1,1e3] | "
        "[-1,0] | [0,-1] | [null,0] | [0,null] | ['1',0] | 9223372036854775808 | 1e19 | 1e400 | "
        "[9223372036854775808,0] | [[1,2]]",
    [TYPE_WORD] =
        "'' | 'nonsense' | 'Input' | 'session ' | 'true' | 1 | 0 | [] | {}",
    [TYPE_FORMAT] =
        "null | 1 | true | [] | ['dos'] | '' | 'no-such-encoding' | 'windows' | 'utf-8//IGNORE' | "
        "'utf-8//TRANSLIT' | 'utf-8\\u0000' | {'encoding':''} | {'encoding':'no-such'} | {'encoding':1} | "
        "{'encoding':null} | {'line_terminator':'amiga'} | {'line_terminator':'DOS'} | "
        "{'line_terminator':null} | {'input_error':'xy'} | {'input_error':''} | {'input_error':63} | "
        "{'output_error':'replace'} | {'output_error':true} | {'newline':'dos'} | {'encoding':'utf-8','x':1}",
    [TYPE_INTERFACE] =
        "0 | -1 | 1.5 | true | [] | {} | ['127.0.0.1'] | 9007199254740992 | '127.0.0.1\\u0000'",
    [TYPE_ITEMS] =
        "0 | -1 | 1.0 | '7' | true | null | [] | {} | [[1]] | [null] | [1,'2'] | [0] | {'handle':0} | "
        "{'direction':'input'} | {'handle':1,'direction':'both'} | {'handle':1,'direction':null} | "
        "{'handle':1,'direction':1} | {'handle':1,'x':1} | {'handle':'1'} | [{'handle':1},{'handel':1}] | "
        "9007199254740992 | {'set':0} | {'set':-1} | {'set':'1'} | {'set':1,'x':1} | [{'set':1}]",
    [TYPE_OPTIONS] =
        "null | {} | 'so-keepalive' | 1 | true | [1] | [null] | [[]] | [{}] | [['so-keepalive']] | "
        "[['so-keepalive',true,true]] | ['so-nonsense'] | ['SO-KEEPALIVE'] | [''] | [['so-nonsense',1]] | "
        "[[1,true]] | [['so-keepalive',1]] | [['so-keepalive',null]] | [['so-keepalive','on']] | "
        "[['so-linger',-1]] | [['so-linger','1']] | [['so-linger',false]] | [['so-linger',1.5]] | "
        "[['so-linger',4294967296]] | [['so-rcvbuf',-1]] | [['so-rcvbuf',true]] | [['so-rcvbuf',null]] | "
        "[['so-sndbuf',1.5]] | [['so-rcvlowat',4294967296]] | [['so-rcvtimeo',-1]] | "
        "[['so-rcvtimeo',true]] | [['so-sndtimeo','1']] | ['so-keepalive','so-nonsense']",
    [TYPE_BYTES] =
        "0 | true | [] | {} | null | 'Y' | 'YW' | 'YWJ' | 'YWJj=' | '=YWJ' | 'YW=j' | 'YW Jj' | 'YWJj\\n' | "
        "'YR==' | 'YW-_' | 'YWJj\\u00e9'",
    [TYPE_TEXTS] =
        "0 | true | 'kind' | {} | [1] | [null] | [['kind']] | ['kind',1]",
    [TYPE_JSON] =
        "0 | 1.5 | true | 'web' | [] | [{}] | {'x':1} | {'rights':'io'} | {'rights':['fly']} | {'dial':[{}]} | "
        "{'dial':[{'allow':'127.1'}]} | {'limits':{'calls':-1}} | {'mode':'off'}",
    [TYPE_ID] =
        "true | false | [] | {} | [1]",
};
/* clang-format on */

const char *wrong_value(enum field_type type, int index)
{
    const char *start = values[type];
    for (; index > 0; index--) {
        const char *bar = strstr(start, " | ");
        if (!bar)
            return NULL;
        start = bar + strlen(" | ");
    }
    const char *end = strstr(start, " | ");
    char *json = value_keep(strndup(start, end ? (size_t)(end - start) : strlen(start)));
    for (char *quote = json; (quote = strchr(quote, '\''));)
        *quote = '"';
    return json;
}
