/* Input through iconv with a state: shifts, byte order marks, letters held back until it is clear what combines with them.
 *
 * iconv sees each byte once, and what it made of it is kept as pieces until it is committed: a state can be neither copied nor
 * wound back. A caller may take bytes away in between, as an unbuffered stream does, that come again later: a piece counts only
 * while its bytes are there. Going back to the front, for text_forget, means the initial state and then the shifts that lead to
 * the front's: of equal ones only the last, for each puts something in force and none looks at what is. The exception is UTF-7,
 * whose state has half characters in it: it restarts outside its base64. */
#include <errno.h>
#include <string.h>

#include "text_conversion.h"

/* How many characters are decoded ahead in one go where they have fixed units; more than a unit makes. */
#define AHEAD_UNITS 64

/* A piece of what was decoded ahead: a character, or one of the numbers above them, and its bytes. */
struct piece {
    uint32_t ch : 21;
    uint32_t size : 11;
};

#define PIECE_MALFORMED 0x1ffffe
#define PIECE_SILENT 0x1ffffd /* no character: bytes of a character to come */
#define PIECE_SHIFT 0x1ffffc  /* no character: a change of state, whose bytes are kept */

/* ---- what comes ---- */

/* Makes room for whatever a unit can add, before iconv moves on. */
static int ahead_reserve(struct text_conversion *conversion, bool shift)
{
    if (shift && !buffer_reserve(&conversion->ahead_shifts, 1 + UNIT_MAX))
        return -ENOMEM;
    return buffer_reserve(&conversion->ahead, AHEAD_UNITS * sizeof(struct piece)) ? 0 : -ENOMEM;
}

/* The room is there. */
static void ahead_add(struct text_conversion *conversion, uint32_t ch, size_t size)
{
    struct piece piece = {ch & 0x1fffff, size & 0x7ff};
    memcpy(buffer_back(&conversion->ahead), &piece, sizeof piece);
    buffer_added(&conversion->ahead, sizeof piece);
}

static bool may_shift(const struct encoding *encoding, char byte)
{
    return encoding->unit > 1 || byte == 0x1b || byte == 0x0e || byte == 0x0f;
}

/* Bytes that made no character by themselves. */
static void ahead_add_silent(struct text_conversion *conversion, const char *data, size_t size)
{
    bool shift = may_shift(conversion->encoding, *data);
    if (shift) {
        unsigned char length = (unsigned char)size;
        buffer_append(&conversion->ahead_shifts, &length, 1);
        buffer_append(&conversion->ahead_shifts, data, size);
    }
    ahead_add(conversion, shift ? PIECE_SHIFT : PIECE_SILENT, size);
}

/* Characters that came out when size bytes went in: a byte each (an escape that was none), or else the bytes are the last
 * one's; but a byte that only pushed out a letter held back is itself held back now. */
static void ahead_add_characters(struct text_conversion *conversion, const struct text_decoded *decoded, const char *data,
                                 size_t size)
{
    size_t count = decoded->count;
    bool held = size == 1 && count == 1 && encoding_holds(conversion->encoding, (unsigned char)*data);
    for (size_t i = 0; i < count; i++) {
        uint32_t ch = is_character(decoded->chars[i]) ? decoded->chars[i] : PIECE_MALFORMED;
        size_t own = count == size ? 1 : i + 1 == count ? size : 0;
        ahead_add(conversion, ch, held ? 0 : own);
    }
    if (held)
        ahead_add(conversion, PIECE_SILENT, size);
}

/* Decodes many characters of a code with fixed units, once its order of bytes is known. How many bytes; 0: it takes a closer
 * look. */
static int ahead_decode_units(struct text_conversion *conversion, const char *data, size_t size)
{
    uint32_t chars[AHEAD_UNITS];
    size_t unit = conversion->encoding->unit, count = AHEAD_UNITS;
    size_t taken = conversion_stretch(conversion, data, size / unit < count ? size : count * unit, chars, &count), rest = taken;
    for (size_t i = 0; i < count; i++) {
        size_t own = i + 1 == count ? rest : unit == 2 && chars[i] > 0xffff ? 4 : unit;
        ahead_add(conversion, is_character(chars[i]) ? chars[i] : PIECE_MALFORMED, own);
        rest -= own;
    }
    return (int)taken;
}

/* What is still inside the conversion when the input has ended. */
static int ahead_flush(struct text_conversion *conversion)
{
    struct text_decoded decoded;
    char *out = (char *)decoded.chars;
    size_t room = sizeof decoded.chars;
    iconv(conversion->input, NULL, NULL, &out, &room);
    decoded.count = UNIT_CHARACTERS - room / sizeof(uint32_t);
    ahead_add_characters(conversion, &decoded, NULL, 0);
    return (int)decoded.count;
}

static size_t ahead_count(const struct text_conversion *conversion)
{
    return buffer_size(&conversion->ahead) / sizeof(struct piece);
}

static struct piece ahead_piece(const struct text_conversion *conversion, size_t i)
{
    struct piece piece;
    memcpy(&piece, buffer_data(&conversion->ahead) + i * sizeof piece, sizeof piece);
    return piece;
}

/* Whether a letter may be held back, of which iconv would make nothing before something malformed has been passed. */
static bool ahead_holds(const struct text_conversion *conversion)
{
    size_t count = ahead_count(conversion);
    return conversion->encoding->holds_back && count && ahead_piece(conversion, count - 1).ch == PIECE_SILENT;
}

