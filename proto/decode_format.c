/* External formats and interfaces: the two types that have more than one writing. */
#include <string.h>

#include "decode.h"

static enum record_result format_encoding(struct decode *decode, uint32_t token, struct sockd_format *format)
{
    if (!decode_is(decode, token, TOKEN_STRING))
        return decode_refuse(decode, "must have the name of an encoding, a string");
    format->encoding = scan_text(decode->scan, token);
    if (format->encoding.size == 0 || decode_has_nul(format->encoding))
        return decode_refuse(decode, "must have the name of an encoding, neither empty nor with a NUL in it");
    return RECORD_OK;
}

static enum record_result format_terminator(struct decode *decode, uint32_t token, struct sockd_format *format)
{
    format->line_terminator = decode_word_of(decode, &words_line_terminator, token);
    return format->line_terminator < 0 ? decode_refuse_word(decode, "has a line_terminator that ", &words_line_terminator)
                                       : RECORD_OK;
}

static enum record_result format_action(struct decode *decode, uint32_t token, const char *name, int32_t *action)
{
    *action = SOCKD_ACTION_UNSET;
    if (decode_is(decode, token, TOKEN_STRING)) {
        if (scan_is(decode->scan, token, "error"))
            *action = SOCKD_ACTION_ERROR;
        else if (scan_is(decode->scan, token, "ignore"))
            *action = SOCKD_ACTION_IGNORE;
        else
            *action = decode_character(decode, token);
    }
    if (*action != SOCKD_ACTION_UNSET)
        return RECORD_OK;
    return decode_refuse(decode, "has an %s that must be \"error\", \"ignore\" or one character", name);
}

static enum record_result format_member(struct decode *decode, uint32_t name, struct sockd_format *format)
{
    if (scan_is(decode->scan, name, "encoding"))
        return format_encoding(decode, name + 1, format);
    if (scan_is(decode->scan, name, "line_terminator"))
        return format_terminator(decode, name + 1, format);
    if (scan_is(decode->scan, name, "input_error"))
        return format_action(decode, name + 1, "input_error", &format->input_error);
    if (scan_is(decode->scan, name, "output_error"))
        return format_action(decode, name + 1, "output_error", &format->output_error);
    if (!decode->strict)
        return RECORD_OK;
    return decode_refuse(decode, "has a member other than encoding, line_terminator, input_error and output_error");
}

/* A string is one member: a line terminator if it is one of their words, else an encoding. */
enum record_result decode_format(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    struct sockd_format *format = out;
    *format = SOCKD_FORMAT_UNSET;
    if (decode_is(decode, token, TOKEN_STRING)) {
        format->line_terminator = decode_word_of(decode, &words_line_terminator, token);
        return format->line_terminator >= 0 ? RECORD_OK : format_encoding(decode, token, format);
    }
    if (!decode_is(decode, token, TOKEN_OBJECT))
        return decode_refuse(decode, "must be an external format: an object, or a string for an encoding or a line terminator");
    enum record_result result = RECORD_OK;
    uint32_t name = token + 1;
    for (uint32_t i = 0; i < token_at(decode, token)->count && result == RECORD_OK; i++) {
        result = format_member(decode, name, format);
        name = token_at(decode, name + 1)->next;
    }
    return result;
}

enum record_result decode_interface(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    struct sockd_interface *interface = out;
    *interface = (struct sockd_interface){{NULL, 0}, 0};
    if (decode_handle_value(decode, token, &interface->stream))
        return RECORD_OK;
    if (!decode_is(decode, token, TOKEN_STRING))
        return decode_refuse(decode, "must be an address or a name, a stream's handle, or null");
    interface->host = scan_text(decode->scan, token);
    return decode_has_nul(interface->host) ? decode_refuse(decode, "must be a name without a NUL") : RECORD_OK;
}
