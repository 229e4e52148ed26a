/* Texts and what they are in several encodings. The bytes come from other implementations than the system's iconv, where
 * there was one. */
#pragma once

#include <stddef.h>

enum {
    SAMPLE_LONG = 1,  /* going back into the middle of it is not exact: a character has no bytes of its own */
    SAMPLE_LOOSE = 2, /* only read: writing it gives other bytes */
};

struct sample {
    const char *encoding, *text; /* UTF-8 */
    const char *bytes;
    size_t size;
    int flags;
};

#define SAMPLE(encoding, text, bytes, flags)            \
    {                                                   \
        encoding, text, bytes, sizeof(bytes) - 1, flags \
    }

static const struct sample samples[] = {
    SAMPLE("utf-8", "Grüße, €20 → 😀\r\nzweite\n\nEnde\r",
           "Gr\xc3\xbc\xc3\x9f"
           "e, \xe2\x82\xac"
           "20 \xe2\x86\x92 \xf0\x9f\x98\x80\r\nzweite\n\nEnde\r",
           0),
    SAMPLE("utf-8",
           "\xef\xbb\xbf"
           "a\x0b\x0c\xc2\x85\xe2\x80\xa8\xe2\x80\xa9"
           "b",
           "\xef\xbb\xbf"
           "a\x0b\x0c\xc2\x85\xe2\x80\xa8\xe2\x80\xa9"
           "b",
           0),
    SAMPLE("us-ascii", "plain\r\n\r\n\n\r\rtext", "plain\r\n\r\n\n\r\rtext", 0),
    SAMPLE("iso-8859-1", "Grüße\r\nÿ£¡\nEnde\r",
           "Gr\xfc\xdf"
           "e\r\n\xff\xa3\xa1\nEnde\r",
           0),
    SAMPLE("iso-8859-15", "a€z\n", "a\xa4z\n", 0),
    SAMPLE("koi8-r", "привет\r\nмир\n", "\xd0\xd2\xc9\xd7\xc5\xd4\r\n\xcd\xc9\xd2\n", 0),
    SAMPLE("ibm037", "Ab1\n", "\xc1\x82\xf1\x25", 0),
    SAMPLE("utf-16", "aä€😀\r\nEnde\n\r",
           "\xff\xfe"
           "a\0\xe4\0\xac\x20\x3d\xd8\x00\xde\r\0\n\0E\0n\0d\0e\0\n\0\r\0",
           0),
    SAMPLE("utf-16", "aä€😀\r\nEnde\n\r", "\xfe\xff\0a\0\xe4\x20\xac\xd8\x3d\xde\0\0\r\0\n\0E\0n\0d\0e\0\n\0\r", SAMPLE_LOOSE),
    SAMPLE("utf-16", "ab\ufeffc\n",
           "a\0b\0\xff\xfe"
           "c\0\n\0",
           SAMPLE_LOOSE),
    SAMPLE("utf-16le", "\ufeffaä€😀\r\n",
           "\xff\xfe"
           "a\0\xe4\0\xac\x20\x3d\xd8\x00\xde\r\0\n\0",
           0),
    SAMPLE("utf-16be", "aä€😀\r\nEnde\n\r", "\0a\0\xe4\x20\xac\xd8\x3d\xde\0\0\r\0\n\0E\0n\0d\0e\0\n\0\r", 0),
    SAMPLE("utf-32", "aä€😀\r\n\r\n", "\xff\xfe\0\0a\0\0\0\xe4\0\0\0\xac\x20\0\0\x00\xf6\x01\0\r\0\0\0\n\0\0\0\r\0\0\0\n\0\0\0",
           0),
    SAMPLE("utf-32", "aä€😀\r\n", "\0\0\xfe\xff\0\0\0a\0\0\0\xe4\0\0\x20\xac\0\1\xf6\0\0\0\0\r\0\0\0\n", SAMPLE_LOOSE),
    SAMPLE("utf-32be", "aä€😀\r\n", "\0\0\0a\0\0\0\xe4\0\0\x20\xac\0\1\xf6\0\0\0\0\r\0\0\0\n", 0),
    SAMPLE("ucs-4", "aä\n😀\r", "\0\0\0a\0\0\0\xe4\0\0\0\n\0\1\xf6\0\0\0\0\r", 0),
    SAMPLE("ucs-2le", "aä\n€\r", "a\0\xe4\0\n\0\xac\x20\r\0", 0),
    SAMPLE("iso-2022-jp", "日本語abc\r\nあ\nテスト", "\x1b$BF|K\\8l\x1b(Babc\r\n\x1b$B$\"\x1b(B\n\x1b$B%F%9%H\x1b(B", 0),
    SAMPLE("iso-2022-jp", "日本\nab", "\x1b$BF|\x1b$BK\\\x1b(B\x1b(B\n\x1b(Bab", SAMPLE_LOOSE),
    SAMPLE("iso-2022-jp", "\x1b[0mA\n", "\x1b[0mA\n", SAMPLE_LOOSE),
    SAMPLE("iso-2022-jp-2", "日本語 é 한\r\nabc\n", "\x1b$BF|K\\8l\x1b(B \x1b$(D+1\x1b(B \x1b$(CGQ\x1b(B\r\nabc\n", 0),
    SAMPLE("iso-2022-kr", "한국어\r\nabc\n한", "\x1b$)C\x0eGQ19>n\x0f\r\nabc\n\x0eGQ\x0f", 0),
    SAMPLE("iso-2022-cn", "中文abc\n中",
           "\x1b$)A\x0eVPND\x0f"
           "abc\n\x1b$)A\x0eVP\x0f",
           0),
    SAMPLE("ibm930", "あ日ab", "\x0e\x44\x81\x45\x62\x0f\x62\x63", 0),
    SAMPLE("shift_jis", "日本語abc\r\nあ\nテストｱｲｳ",
           "\x93\xfa\x96\x7b\x8c\xea"
           "abc\r\n\x82\xa0\n\x83\x65\x83\x58\x83\x67\xb1\xb2\xb3",
           0),
    SAMPLE("euc-jp", "日本語abc\r\nあ\nテストｱ丂",
           "\xc6\xfc\xcb\xdc\xb8\xec"
           "abc\r\n\xa4\xa2\n\xa5\xc6\xa5\xb9\xa5\xc8\x8e\xb1\x8f\xb0\xa1",
           0),
    SAMPLE("gb18030", "中文€ä😀\r\nabc\nẞ", "\xd6\xd0\xce\xc4\xa2\xe3\x81\x30\x8a\x31\x94\x39\xfc\x36\r\nabc\n\x81\x35\xfe\x32",
           0),
    SAMPLE("big5", "中文abc\r\n測試\n",
           "\xa4\xa4\xa4\xe5"
           "abc\r\n\xb4\xfa\xb8\xd5\n",
           0),
    SAMPLE("euc-kr", "한국어\r\nabc\n", "\xc7\xd1\xb1\xb9\xbe\xee\r\nabc\n", 0),
    SAMPLE("utf-7", "Hi ä€!\r\nA+B\n日本", "Hi +AOQgrAAh\r\nA+-B\n+ZeVnLA-", SAMPLE_LONG),
    SAMPLE("big5-hkscs", "Ê̄中\r\n文", "\x88\x62\xa4\xa4\r\n\xa4\xe5", SAMPLE_LONG),
    SAMPLE("euc-jisx0213", "か゚あ日\r\nabc\n", "\xa4\xf7\xa4\xa2\xc6\xfc\r\nabc\n", SAMPLE_LONG),
    SAMPLE("cp1258", "Việt a\r\nbâ", "Vi\xea\xf2t a\r\nb\xe2", 0),
};

#define SAMPLES (sizeof samples / sizeof *samples)