/* Decodes one unit more, of bytes of which all that are in pieces are there. How many bytes or characters that was; 0: there is
 * no more; -ENOMEM. */
static int ahead_decode(struct text_conversion *conversion, const char *data, size_t size, bool final)
{
    size_t rest = size - conversion->fed;
    if (rest == 0 && !final)
        return 0;
    data += conversion->fed;
    if (ahead_reserve(conversion, rest && may_shift(conversion->encoding, *data)))
        return -ENOMEM;
    if (rest == 0)
        return ahead_flush(conversion);
    bool begun = conversion->fed || conversion->shifts_size;
    int many = conversion->encoding->unit > 1 && begun ? ahead_decode_units(conversion, data, rest) : 0;
    conversion->fed += (size_t)many;
    if (many)
        return many;

    struct text_decoded decoded;
    int taken = conversion_unit(conversion, data, rest, conversion->encoding->unit, &decoded);
    if (taken == 0 && !final)
        return 0;
    size_t length = taken > 0 ? (size_t)taken : taken < 0 ? (size_t)-taken : rest;
    int held = taken <= 0 && ahead_holds(conversion) ? ahead_flush(conversion) : 0;
    if (held)
        return held;
    if (taken <= 0)
        ahead_add(conversion, PIECE_MALFORMED, length);
    else if (decoded.count == 0)
        ahead_add_silent(conversion, data, length);
    else
        ahead_add_characters(conversion, &decoded, data, length);
    conversion->fed += length;
    return (int)length;
}

enum text_result ahead_next(struct text_conversion *conversion, const char *data, size_t size, bool final,
                            struct text_unit *unit)
{
    struct text_cursor passed = unit->start;
    for (;; passed.decoded++) {
        while (passed.decoded == ahead_count(conversion)) {
            int more = ahead_decode(conversion, data, size, final);
            if (more < 0)
                return TEXT_NO_MEMORY;
            if (more == 0) {
                if (final)
                    unit->start = unit->end = passed;
                return TEXT_MORE;
            }
        }
        struct piece piece = ahead_piece(conversion, passed.decoded);
        if (passed.at + piece.size > size)
            return TEXT_MORE; /* the caller has given these bytes back; they will come again */
        if (piece.ch != PIECE_SILENT && piece.ch != PIECE_SHIFT) {
            unit->ch = (int32_t)piece.ch;
            unit->start = unit->end = passed;
            unit->end.at += piece.size;
            unit->end.decoded++;
            return piece.ch == PIECE_MALFORMED ? TEXT_MALFORMED : TEXT_CHAR;
        }
        passed.at += piece.size;
    }
}

/* ---- the front ---- */

/* A shift comes into force at the front; an equal one from before says nothing any more. */
static void shifts_add(struct text_conversion *conversion, const char *data, size_t size)
{
    unsigned char *shifts = conversion->shifts, *end = shifts + conversion->shifts_size;
    size_t whole = size + 1;
    for (unsigned char *it = shifts; it < end; it += *it + 1)
        if (*it == size && memcmp(it + 1, data, size) == 0) {
            memmove(it, it + whole, (size_t)(end - it) - whole);
            end -= whole;
            break;
        }
    while (end + whole > shifts + sizeof conversion->shifts) {
        size_t oldest = *shifts + 1u;
        memmove(shifts, shifts + oldest, (size_t)(end - shifts) - oldest);
        end -= oldest;
    }
    *end = (unsigned char)size;
    memcpy(end + 1, data, size);
    conversion->shifts_size = (uint8_t)(end + whole - shifts);
}

void ahead_commit(struct text_conversion *conversion, const struct text_cursor *cursor)
{
    const struct encoding *encoding = conversion->encoding;
    for (size_t i = 0; i < cursor->decoded; i++)
        if (ahead_piece(conversion, i).ch == PIECE_SHIFT) {
            const char *shift = buffer_data(&conversion->ahead_shifts);
            size_t size = (unsigned char)*shift;
            shifts_add(conversion, shift + 1, size);
            buffer_consume(&conversion->ahead_shifts, size + 1);
        }
    if (cursor->decoded)
        buffer_consume(&conversion->ahead, cursor->decoded * sizeof(struct piece));
    conversion->fed -= cursor->at;
    /* text without a mark is in the order of the mark that we write; a mark from now on is a character */
    if (cursor->at && encoding->mark_size && conversion->shifts_size == 0)
        shifts_add(conversion, encoding->mark, encoding->mark_size);
}

void ahead_forget(struct text_conversion *conversion)
{
    if (conversion->fed == 0 && buffer_size(&conversion->ahead) == 0)
        return;
    buffer_deinit(&conversion->ahead);
    buffer_deinit(&conversion->ahead_shifts);
    conversion->fed = 0;
    iconv(conversion->input, NULL, NULL, NULL, NULL);
    unsigned char *shifts = conversion->shifts;
    for (size_t at = 0; at < conversion->shifts_size; at += shifts[at] + 1u) {
        struct text_decoded decoded;
        char *in = (char *)shifts + at + 1, *out = (char *)decoded.chars;
        size_t left = shifts[at], room = sizeof decoded.chars;
        iconv(conversion->input, &in, &left, &out, &room); /* one that changes nothing in this order may be refused */
    }
}
