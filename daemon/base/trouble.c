#include "trouble.h"

#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "record.h"

static int tell(struct trouble *trouble, enum error_id error, const char *format, ...) __attribute__((format(printf, 3, 4)));

static struct sockd_text text(const char *string)
{
    return (struct sockd_text){string, string ? strlen(string) : 0};
}

static void start(struct trouble *trouble)
{
    record_clear(&record_fault, &trouble->fault);
}

/* The kind and the message; the rest of the fault has been filled by now. */
static int tell(struct trouble *trouble, enum error_id error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(trouble->message, sizeof trouble->message, format, arguments);
    va_end(arguments);
    trouble->fault.kind = text(errors[error].kind);
    return (int)error;
}

int trouble_param(struct trouble *trouble, const char *param, const char *reason)
{
    start(trouble);
    trouble->fault.param = text(param);
    trouble->fault.reason = text(reason);
    return tell(trouble, ERROR_invalid_params, "%s: %s", param, reason);
}

int trouble_os(struct trouble *trouble, const char *operation, int error)
{
    return trouble_os_at(trouble, operation, error, NULL);
}

int trouble_os_at(struct trouble *trouble, const char *operation, int error, const union address *address)
{
    const char *name = strerrorname_np(error);
    start(trouble);
    trouble->fault.number = error;
    trouble->fault.name = text(name ? name : "UNKNOWN");
    trouble->fault.operation = text(operation);
    if (!address || address->any.sa_family == AF_UNSPEC)
        return tell(trouble, ERROR_os_error, "%s: %s", operation, strerror(error));
    address_text(address, trouble->address);
    trouble->fault.address = text(trouble->address);
    trouble->fault.port = address_port(address);
    return tell(trouble, ERROR_os_error, "%s %s port %d: %s", operation, trouble->address, address_port(address),
                strerror(error));
}

/* the EAI_ codes have no function that gives their names */
static const char *resolve_name(int error)
{
    static const struct {
        int error;
        const char *name;
    } names[] = {
        {EAI_AGAIN, "EAI_AGAIN"},     {EAI_BADFLAGS, "EAI_BADFLAGS"},     {EAI_FAIL, "EAI_FAIL"},
        {EAI_FAMILY, "EAI_FAMILY"},   {EAI_MEMORY, "EAI_MEMORY"},         {EAI_NONAME, "EAI_NONAME"},
        {EAI_SERVICE, "EAI_SERVICE"}, {EAI_SOCKTYPE, "EAI_SOCKTYPE"},     {EAI_SYSTEM, "EAI_SYSTEM"},
        {EAI_NODATA, "EAI_NODATA"},   {EAI_ADDRFAMILY, "EAI_ADDRFAMILY"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].error == error)
            return names[i].name;
    return "EAI_FAIL";
}

int trouble_resolve(struct trouble *trouble, struct sockd_text host, int error, int system_error)
{
    start(trouble);
    size_t size = host.size < sizeof trouble->host - 1 ? host.size : sizeof trouble->host - 1;
    memcpy(trouble->host, host.data, size);
    trouble->host[size] = '\0';
    trouble->fault.host = (struct sockd_text){trouble->host, size};
    trouble->fault.name = text(resolve_name(error));
    return tell(trouble, ERROR_resolve, "%.100s: %s", trouble->host,
                error == EAI_SYSTEM ? strerror(system_error) : gai_strerror(error));
}

int trouble_timeout(struct trouble *trouble, const char *operation, const struct sockd_timeout *timeout)
{
    start(trouble);
    trouble->fault.operation = text(operation);
    trouble->fault.timeout = *timeout;
    return tell(trouble, ERROR_timeout, "%s: the time ran out", operation);
}

int trouble_no_such_handle(struct trouble *trouble, sockd_handle handle)
{
    start(trouble);
    trouble->fault.handle = handle;
    return tell(trouble, ERROR_no_such_handle, "handle %llu: there is no such handle", (unsigned long long)handle);
}

int trouble_wrong_kind(struct trouble *trouble, sockd_handle handle, const char *is, const char *wanted)
{
    start(trouble);
    trouble->fault.handle = handle;
    trouble->fault.is = text(is);
    trouble->fault.wanted = text(wanted);
    return tell(trouble, ERROR_wrong_kind, "handle %llu is a %s, not a %s", (unsigned long long)handle, is, wanted);
}

int trouble_not_open(struct trouble *trouble, sockd_handle handle, int direction)
{
    start(trouble);
    trouble->fault.handle = handle;
    trouble->fault.direction = direction;
    return tell(trouble, ERROR_not_open, "stream %llu is not open for %s", (unsigned long long)handle,
                words_direction.items[direction]);
}

static void keep_bytes(struct trouble *trouble, const char *bytes, size_t size)
{
    if (size > TROUBLE_BYTES)
        size = TROUBLE_BYTES;
    memcpy(trouble->bytes, bytes, size);
    trouble->fault.bytes = (struct sockd_bytes){trouble->bytes, size};
}

int trouble_end_of_file(struct trouble *trouble, sockd_handle handle, const char *bytes, size_t size)
{
    start(trouble);
    trouble->fault.handle = handle;
    keep_bytes(trouble, bytes, size);
    return tell(trouble, ERROR_end_of_file, "stream %llu: the end cut an element off", (unsigned long long)handle);
}

static void keep_encoding(struct trouble *trouble, struct sockd_text encoding, size_t position)
{
    size_t size = encoding.size < sizeof trouble->host ? encoding.size : sizeof trouble->host;
    memcpy(trouble->host, encoding.data, size);
    trouble->fault.encoding = (struct sockd_text){trouble->host, size};
    trouble->fault.position = (int64_t)position;
}

int trouble_undecodable(struct trouble *trouble, struct sockd_text encoding, const char *bytes, size_t size, size_t position)
{
    start(trouble);
    keep_bytes(trouble, bytes, size);
    keep_encoding(trouble, encoding, position);
    return tell(trouble, ERROR_encoding, "%.*s: malformed input", (int)encoding.size, encoding.data);
}

int trouble_unencodable(struct trouble *trouble, struct sockd_text encoding, int32_t ch, size_t position)
{
    start(trouble);
    trouble->fault.ch = ch;
    keep_encoding(trouble, encoding, position);
    return tell(trouble, ERROR_encoding, "%.*s has no U+%04X", (int)encoding.size, encoding.data, (unsigned)ch);
}

int trouble_limit(struct trouble *trouble, const char *limit, int64_t value)
{
    start(trouble);
    trouble->fault.limit = text(limit);
    trouble->fault.value = value;
    return tell(trouble, ERROR_limit, "over the limit %s of %lld", limit, (long long)value);
}

int trouble_busy(struct trouble *trouble, sockd_handle handle, const char *reason)
{
    start(trouble);
    trouble->fault.handle = handle;
    trouble->fault.reason = text(reason);
    return tell(trouble, ERROR_busy, "handle %llu: %s", (unsigned long long)handle, reason);
}

int trouble_denied(struct trouble *trouble, const char *operation, struct sockd_text target, const char *profile)
{
    start(trouble);
    trouble->fault.operation = text(operation);
    trouble->fault.target = target;
    trouble->fault.profile = text(profile);
    return tell(trouble, ERROR_denied, "%s: profile %s does not allow %.*s", operation, profile, (int)target.size, target.data);
}

int trouble_plain(struct trouble *trouble, enum error_id error)
{
    start(trouble);
    return tell(trouble, error, "%s", errors[error].doc);
}
