/* Every method of the protocol in C. Printed by docgen from proto/methods.def; not to be edited.
 *
 * A method has three functions: sockd_METHOD calls it and waits for the reply, sockd_start_METHOD sends the request and
 * returns at once, sockd_finish_METHOD waits for that call's reply and takes it. What a parameter points to may go away
 * as soon as the function has returned. A result may be NULL where it is of no interest. A member of a result that is
 * null has the value told beside it; a word is a constant of its enum, or SOCKD_UNSET.
 *
 * Options: struct sockd_METHOD_options options = SOCKD_METHOD_OPTIONS; holds the defaults, to be changed one by one. */
#pragma once

#ifndef SOCKD_API
#error "include <sockd/sockd.h>"
#endif

/* clang-format off */

/* ---- words ---- */

enum sockd_direction {
    SOCKD_DIRECTION_INPUT, /* "input" */
    SOCKD_DIRECTION_OUTPUT, /* "output" */
    SOCKD_DIRECTION_IO, /* "io" */
};

enum sockd_element {
    SOCKD_ELEMENT_CHARACTER, /* "character" */
    SOCKD_ELEMENT_UNSIGNED_8, /* "unsigned-byte 8" */
    SOCKD_ELEMENT_UNSIGNED_16, /* "unsigned-byte 16" */
    SOCKD_ELEMENT_UNSIGNED_32, /* "unsigned-byte 32" */
    SOCKD_ELEMENT_UNSIGNED_64, /* "unsigned-byte 64" */
    SOCKD_ELEMENT_SIGNED_8, /* "signed-byte 8" */
    SOCKD_ELEMENT_SIGNED_16, /* "signed-byte 16" */
    SOCKD_ELEMENT_SIGNED_32, /* "signed-byte 32" */
    SOCKD_ELEMENT_SIGNED_64, /* "signed-byte 64" */
};

enum sockd_line_terminator {
    SOCKD_LINE_TERMINATOR_UNIX, /* "unix" */
    SOCKD_LINE_TERMINATOR_DOS, /* "dos" */
    SOCKD_LINE_TERMINATOR_MAC, /* "mac" */
};

enum sockd_buffered {
    SOCKD_BUFFERED_DEFAULT, /* "default" */
    SOCKD_BUFFERED_TRUE, /* "true" */
    SOCKD_BUFFERED_FALSE, /* "false" */
};

enum sockd_lifetime {
    SOCKD_LIFETIME_SESSION, /* "session" */
    SOCKD_LIFETIME_DAEMON, /* "daemon" */
};

enum sockd_mode {
    SOCKD_MODE_ALL, /* "all" */
    SOCKD_MODE_NO_HANG, /* "no-hang" */
    SOCKD_MODE_INTERACTIVE, /* "interactive" */
};

enum sockd_transfer {
    SOCKD_TRANSFER_BASE64, /* "base64" */
    SOCKD_TRANSFER_PAYLOAD, /* "payload" */
};

enum sockd_via {
    SOCKD_VIA_DIRECT, /* "direct" */
    SOCKD_VIA_RELAY, /* "relay" */
};

enum sockd_kind {
    SOCKD_KIND_STREAM, /* "stream" */
    SOCKD_KIND_SERVER, /* "server" */
};

enum sockd_status {
    SOCKD_STATUS_INPUT, /* "input" */
    SOCKD_STATUS_EOF, /* "eof" */
    SOCKD_STATUS_OUTPUT, /* "output" */
    SOCKD_STATUS_IO, /* "io" */
    SOCKD_STATUS_APPEND, /* "append" */
    SOCKD_STATUS_ERROR, /* "error" */
    SOCKD_STATUS_TRUE, /* "true" */
};

enum sockd_state {
    SOCKD_STATE_CONNECTING, /* "connecting" */
    SOCKD_STATE_OPEN, /* "open" */
    SOCKD_STATE_INPUT_SHUT, /* "input-shut" */
    SOCKD_STATE_OUTPUT_SHUT, /* "output-shut" */
    SOCKD_STATE_SHUT, /* "shut" */
    SOCKD_STATE_LISTENING, /* "listening" */
};

enum sockd_event_kind {
    SOCKD_EVENT_KIND_OPENED, /* "opened" */
    SOCKD_EVENT_KIND_ACCEPTED, /* "accepted" */
    SOCKD_EVENT_KIND_CLOSED, /* "closed" */
    SOCKD_EVENT_KIND_DENIED, /* "denied" */
    SOCKD_EVENT_KIND_LIMIT, /* "limit" */
    SOCKD_EVENT_KIND_SHARED, /* "shared" */
    SOCKD_EVENT_KIND_RESTARTED, /* "restarted" */
    SOCKD_EVENT_KIND_LEASE_LATE, /* "lease-late" */
    SOCKD_EVENT_KIND_LOST, /* "lost" */
};

enum sockd_policy_operation {
    SOCKD_POLICY_OPERATION_DIAL, /* "dial" */
    SOCKD_POLICY_OPERATION_LISTEN, /* "listen" */
};

/* The daemon's errors; the protocol's codes with their signs reversed. */
enum {
    SOCKD_ERROR_PARSE = 32700, /* parse: not JSON */
    SOCKD_ERROR_INVALID_REQUEST = 32600, /* invalid-request: not a request */
    SOCKD_ERROR_NO_SUCH_METHOD = 32601, /* no-such-method: there is no such method */
    SOCKD_ERROR_INVALID_PARAMS = 32602, /* invalid-params: a parameter is wrong */
    SOCKD_ERROR_INTERNAL = 32603, /* internal: the daemon failed */
    SOCKD_ERROR_OS_ERROR = 32000, /* os-error: a system call failed */
    SOCKD_ERROR_TIMEOUT = 32001, /* timeout: the time ran out */
    SOCKD_ERROR_NO_SUCH_HANDLE = 32002, /* no-such-handle: no such handle */
    SOCKD_ERROR_WRONG_KIND = 32003, /* wrong-kind: the operation does not fit the handle */
    SOCKD_ERROR_NOT_OPEN = 32004, /* not-open: the stream was shut down that way */
    SOCKD_ERROR_END_OF_FILE = 32005, /* end-of-file: the end cut an element off */
    SOCKD_ERROR_ENCODING = 32006, /* encoding: a character cannot be converted */
    SOCKD_ERROR_RESOLVE = 32007, /* resolve: the name cannot be resolved */
    SOCKD_ERROR_DENIED = 32008, /* denied: not allowed */
    SOCKD_ERROR_LIMIT = 32009, /* limit: over a limit */
    SOCKD_ERROR_CANCELLED = 32010, /* cancelled: the request was cancelled */
    SOCKD_ERROR_BUSY = 32011, /* busy: the handle is in use */
    SOCKD_ERROR_GOING_AWAY = 32012, /* going-away: the daemon is stopping */
};

/* ---- records ---- */

/* a new stream */
struct sockd_stream_result {
    sockd_handle stream; /* the new stream */
};

/* a host */
struct sockd_host_result {
    struct sockd_text host; /* the host */
};

/* a port */
struct sockd_port_result {
    int64_t port; /* the port; 0 to 65535 */
};

/* whether an operation would not wait */
struct sockd_ready_result {
    bool ready; /* true if it would not wait */
};

/* an answer */
struct sockd_value_result {
    bool value; /* the answer */
};

/* one end of a connection */
struct sockd_name_result {
    struct sockd_text host; /* address and name: 127.0.0.1 (localhost) */
    struct sockd_text name; /* the name, null if there is none or none was asked for; null is data NULL */
    struct sockd_text address; /* the numeric address */
    int64_t port; /* the port; 0 to 65535 */
};

/* a character read */
struct sockd_char_result {
    int32_t ch; /* the character; null: none is there, or the end; null is SOCKD_UNSET */
    bool eof; /* true if this call met the end */
};

/* a byte read */
struct sockd_byte_result {
    struct sockd_integer byte; /* the element; null: none is there, or the end; null is not present */
    bool eof; /* true if this call met the end */
};

/* how much was written */
struct sockd_written_result {
    int64_t written; /* elements written */
};

/* the limits in force */
struct sockd_limits {
    int64_t line; /* bytes of a line */
    int64_t nesting; /* open objects and arrays */
    int64_t values; /* values of a line */
    int64_t payload; /* bytes of a payload */
    int64_t batch; /* requests of a batch */
    int64_t fds; /* descriptors of a message */
    int64_t calls; /* calls in flight of a session */
    int64_t sessions; /* sessions */
    int64_t handles; /* open handles */
    int64_t buffered; /* bytes that the daemon holds */
    int64_t waiters; /* calls that wait */
    int64_t descriptors; /* descriptors that the daemon keeps open */
    int64_t resolver_jobs; /* names being looked up */
    int64_t accepted; /* connections that may wait to be accepted */
};

/* one end of a connection, in numbers */
struct sockd_endpoint {
    struct sockd_text address; /* the numeric address */
    int64_t port; /* the port; 0 to 65535 */
};

/* whose a handle is */
struct sockd_owner {
    int64_t uid; /* user id */
    int64_t gid; /* group id */
    int64_t pid; /* process id when the session began */
    struct sockd_text name; /* the process's name then; null is data NULL */
    struct sockd_text profile; /* the profile it acts under */
    int64_t session; /* the session that opened it; null once that has ended; null is SOCKD_NULL */
    struct sockd_text label; /* the label that the session gave itself; null is data NULL */
};

/* everything known about a handle */
struct sockd_handle_info {
    sockd_handle handle; /* the handle */
    int kind; /* stream or server (SOCKD_KIND_…) */
    int state; /* where it is in its life (SOCKD_STATE_…) */
    struct sockd_owner owner; /* whose it is */
    struct sockd_endpoint local; /* this side */
    struct sockd_endpoint peer; /* the other side; empty address and port 0 for a server */
    struct sockd_text host; /* the host that was asked for; null is data NULL */
    int lifetime; /* what ends it: its session, or the daemon (SOCKD_LIFETIME_…) */
    struct sockd_text created; /* when it was made, RFC 3339, UTC */
    int64_t age_ms; /* milliseconds since then */
    int64_t idle_ms; /* milliseconds since bytes last moved */
    int64_t bytes_in; /* bytes taken from the peer; connections accepted by a server */
    int64_t bytes_out; /* bytes given to the kernel for the peer */
    int64_t buffered_in; /* bytes read from the kernel and by nobody yet */
    int64_t buffered_out; /* bytes written and not yet given to the kernel */
    int64_t waiting_in; /* calls that wait for input */
    int64_t waiting_out; /* calls that wait to write */
    int element_type; /* the element type of a stream (SOCKD_ELEMENT_…); null is SOCKD_UNSET */
    struct sockd_format external_format; /* the external format of a stream */
    int buffered; /* the buffering of a stream (SOCKD_BUFFERED_…); null is SOCKD_UNSET */
};

/* a new server */
struct sockd_socket_server_result {
    sockd_handle server; /* the new server */
    struct sockd_text host; /* the address it is bound to */
    int64_t port; /* the port it is bound to; 0 to 65535 */
};

/* what can be done */
struct sockd_socket_status_result {
    struct sockd_statuses status; /* for each item one of SOCKD_STATUS_…, or SOCKD_UNSET for null */
    int64_t count; /* how many are not null */
    struct sockd_items sockets; /* whose the values are, where only those are told that are not null; null is data NULL */
    int64_t set; /* the number of the set, where the sockets are to be remembered; null is SOCKD_NULL */
};

/* the options' values */
struct sockd_socket_options_result {
    struct sockd_option_values values; /* one value for each option, from before it was set */
};

/* descriptors */
struct sockd_stream_handles_result {
    int64_t input; /* the descriptor to read from; none if that side was shut down; null is SOCKD_NULL */
    int64_t output; /* the descriptor to write to; none if that side was shut down; null is SOCKD_NULL */
    int via; /* what the descriptors are (SOCKD_VIA_…) */
    struct sockd_bytes pending; /* bytes that had been read from the socket already */
};

/* a descriptor */
struct sockd_descriptor_result {
    int64_t descriptor; /* its index among those that ride along */
};

/* a line */
struct sockd_read_line_result {
    struct sockd_text line; /* the line without its newline; null at the end; null is data NULL */
    bool missing_newline; /* true if the end came before a newline */
    bool eof; /* true if this call met the end */
};

/* characters */
struct sockd_read_char_sequence_result {
    struct sockd_text text; /* the characters; fewer than asked for at the end */
    bool eof; /* true if this call met the end */
};

/* elements */
struct sockd_read_byte_sequence_result {
    int64_t length; /* elements read */
    struct sockd_bytes data; /* the elements, little-endian */
    bool eof; /* true if this call met the end */
};

/* whether a newline was needed */
struct sockd_fresh_line_result {
    bool written; /* true if a newline was written */
};

/* the element type in force */
struct sockd_stream_element_type_result {
    int element_type; /* the element type now in force (SOCKD_ELEMENT_…) */
};

/* the external format in force */
struct sockd_stream_external_format_result {
    struct sockd_format external_format; /* the external format now in force */
};

/* an OpenRPC document */
struct sockd_openrpc_result {
    struct sockd_text document; /* the document, in place of the object */
};

/* whether it was given up */
struct sockd_rpc_cancel_result {
    bool cancelled; /* false if no such request waits */
};

/* the daemon */
struct sockd_daemon_info_result {
    struct sockd_text name; /* sockd */
    struct sockd_text version; /* its version */
    int64_t protocol; /* the protocol's version */
    int64_t pid; /* its process id */
    struct sockd_text started; /* when it was started, RFC 3339, UTC */
    struct sockd_limits limits; /* the limits in force */
    struct sockd_texts capabilities; /* what it can do beyond the protocol's first version */
};

/* counters since the start, and gauges */
struct sockd_daemon_stats_result {
    int64_t uptime_ms; /* milliseconds since the start */
    int64_t sessions; /* sessions now */
    int64_t sessions_total; /* sessions since the start */
    int64_t handles; /* open handles */
    int64_t handles_total; /* handles since the start */
    int64_t calls; /* calls in flight */
    int64_t waiters; /* of them those that wait */
    int64_t buffered; /* bytes that the daemon holds for its clients */
    int64_t descriptors; /* descriptors that are charged to clients */
    int64_t resolver_jobs; /* names being looked up */
    int64_t subscribers; /* sessions that are told of events */
    int64_t events_lost; /* events that sessions did not read in time */
    int64_t denied; /* denials */
    int64_t denials_unlogged; /* lines about denials and limits that were left out of the log, there were so many */
    int64_t log_dropped; /* lines of the log that could not be written, as far as no later line has told of them */
};

/* who answers */
struct sockd_session_hello_result {
    struct sockd_text name; /* sockd */
    struct sockd_text version; /* its version */
    int64_t protocol; /* the protocol's version */
    struct sockd_limits limits; /* the limits in force */
    struct sockd_texts capabilities; /* what it can do beyond the protocol's first version */
};

/* how much of its limits a session uses */
struct sockd_session_used {
    int64_t calls; /* calls in flight */
    int64_t handles; /* handles that it opened and that are open */
    int64_t sessions; /* sessions of its principal */
    int64_t buffered; /* bytes that the daemon holds for it */
    int64_t waiters; /* calls that wait */
    int64_t descriptors; /* descriptors that the daemon keeps open for it */
    int64_t resolver_jobs; /* names being looked up for it */
    int64_t accepted; /* connections that may wait at its servers */
};

/* this session */
struct sockd_session_info_result {
    int64_t uid; /* user id */
    int64_t gid; /* group id */
    int64_t pid; /* process id when it connected */
    struct sockd_text profile; /* the profile it acts under */
    struct sockd_text name; /* the label it gave itself; null is data NULL */
    struct sockd_limits limits; /* the limits in force */
    struct sockd_session_used used; /* how much of them is used */
};

/* handles */
struct sockd_handle_list_result {
    struct sockd_list handles; /* the handles, in rising order (items: struct sockd_handle_info) */
    int64_t next; /* what to pass as after to go on; null at the end; null is SOCKD_NULL */
};

/* what a handle can be claimed with */
struct sockd_share_token {
    struct sockd_text token; /* good for one claim: 128 random bits in base64url */
};

/* a handle that was shared */
struct sockd_claimed_handle {
    sockd_handle handle; /* the handle, which the caller may use from now on */
};

/* something that happened */
struct sockd_event_info {
    int event; /* what happened; lost: events that the session did not read in time (SOCKD_EVENT_KIND_…) */
    struct sockd_text time; /* when, RFC 3339, UTC */
    sockd_handle handle; /* the handle that it is about; null: none; null is 0 */
    struct sockd_text reason; /* why: of closed it is closed, detached, session-ended, idle, policy or stopping; of shared offered or claimed; of denied the class of the denial, only for those who may inspect everything; null is data NULL */
    int kind; /* stream or server, with a handle (SOCKD_KIND_…); null is SOCKD_UNSET */
    struct sockd_text host; /* the host that was asked for, of a stream that has one; null is data NULL */
    struct sockd_owner owner; /* whose handle it is, or who was refused; of lost the session that is told */
    struct sockd_endpoint local; /* this side; empty address and port 0 without a handle */
    struct sockd_endpoint peer; /* the other side; likewise, and for a server */
    int64_t bytes_in; /* closed: bytes taken from the peer; connections accepted by a server; null is SOCKD_NULL */
    int64_t bytes_out; /* closed: bytes given to the kernel for the peer; null is SOCKD_NULL */
    struct sockd_text operation; /* denied: what was asked for: connect, listen, or a method; null is data NULL */
    struct sockd_text target; /* denied: of what; with its address for those who may inspect everything; null is data NULL */
    struct sockd_text rule; /* denied: the rule that decided, for those who may inspect everything; null is data NULL */
    struct sockd_text limit; /* limit: its name; null is data NULL */
    int64_t value; /* limit: the limit itself; null is SOCKD_NULL */
    int64_t count; /* lost: how many events; null is SOCKD_NULL */
    struct sockd_text mode; /* denied: enforce, or report: it would have been denied, and went ahead; for those who may inspect everything; null is data NULL */
};

/* a step of a decision */
struct sockd_policy_step {
    struct sockd_text profile; /* whose rules were asked; empty: nobody's */
    struct sockd_text step; /* form, right, name, resolve, canonical, floor, rules, listen, mode, profile or verdict */
    bool good; /* whether it went well */
    struct sockd_text text; /* what was found */
};

/* a decision */
struct sockd_policy_check_result {
    bool allowed; /* whether it would go ahead */
    struct sockd_text reason; /* the class of the denial, also of one that is only reported; null: there is none, or the caller may not know; null is data NULL */
    struct sockd_list steps; /* how it came about; the last is the verdict, or resolve: the name has no address (items: struct sockd_policy_step) */
};

/* what would have been denied, as often as it was seen */
struct sockd_report_entry {
    struct sockd_text profile; /* the profile that would have */
    struct sockd_text operation; /* connect, listen, or the method that wants a right */
    struct sockd_text target; /* the host as it was asked for, the address to listen at, or the right */
    struct sockd_text address; /* the numeric address that was decided on; null: it did not come to that; null is data NULL */
    int64_t port; /* the port; 0: any, or a right; 0 to 65535 */
    struct sockd_text reason; /* the class of the denial */
    struct sockd_text rule; /* the rule that decided; null: none did; null is data NULL */
    int64_t count; /* how often */
    struct sockd_text first; /* when first, RFC 3339, UTC */
    struct sockd_text last; /* when last, RFC 3339, UTC */
};

/* a report */
struct sockd_policy_report_result {
    struct sockd_list entries; /* the longest unseen first (items: struct sockd_report_entry) */
    int64_t dropped; /* entries that gave way to newer ones */
};

/* a profile */
struct sockd_policy_info {
    struct sockd_text profile; /* its name */
    struct sockd_text mode; /* enforce or report */
    bool unrestricted; /* true: everything is allowed everywhere, without a floor */
    struct sockd_texts rights; /* what it may do at all */
    struct sockd_texts dial; /* its rules for connecting, as people read them */
    struct sockd_texts listen; /* its rules for listening */
};

/* the profiles */
struct sockd_policy_list_result {
    struct sockd_list profiles; /* every profile of the configuration, and owner (items: struct sockd_policy_info) */
};

/* what a program needs to act on an error */
struct sockd_fault {
    struct sockd_text kind; /* the kind of error */
    struct sockd_text param; /* the parameter that is wrong; null is data NULL */
    struct sockd_text reason; /* why; null is data NULL */
    int64_t number; /* the system's error number; null is SOCKD_NULL */
    struct sockd_text name; /* its symbol: ECONNREFUSED, EAI_NONAME; null is data NULL */
    struct sockd_text operation; /* what was being done; null is data NULL */
    struct sockd_text address; /* the address it was done to; null is data NULL */
    int64_t port; /* the port it was done to; null is SOCKD_NULL */
    struct sockd_text host; /* the name that was resolved; null is data NULL */
    struct sockd_timeout timeout; /* the seconds that ran out */
    sockd_handle handle; /* the handle; null is 0 */
    struct sockd_text is; /* what the handle is; null is data NULL */
    struct sockd_text wanted; /* what the operation needs; null is data NULL */
    int direction; /* the side that was shut down (SOCKD_DIRECTION_…); null is SOCKD_UNSET */
    struct sockd_bytes bytes; /* the bytes that were taken out of the input, in base64 */
    int32_t ch; /* the character that cannot be converted; null is SOCKD_UNSET */
    int64_t position; /* where in the call's text it stands; null is SOCKD_NULL */
    struct sockd_text encoding; /* the encoding; null is data NULL */
    struct sockd_text target; /* what was denied; null is data NULL */
    struct sockd_text profile; /* the profile that denies it; null is data NULL */
    struct sockd_text limit; /* the limit's name; null is data NULL */
    int64_t value; /* the limit itself; null is SOCKD_NULL */
    int64_t written; /* bytes of the call that had been put on the wire; null is SOCKD_NULL */
};

/* ---- Servers ---- */

struct sockd_socket_server_options {
    int64_t port; /* TCP port; 0: one that the system chooses; 0 to 65535 */
    struct sockd_interface interface; /* address or name to bind, or a stream whose local address is taken; null: every IPv4 interface; null is data NULL */
    int64_t backlog; /* connections that may wait to be accepted, as listen(2) takes it; -2147483648 to 2147483647 */
    int lifetime; /* what ends the server: this session, or the daemon (SOCKD_LIFETIME_…) */
};

#define SOCKD_SOCKET_SERVER_OPTIONS \
    { 0, {{NULL, 0}, 0}, 1, SOCKD_LIFETIME_SESSION }

/* socket-server, the manual's SOCKET:SOCKET-SERVER.
 * Makes a server: a passive socket bound to a port, listening. SO_REUSEADDR is set.
 *   options      NULL: the defaults
 *   waits        until it is done
 *   errors       invalid-params, internal, os-error, no-such-handle, wrong-kind, resolve, denied, limit,
 *                cancelled, going-away
 */
SOCKD_API int sockd_socket_server(sockd *client, const struct sockd_socket_server_options *options, struct sockd_socket_server_result *result);
SOCKD_API sockd_call sockd_start_socket_server(sockd *client, const struct sockd_socket_server_options *options);
SOCKD_API int sockd_finish_socket_server(sockd *client, sockd_call call, struct sockd_socket_server_result *result);

/* socket-server-close, the manual's SOCKET:SOCKET-SERVER-CLOSE.
 * Closes a server. Connections that nobody has accepted are reset; accepted streams live on.
 *   server       the server
 *   errors       invalid-params, internal, no-such-handle, wrong-kind, denied, limit, going-away
 */
SOCKD_API int sockd_socket_server_close(sockd *client, sockd_handle server);
SOCKD_API sockd_call sockd_start_socket_server_close(sockd *client, sockd_handle server);
SOCKD_API int sockd_finish_socket_server_close(sockd *client, sockd_call call);

/* socket-server-host, the manual's SOCKET:SOCKET-SERVER-HOST.
 * The numeric address that a server is bound to.
 *   server       the server
 *   errors       invalid-params, internal, no-such-handle, wrong-kind, denied, limit, going-away
 */
SOCKD_API int sockd_socket_server_host(sockd *client, sockd_handle server, struct sockd_host_result *result);
SOCKD_API sockd_call sockd_start_socket_server_host(sockd *client, sockd_handle server);
SOCKD_API int sockd_finish_socket_server_host(sockd *client, sockd_call call, struct sockd_host_result *result);

/* socket-server-port, the manual's SOCKET:SOCKET-SERVER-PORT.
 * The port that a server is bound to.
 *   server       the server
 *   errors       invalid-params, internal, no-such-handle, wrong-kind, denied, limit, going-away
 */
SOCKD_API int sockd_socket_server_port(sockd *client, sockd_handle server, struct sockd_port_result *result);
SOCKD_API sockd_call sockd_start_socket_server_port(sockd *client, sockd_handle server);
SOCKD_API int sockd_finish_socket_server_port(sockd *client, sockd_call call, struct sockd_port_result *result);

struct sockd_socket_wait_options {
    struct sockd_timeout timeout; /* how long to wait; 0 polls, null waits for ever; null is SOCKD_FOREVER */
};

#define SOCKD_SOCKET_WAIT_OPTIONS \
    { {0, 0, false} }

/* socket-wait, the manual's SOCKET:SOCKET-WAIT.
 * Waits until a connection can be accepted. The connection is not consumed.
 *   server       the server
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, no-such-handle, wrong-kind, denied, limit, cancelled, going-away
 */
SOCKD_API int sockd_socket_wait(sockd *client, sockd_handle server, const struct sockd_socket_wait_options *options, struct sockd_ready_result *result);
SOCKD_API sockd_call sockd_start_socket_wait(sockd *client, sockd_handle server, const struct sockd_socket_wait_options *options);
SOCKD_API int sockd_finish_socket_wait(sockd *client, sockd_call call, struct sockd_ready_result *result);

struct sockd_socket_accept_options {
    int element_type; /* the stream's element type (SOCKD_ELEMENT_…) */
    struct sockd_format external_format; /* the stream's external format */
    int buffered; /* the stream's buffering (SOCKD_BUFFERED_…) */
    struct sockd_timeout timeout; /* how long to wait for a connection; null is SOCKD_FOREVER */
    int lifetime; /* what ends the stream: this session, or the daemon (SOCKD_LIFETIME_…) */
};

#define SOCKD_SOCKET_ACCEPT_OPTIONS \
    { SOCKD_ELEMENT_CHARACTER, {{"utf-8", 5}, SOCKD_UNSET, SOCKD_ACTION_UNSET, SOCKD_ACTION_UNSET}, SOCKD_BUFFERED_DEFAULT, {0, 0, false}, SOCKD_LIFETIME_SESSION }

/* socket-accept, the manual's SOCKET:SOCKET-ACCEPT.
 * Takes the oldest waiting connection of a server and makes it a stream.
 *   server       the server
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, denied, limit,
 *                cancelled, going-away
 */
SOCKD_API int sockd_socket_accept(sockd *client, sockd_handle server, const struct sockd_socket_accept_options *options, struct sockd_stream_result *result);
SOCKD_API sockd_call sockd_start_socket_accept(sockd *client, sockd_handle server, const struct sockd_socket_accept_options *options);
SOCKD_API int sockd_finish_socket_accept(sockd *client, sockd_call call, struct sockd_stream_result *result);

/* ---- Streams ---- */

struct sockd_socket_connect_options {
    struct sockd_text host; /* name or numeric address */
    int element_type; /* the stream's element type (SOCKD_ELEMENT_…) */
    struct sockd_format external_format; /* the stream's external format */
    int buffered; /* the stream's buffering (SOCKD_BUFFERED_…) */
    struct sockd_timeout timeout; /* how long to wait; 0 gives a stream that may still be connecting; null is SOCKD_FOREVER */
    int lifetime; /* what ends the stream: this session, or the daemon (SOCKD_LIFETIME_…) */
};

#define SOCKD_SOCKET_CONNECT_OPTIONS \
    { {"localhost", 9}, SOCKD_ELEMENT_CHARACTER, {{"utf-8", 5}, SOCKD_UNSET, SOCKD_ACTION_UNSET, SOCKD_ACTION_UNSET}, SOCKD_BUFFERED_DEFAULT, {0, 0, false}, SOCKD_LIFETIME_SESSION }

/* socket-connect, the manual's SOCKET:SOCKET-CONNECT.
 * Connects to a server and makes the connection a stream.
 *   port         TCP port; 0 to 65535
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, resolve, denied, limit, cancelled, going-away
 */
SOCKD_API int sockd_socket_connect(sockd *client, int64_t port, const struct sockd_socket_connect_options *options, struct sockd_stream_result *result);
SOCKD_API sockd_call sockd_start_socket_connect(sockd *client, int64_t port, const struct sockd_socket_connect_options *options);
SOCKD_API int sockd_finish_socket_connect(sockd *client, sockd_call call, struct sockd_stream_result *result);

struct sockd_socket_status_options {
    struct sockd_timeout timeout; /* how long to wait until one is actionable; 0 polls; null is SOCKD_FOREVER */
    bool remember; /* remember these sockets under a number, to be asked for again by it while the session lasts */
    bool forget; /* forget the set once it has been answered */
    bool actionable; /* tell only of those sockets that are not null */
};

#define SOCKD_SOCKET_STATUS_OPTIONS \
    { {0, 0, false}, false, false, false }

/* socket-status, the manual's SOCKET:SOCKET-STATUS.
 * Tells for each socket what can be done without waiting, and waits until something can.
 *   sockets      a handle, {"handle": 7, "direction": "input"}, or an array of those; or {"set": 3}, an array
 *                that is remembered
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, no-such-handle, denied, limit, cancelled, going-away
 */
SOCKD_API int sockd_socket_status(sockd *client, struct sockd_items sockets, const struct sockd_socket_status_options *options, struct sockd_socket_status_result *result);
SOCKD_API sockd_call sockd_start_socket_status(sockd *client, struct sockd_items sockets, const struct sockd_socket_status_options *options);
SOCKD_API int sockd_finish_socket_status(sockd *client, sockd_call call, struct sockd_socket_status_result *result);

/* socket-stream-host, the manual's SOCKET:SOCKET-STREAM-HOST.
 * The host that the stream was made with: as given to socket-connect, or the server's.
 *   stream       the stream
 *   errors       invalid-params, internal, no-such-handle, wrong-kind, denied, limit, going-away
 */
SOCKD_API int sockd_socket_stream_host(sockd *client, sockd_handle stream, struct sockd_host_result *result);
SOCKD_API sockd_call sockd_start_socket_stream_host(sockd *client, sockd_handle stream);
SOCKD_API int sockd_finish_socket_stream_host(sockd *client, sockd_call call, struct sockd_host_result *result);

/* socket-stream-port, the manual's SOCKET:SOCKET-STREAM-PORT.
 * The port that the stream was made with: as given to socket-connect, or the server's.
 *   stream       the stream
 *   errors       invalid-params, internal, no-such-handle, wrong-kind, denied, limit, going-away
 */
SOCKD_API int sockd_socket_stream_port(sockd *client, sockd_handle stream, struct sockd_port_result *result);
SOCKD_API sockd_call sockd_start_socket_stream_port(sockd *client, sockd_handle stream);
SOCKD_API int sockd_finish_socket_stream_port(sockd *client, sockd_call call, struct sockd_port_result *result);

struct sockd_socket_stream_peer_options {
    bool do_not_resolve; /* true: the address alone, no name is looked up */
};

#define SOCKD_SOCKET_STREAM_PEER_OPTIONS \
    { false }

/* socket-stream-peer, the manual's SOCKET:SOCKET-STREAM-PEER.
 * The other side's address and port, as the system knows them.
 *   stream       the stream
 *   options      NULL: the defaults
 *   waits        until it is done
 *   errors       invalid-params, internal, os-error, no-such-handle, wrong-kind, denied, limit, cancelled,
 *                going-away
 */
SOCKD_API int sockd_socket_stream_peer(sockd *client, sockd_handle stream, const struct sockd_socket_stream_peer_options *options, struct sockd_name_result *result);
SOCKD_API sockd_call sockd_start_socket_stream_peer(sockd *client, sockd_handle stream, const struct sockd_socket_stream_peer_options *options);
SOCKD_API int sockd_finish_socket_stream_peer(sockd *client, sockd_call call, struct sockd_name_result *result);

struct sockd_socket_stream_local_options {
    bool do_not_resolve; /* true: the address alone, no name is looked up */
};

#define SOCKD_SOCKET_STREAM_LOCAL_OPTIONS \
    { false }

/* socket-stream-local, the manual's SOCKET:SOCKET-STREAM-LOCAL.
 * This side's address and port, as the system knows them.
 *   stream       the stream
 *   options      NULL: the defaults
 *   errors       invalid-params, internal, no-such-handle, wrong-kind, denied, limit, going-away
 */
SOCKD_API int sockd_socket_stream_local(sockd *client, sockd_handle stream, const struct sockd_socket_stream_local_options *options, struct sockd_name_result *result);
SOCKD_API sockd_call sockd_start_socket_stream_local(sockd *client, sockd_handle stream, const struct sockd_socket_stream_local_options *options);
SOCKD_API int sockd_finish_socket_stream_local(sockd *client, sockd_call call, struct sockd_name_result *result);

/* socket-stream-shutdown, the manual's SOCKET:SOCKET-STREAM-SHUTDOWN.
 * Ends one side of a stream, or both. Buffered output is flushed first.
 *   stream       the stream
 *   direction    the side that ends (SOCKD_DIRECTION_…)
 *   waits        until it is done
 *   errors       invalid-params, internal, os-error, no-such-handle, wrong-kind, denied, limit, cancelled,
 *                going-away
 */
SOCKD_API int sockd_socket_stream_shutdown(sockd *client, sockd_handle stream, int direction);
SOCKD_API sockd_call sockd_start_socket_stream_shutdown(sockd *client, sockd_handle stream, int direction);
SOCKD_API int sockd_finish_socket_stream_shutdown(sockd *client, sockd_call call);

/* socket-options, the manual's SOCKET:SOCKET-OPTIONS.
 * Asks for socket options and sets them.
 *   socket       stream or server
 *   options      each a name, which asks, or [name, value], which sets and gives the old value
 *   errors       invalid-params, internal, os-error, no-such-handle, denied, limit, busy, going-away
 */
SOCKD_API int sockd_socket_options(sockd *client, sockd_handle socket, struct sockd_options options, struct sockd_socket_options_result *result);
SOCKD_API sockd_call sockd_start_socket_options(sockd *client, sockd_handle socket, struct sockd_options options);
SOCKD_API int sockd_finish_socket_options(sockd *client, sockd_call call, struct sockd_socket_options_result *result);

struct sockd_stream_handles_options {
    int via; /* the socket itself, or one end of a pair that the daemon relays; null: the best allowed (SOCKD_VIA_…); null is SOCKD_UNSET */
    bool detach; /* true: the handle ends, the descriptor is all there is (direct only) */
};

#define SOCKD_STREAM_HANDLES_OPTIONS \
    { SOCKD_UNSET, false }

/* stream-handles, the manual's SOCKET:STREAM-HANDLES.
 * Hands out a stream as real descriptors.
 *   stream       the stream
 *   options      NULL: the defaults
 *   result       input and output are the descriptors themselves, close-on-exec and yours; both may be the same
 *                one
 *   errors       invalid-params, internal, os-error, no-such-handle, wrong-kind, denied, limit, busy,
 *                going-away
 */
SOCKD_API int sockd_stream_handles(sockd *client, sockd_handle stream, const struct sockd_stream_handles_options *options, struct sockd_stream_handles_result *result);
SOCKD_API sockd_call sockd_start_stream_handles(sockd *client, sockd_handle stream, const struct sockd_stream_handles_options *options);
SOCKD_API int sockd_finish_stream_handles(sockd *client, sockd_call call, struct sockd_stream_handles_result *result);

struct sockd_descriptor_connect_options {
    struct sockd_text host; /* name or numeric address */
    struct sockd_timeout timeout; /* how long to wait; null is SOCKD_FOREVER */
};

#define SOCKD_DESCRIPTOR_CONNECT_OPTIONS \
    { {"localhost", 9}, {0, 0, false} }

/* descriptor.connect.
 * Connects to a server and hands out the connection itself: no stream, no handle. Needs the right export, too.
 *   port         TCP port; 0 to 65535
 *   options      NULL: the defaults
 *   result       input and output are the descriptors themselves, close-on-exec and yours; both may be the same
 *                one
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, resolve, denied, limit, cancelled, busy,
 *                going-away
 */
SOCKD_API int sockd_descriptor_connect(sockd *client, int64_t port, const struct sockd_descriptor_connect_options *options, struct sockd_descriptor_result *result);
SOCKD_API sockd_call sockd_start_descriptor_connect(sockd *client, int64_t port, const struct sockd_descriptor_connect_options *options);
SOCKD_API int sockd_finish_descriptor_connect(sockd *client, sockd_call call, struct sockd_descriptor_result *result);

/* ---- Stream input ---- */

struct sockd_read_line_options {
    struct sockd_timeout timeout; /* how long to wait for the whole line; null is SOCKD_FOREVER */
    int64_t limit; /* bytes that the line may have; a longer one stays unread; 0 to 16777216 */
};

#define SOCKD_READ_LINE_OPTIONS \
    { {0, 0, false}, 1048576 }

/* read-line, the manual's READ-LINE.
 * Reads up to the next newline. CR, LF and CR LF all end a line.
 *   stream       the stream
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open, encoding,
 *                denied, limit, cancelled, going-away
 */
SOCKD_API int sockd_read_line(sockd *client, sockd_handle stream, const struct sockd_read_line_options *options, struct sockd_read_line_result *result);
SOCKD_API sockd_call sockd_start_read_line(sockd *client, sockd_handle stream, const struct sockd_read_line_options *options);
SOCKD_API int sockd_finish_read_line(sockd *client, sockd_call call, struct sockd_read_line_result *result);

struct sockd_read_char_options {
    struct sockd_timeout timeout; /* how long to wait: seconds, [seconds, microseconds], or null for ever; null is SOCKD_FOREVER */
};

#define SOCKD_READ_CHAR_OPTIONS \
    { {0, 0, false} }

/* read-char, the manual's READ-CHAR.
 * Reads one character.
 *   stream       the stream
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open, encoding,
 *                denied, limit, cancelled, going-away
 */
SOCKD_API int sockd_read_char(sockd *client, sockd_handle stream, const struct sockd_read_char_options *options, struct sockd_char_result *result);
SOCKD_API sockd_call sockd_start_read_char(sockd *client, sockd_handle stream, const struct sockd_read_char_options *options);
SOCKD_API int sockd_finish_read_char(sockd *client, sockd_call call, struct sockd_char_result *result);

struct sockd_peek_char_options {
    struct sockd_timeout timeout; /* how long to wait: seconds, [seconds, microseconds], or null for ever; null is SOCKD_FOREVER */
};

#define SOCKD_PEEK_CHAR_OPTIONS \
    { {0, 0, false} }

/* peek-char, the manual's PEEK-CHAR.
 * The next character, which stays to be read.
 *   stream       the stream
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open, encoding,
 *                denied, limit, cancelled, going-away
 */
SOCKD_API int sockd_peek_char(sockd *client, sockd_handle stream, const struct sockd_peek_char_options *options, struct sockd_char_result *result);
SOCKD_API sockd_call sockd_start_peek_char(sockd *client, sockd_handle stream, const struct sockd_peek_char_options *options);
SOCKD_API int sockd_finish_peek_char(sockd *client, sockd_call call, struct sockd_char_result *result);

/* read-char-no-hang, the manual's READ-CHAR-NO-HANG.
 * Reads one character if one is there.
 *   stream       the stream
 *   errors       invalid-params, internal, os-error, no-such-handle, wrong-kind, not-open, encoding, denied,
 *                limit, going-away
 */
SOCKD_API int sockd_read_char_no_hang(sockd *client, sockd_handle stream, struct sockd_char_result *result);
SOCKD_API sockd_call sockd_start_read_char_no_hang(sockd *client, sockd_handle stream);
SOCKD_API int sockd_finish_read_char_no_hang(sockd *client, sockd_call call, struct sockd_char_result *result);

/* unread-char, the manual's UNREAD-CHAR.
 * Puts back the character just read.
 *   stream       the stream
 *   ch           the character
 *   waits        until it is done
 *   errors       invalid-params, internal, os-error, no-such-handle, wrong-kind, not-open, encoding, denied,
 *                limit, cancelled, going-away
 */
SOCKD_API int sockd_unread_char(sockd *client, sockd_handle stream, int32_t ch);
SOCKD_API sockd_call sockd_start_unread_char(sockd *client, sockd_handle stream, int32_t ch);
SOCKD_API int sockd_finish_unread_char(sockd *client, sockd_call call);

struct sockd_read_char_sequence_options {
    int mode; /* all: until length or the end; no-hang: what is there; interactive: waits for the first only (SOCKD_MODE_…) */
    struct sockd_timeout timeout; /* how long to wait; null is SOCKD_FOREVER */
};

#define SOCKD_READ_CHAR_SEQUENCE_OPTIONS \
    { SOCKD_MODE_ALL, {0, 0, false} }

/* read-char-sequence, the manual's EXT:READ-CHAR-SEQUENCE.
 * Reads characters.
 *   stream       the stream
 *   length       characters; 0 to 16777216
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open, encoding,
 *                denied, limit, cancelled, going-away
 */
SOCKD_API int sockd_read_char_sequence(sockd *client, sockd_handle stream, int64_t length, const struct sockd_read_char_sequence_options *options, struct sockd_read_char_sequence_result *result);
SOCKD_API sockd_call sockd_start_read_char_sequence(sockd *client, sockd_handle stream, int64_t length, const struct sockd_read_char_sequence_options *options);
SOCKD_API int sockd_finish_read_char_sequence(sockd *client, sockd_call call, struct sockd_read_char_sequence_result *result);

struct sockd_read_byte_options {
    struct sockd_timeout timeout; /* how long to wait: seconds, [seconds, microseconds], or null for ever; null is SOCKD_FOREVER */
};

#define SOCKD_READ_BYTE_OPTIONS \
    { {0, 0, false} }

/* read-byte, the manual's READ-BYTE.
 * Reads one element.
 *   stream       the stream
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open,
 *                end-of-file, denied, limit, cancelled, going-away
 */
SOCKD_API int sockd_read_byte(sockd *client, sockd_handle stream, const struct sockd_read_byte_options *options, struct sockd_byte_result *result);
SOCKD_API sockd_call sockd_start_read_byte(sockd *client, sockd_handle stream, const struct sockd_read_byte_options *options);
SOCKD_API int sockd_finish_read_byte(sockd *client, sockd_call call, struct sockd_byte_result *result);

/* read-byte-no-hang, the manual's EXT:READ-BYTE-NO-HANG.
 * Reads one element if one is there.
 *   stream       the stream
 *   errors       invalid-params, internal, os-error, no-such-handle, wrong-kind, not-open, end-of-file, denied,
 *                limit, going-away
 */
SOCKD_API int sockd_read_byte_no_hang(sockd *client, sockd_handle stream, struct sockd_byte_result *result);
SOCKD_API sockd_call sockd_start_read_byte_no_hang(sockd *client, sockd_handle stream);
SOCKD_API int sockd_finish_read_byte_no_hang(sockd *client, sockd_call call, struct sockd_byte_result *result);

struct sockd_read_byte_sequence_options {
    int mode; /* all: until length or the end; no-hang: what is there; interactive: waits for the first only (SOCKD_MODE_…) */
    struct sockd_timeout timeout; /* how long to wait; null is SOCKD_FOREVER */
};

#define SOCKD_READ_BYTE_SEQUENCE_OPTIONS \
    { SOCKD_MODE_ALL, {0, 0, false} }

/* read-byte-sequence, the manual's EXT:READ-BYTE-SEQUENCE.
 * Reads elements.
 *   stream       the stream
 *   length       elements; 0 to 16777216
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open,
 *                end-of-file, denied, limit, cancelled, going-away
 */
SOCKD_API int sockd_read_byte_sequence(sockd *client, sockd_handle stream, int64_t length, const struct sockd_read_byte_sequence_options *options, struct sockd_read_byte_sequence_result *result);
SOCKD_API sockd_call sockd_start_read_byte_sequence(sockd *client, sockd_handle stream, int64_t length, const struct sockd_read_byte_sequence_options *options);
SOCKD_API int sockd_finish_read_byte_sequence(sockd *client, sockd_call call, struct sockd_read_byte_sequence_result *result);

/* listen, the manual's LISTEN.
 * Whether a character is there to be read; false at the end.
 *   stream       the stream
 *   errors       invalid-params, internal, no-such-handle, wrong-kind, not-open, denied, limit, going-away
 */
SOCKD_API int sockd_listen(sockd *client, sockd_handle stream, struct sockd_ready_result *result);
SOCKD_API sockd_call sockd_start_listen(sockd *client, sockd_handle stream);
SOCKD_API int sockd_finish_listen(sockd *client, sockd_call call, struct sockd_ready_result *result);

/* clear-input, the manual's CLEAR-INPUT.
 * Throws away the input that has arrived.
 *   stream       the stream
 *   waits        until it is done
 *   errors       invalid-params, internal, os-error, no-such-handle, wrong-kind, not-open, denied, limit,
 *                cancelled, going-away
 */
SOCKD_API int sockd_clear_input(sockd *client, sockd_handle stream);
SOCKD_API sockd_call sockd_start_clear_input(sockd *client, sockd_handle stream);
SOCKD_API int sockd_finish_clear_input(sockd *client, sockd_call call);

/* ---- Stream output ---- */

struct sockd_write_char_options {
    struct sockd_timeout timeout; /* how long to wait while the peer does not read; null is SOCKD_FOREVER */
};

#define SOCKD_WRITE_CHAR_OPTIONS \
    { {0, 0, false} }

/* write-char, the manual's WRITE-CHAR.
 * Writes one character.
 *   stream       the stream
 *   ch           the character
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open, encoding,
 *                denied, limit, cancelled, going-away
 */
SOCKD_API int sockd_write_char(sockd *client, sockd_handle stream, int32_t ch, const struct sockd_write_char_options *options);
SOCKD_API sockd_call sockd_start_write_char(sockd *client, sockd_handle stream, int32_t ch, const struct sockd_write_char_options *options);
SOCKD_API int sockd_finish_write_char(sockd *client, sockd_call call);

struct sockd_write_string_options {
    struct sockd_timeout timeout; /* how long to wait while the peer does not read; null is SOCKD_FOREVER */
};

#define SOCKD_WRITE_STRING_OPTIONS \
    { {0, 0, false} }

/* write-string, the manual's WRITE-STRING.
 * Writes a text; each newline in it becomes the stream's line terminator.
 *   stream       the stream
 *   string       the text
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open, encoding,
 *                denied, limit, cancelled, going-away
 */
SOCKD_API int sockd_write_string(sockd *client, sockd_handle stream, struct sockd_text string, const struct sockd_write_string_options *options);
SOCKD_API sockd_call sockd_start_write_string(sockd *client, sockd_handle stream, struct sockd_text string, const struct sockd_write_string_options *options);
SOCKD_API int sockd_finish_write_string(sockd *client, sockd_call call);

struct sockd_write_line_options {
    struct sockd_timeout timeout; /* how long to wait while the peer does not read; null is SOCKD_FOREVER */
};

#define SOCKD_WRITE_LINE_OPTIONS \
    { {0, 0, false} }

/* write-line, the manual's WRITE-LINE.
 * Writes a text and a newline.
 *   stream       the stream
 *   string       the text
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open, encoding,
 *                denied, limit, cancelled, going-away
 */
SOCKD_API int sockd_write_line(sockd *client, sockd_handle stream, struct sockd_text string, const struct sockd_write_line_options *options);
SOCKD_API sockd_call sockd_start_write_line(sockd *client, sockd_handle stream, struct sockd_text string, const struct sockd_write_line_options *options);
SOCKD_API int sockd_finish_write_line(sockd *client, sockd_call call);

struct sockd_terpri_options {
    struct sockd_timeout timeout; /* how long to wait: seconds, [seconds, microseconds], or null for ever; null is SOCKD_FOREVER */
};

#define SOCKD_TERPRI_OPTIONS \
    { {0, 0, false} }

/* terpri, the manual's TERPRI.
 * Writes a newline.
 *   stream       the stream
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open, denied,
 *                limit, cancelled, going-away
 */
SOCKD_API int sockd_terpri(sockd *client, sockd_handle stream, const struct sockd_terpri_options *options);
SOCKD_API sockd_call sockd_start_terpri(sockd *client, sockd_handle stream, const struct sockd_terpri_options *options);
SOCKD_API int sockd_finish_terpri(sockd *client, sockd_call call);

struct sockd_fresh_line_options {
    struct sockd_timeout timeout; /* how long to wait: seconds, [seconds, microseconds], or null for ever; null is SOCKD_FOREVER */
};

#define SOCKD_FRESH_LINE_OPTIONS \
    { {0, 0, false} }

/* fresh-line, the manual's FRESH-LINE.
 * Writes a newline unless the output stands at the start of a line.
 *   stream       the stream
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open, denied,
 *                limit, cancelled, going-away
 */
SOCKD_API int sockd_fresh_line(sockd *client, sockd_handle stream, const struct sockd_fresh_line_options *options, struct sockd_fresh_line_result *result);
SOCKD_API sockd_call sockd_start_fresh_line(sockd *client, sockd_handle stream, const struct sockd_fresh_line_options *options);
SOCKD_API int sockd_finish_fresh_line(sockd *client, sockd_call call, struct sockd_fresh_line_result *result);

struct sockd_write_byte_options {
    struct sockd_timeout timeout; /* how long to wait while the peer does not read; null is SOCKD_FOREVER */
};

#define SOCKD_WRITE_BYTE_OPTIONS \
    { {0, 0, false} }

/* write-byte, the manual's WRITE-BYTE.
 * Writes one element.
 *   stream       the stream
 *   byte         the element, within the range of the stream's element type
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open, denied,
 *                limit, cancelled, going-away
 */
SOCKD_API int sockd_write_byte(sockd *client, sockd_handle stream, struct sockd_integer byte, const struct sockd_write_byte_options *options);
SOCKD_API sockd_call sockd_start_write_byte(sockd *client, sockd_handle stream, struct sockd_integer byte, const struct sockd_write_byte_options *options);
SOCKD_API int sockd_finish_write_byte(sockd *client, sockd_call call);

struct sockd_write_byte_sequence_options {
    int mode; /* all: everything; no-hang: what goes without waiting; interactive: waits for the first only (SOCKD_MODE_…) */
    struct sockd_timeout timeout; /* how long to wait while the peer does not read; null is SOCKD_FOREVER */
};

#define SOCKD_WRITE_BYTE_SEQUENCE_OPTIONS \
    { SOCKD_MODE_ALL, {0, 0, false} }

/* write-byte-sequence, the manual's EXT:WRITE-BYTE-SEQUENCE.
 * Writes elements.
 *   stream       the stream
 *   data         the elements, little-endian
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open, denied,
 *                limit, cancelled, going-away
 */
SOCKD_API int sockd_write_byte_sequence(sockd *client, sockd_handle stream, struct sockd_bytes data, const struct sockd_write_byte_sequence_options *options, struct sockd_written_result *result);
SOCKD_API sockd_call sockd_start_write_byte_sequence(sockd *client, sockd_handle stream, struct sockd_bytes data, const struct sockd_write_byte_sequence_options *options);
SOCKD_API int sockd_finish_write_byte_sequence(sockd *client, sockd_call call, struct sockd_written_result *result);

/* force-output, the manual's FORCE-OUTPUT.
 * Starts to send buffered output, and does not wait.
 *   stream       the stream
 *   errors       invalid-params, internal, os-error, no-such-handle, wrong-kind, not-open, denied, limit,
 *                going-away
 */
SOCKD_API int sockd_force_output(sockd *client, sockd_handle stream);
SOCKD_API sockd_call sockd_start_force_output(sockd *client, sockd_handle stream);
SOCKD_API int sockd_finish_force_output(sockd *client, sockd_call call);

struct sockd_finish_output_options {
    struct sockd_timeout timeout; /* how long to wait: seconds, [seconds, microseconds], or null for ever; null is SOCKD_FOREVER */
};

#define SOCKD_FINISH_OUTPUT_OPTIONS \
    { {0, 0, false} }

/* finish-output, the manual's FINISH-OUTPUT.
 * Sends buffered output, and waits until the kernel has it.
 *   stream       the stream
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, wrong-kind, not-open, denied,
 *                limit, cancelled, going-away
 */
SOCKD_API int sockd_finish_output(sockd *client, sockd_handle stream, const struct sockd_finish_output_options *options);
SOCKD_API sockd_call sockd_start_finish_output(sockd *client, sockd_handle stream, const struct sockd_finish_output_options *options);
SOCKD_API int sockd_finish_finish_output(sockd *client, sockd_call call);

/* clear-output, the manual's CLEAR-OUTPUT.
 * Does nothing to a socket: what was written is never dropped.
 *   stream       the stream
 *   errors       invalid-params, internal, os-error, no-such-handle, wrong-kind, not-open, denied, limit,
 *                going-away
 */
SOCKD_API int sockd_clear_output(sockd *client, sockd_handle stream);
SOCKD_API sockd_call sockd_start_clear_output(sockd *client, sockd_handle stream);
SOCKD_API int sockd_finish_clear_output(sockd *client, sockd_call call);

/* ---- Attributes and end ---- */

struct sockd_stream_element_type_options {
    int set; /* the new element type, for both directions (SOCKD_ELEMENT_…); null is SOCKD_UNSET */
};

#define SOCKD_STREAM_ELEMENT_TYPE_OPTIONS \
    { SOCKD_UNSET }

/* stream-element-type, the manual's STREAM-ELEMENT-TYPE.
 * Asks for the element type, and sets it. Input that is buffered stays.
 *   stream       the stream
 *   options      NULL: the defaults
 *   waits        until it is done
 *   errors       invalid-params, internal, os-error, no-such-handle, wrong-kind, not-open, denied, limit,
 *                cancelled, going-away
 */
SOCKD_API int sockd_stream_element_type(sockd *client, sockd_handle stream, const struct sockd_stream_element_type_options *options, struct sockd_stream_element_type_result *result);
SOCKD_API sockd_call sockd_start_stream_element_type(sockd *client, sockd_handle stream, const struct sockd_stream_element_type_options *options);
SOCKD_API int sockd_finish_stream_element_type(sockd *client, sockd_call call, struct sockd_stream_element_type_result *result);

struct sockd_stream_external_format_options {
    struct sockd_format set; /* the new external format; a member left out stays as it is; null is data NULL */
};

#define SOCKD_STREAM_EXTERNAL_FORMAT_OPTIONS \
    { {{NULL, 0}, SOCKD_UNSET, SOCKD_ACTION_UNSET, SOCKD_ACTION_UNSET} }

/* stream-external-format, the manual's STREAM-EXTERNAL-FORMAT.
 * Asks for the external format, and sets it.
 *   stream       the stream
 *   options      NULL: the defaults
 *   waits        until it is done
 *   errors       invalid-params, internal, os-error, no-such-handle, wrong-kind, not-open, denied, limit,
 *                cancelled, going-away
 */
SOCKD_API int sockd_stream_external_format(sockd *client, sockd_handle stream, const struct sockd_stream_external_format_options *options, struct sockd_stream_external_format_result *result);
SOCKD_API sockd_call sockd_start_stream_external_format(sockd *client, sockd_handle stream, const struct sockd_stream_external_format_options *options);
SOCKD_API int sockd_finish_stream_external_format(sockd *client, sockd_call call, struct sockd_stream_external_format_result *result);

/* input-stream-p, the manual's INPUT-STREAM-P.
 * Whether the stream can be read.
 *   stream       the stream
 *   errors       invalid-params, internal, no-such-handle, wrong-kind, denied, limit, going-away
 */
SOCKD_API int sockd_input_stream_p(sockd *client, sockd_handle stream, struct sockd_value_result *result);
SOCKD_API sockd_call sockd_start_input_stream_p(sockd *client, sockd_handle stream);
SOCKD_API int sockd_finish_input_stream_p(sockd *client, sockd_call call, struct sockd_value_result *result);

/* output-stream-p, the manual's OUTPUT-STREAM-P.
 * Whether the stream can be written.
 *   stream       the stream
 *   errors       invalid-params, internal, no-such-handle, wrong-kind, denied, limit, going-away
 */
SOCKD_API int sockd_output_stream_p(sockd *client, sockd_handle stream, struct sockd_value_result *result);
SOCKD_API sockd_call sockd_start_output_stream_p(sockd *client, sockd_handle stream);
SOCKD_API int sockd_finish_output_stream_p(sockd *client, sockd_call call, struct sockd_value_result *result);

/* open-stream-p, the manual's OPEN-STREAM-P.
 * Whether the stream is open; false for a handle that names nothing.
 *   stream       the stream
 *   errors       invalid-params, internal, wrong-kind, denied, limit, going-away
 */
SOCKD_API int sockd_open_stream_p(sockd *client, sockd_handle stream, struct sockd_value_result *result);
SOCKD_API sockd_call sockd_start_open_stream_p(sockd *client, sockd_handle stream);
SOCKD_API int sockd_finish_open_stream_p(sockd *client, sockd_call call, struct sockd_value_result *result);

struct sockd_make_stream_options {
    int direction; /* the directions the stream has (SOCKD_DIRECTION_…) */
    int element_type; /* the stream's element type (SOCKD_ELEMENT_…) */
    struct sockd_format external_format; /* the stream's external format */
    int buffered; /* the stream's buffering (SOCKD_BUFFERED_…) */
    int lifetime; /* what ends the stream: this session, or the daemon (SOCKD_LIFETIME_…) */
};

#define SOCKD_MAKE_STREAM_OPTIONS \
    { SOCKD_DIRECTION_IO, SOCKD_ELEMENT_CHARACTER, {{"utf-8", 5}, SOCKD_UNSET, SOCKD_ACTION_UNSET, SOCKD_ACTION_UNSET}, SOCKD_BUFFERED_DEFAULT, SOCKD_LIFETIME_SESSION }

/* make-stream, the manual's EXT:MAKE-STREAM.
 * Makes a stream of one or two descriptors that ride along: a pipe, file, terminal or socket.
 *   descriptors  one that serves all directions, or one to read from and one to write to; they stay yours
 *   options      NULL: the defaults
 *   errors       invalid-params, internal, os-error, denied, limit, going-away
 */
SOCKD_API int sockd_make_stream(sockd *client, const int *descriptors, size_t descriptor_count, const struct sockd_make_stream_options *options, struct sockd_stream_result *result);
SOCKD_API sockd_call sockd_start_make_stream(sockd *client, const int *descriptors, size_t descriptor_count, const struct sockd_make_stream_options *options);
SOCKD_API int sockd_finish_make_stream(sockd *client, sockd_call call, struct sockd_stream_result *result);

struct sockd_close_handle_options {
    bool abort; /* true: what can be sent at once is sent, and no failure is told */
    struct sockd_timeout timeout; /* how long to wait for buffered output to leave; it is closed all the same; null is SOCKD_FOREVER */
};

#define SOCKD_CLOSE_HANDLE_OPTIONS \
    { false, {0, 0, false} }

/* close, the manual's CLOSE.
 * Closes a stream or server. Buffered output is flushed first.
 *   handle       stream or server
 *   options      NULL: the defaults
 *   waits        until it is done, no longer than options->timeout
 *   errors       invalid-params, internal, os-error, timeout, no-such-handle, denied, limit, cancelled,
 *                going-away
 */
SOCKD_API int sockd_close_handle(sockd *client, sockd_handle handle, const struct sockd_close_handle_options *options);
SOCKD_API sockd_call sockd_start_close_handle(sockd *client, sockd_handle handle, const struct sockd_close_handle_options *options);
SOCKD_API int sockd_finish_close_handle(sockd *client, sockd_call call);

/* ---- The service itself ---- */

/* rpc.discover.
 * The OpenRPC document of every method here.
 *   errors       invalid-params, internal, limit, going-away
 */
SOCKD_API int sockd_rpc_discover(sockd *client, struct sockd_openrpc_result *result);
SOCKD_API sockd_call sockd_start_rpc_discover(sockd *client);
SOCKD_API int sockd_finish_rpc_discover(sockd *client, sockd_call call, struct sockd_openrpc_result *result);

/* rpc.cancel.
 * Gives up a waiting request of this session, which then gets the error cancelled and has consumed nothing.
 *   id           the id of a request of this session, of the same type and value
 *   errors       invalid-params, internal, limit, going-away
 */
SOCKD_API int sockd_rpc_cancel(sockd *client, struct sockd_text id, struct sockd_rpc_cancel_result *result);
SOCKD_API sockd_call sockd_start_rpc_cancel(sockd *client, struct sockd_text id);
SOCKD_API int sockd_finish_rpc_cancel(sockd *client, sockd_call call, struct sockd_rpc_cancel_result *result);

/* daemon.info.
 * The daemon's version, limits and capabilities.
 *   errors       invalid-params, internal, limit, going-away
 */
SOCKD_API int sockd_daemon_info(sockd *client, struct sockd_daemon_info_result *result);
SOCKD_API sockd_call sockd_start_daemon_info(sockd *client);
SOCKD_API int sockd_finish_daemon_info(sockd *client, sockd_call call, struct sockd_daemon_info_result *result);

/* daemon.stats.
 * Counters and gauges of the daemon as a whole.
 *   errors       invalid-params, internal, denied, limit, going-away
 */
SOCKD_API int sockd_daemon_stats(sockd *client, struct sockd_daemon_stats_result *result);
SOCKD_API sockd_call sockd_start_daemon_stats(sockd *client);
SOCKD_API int sockd_finish_daemon_stats(sockd *client, sockd_call call, struct sockd_daemon_stats_result *result);

struct sockd_session_hello_options {
    int64_t protocol; /* the protocol's version that the client speaks */
    struct sockd_text name; /* a label for the session, shown to who inspects it; null is data NULL */
};

#define SOCKD_SESSION_HELLO_OPTIONS \
    { 1, {NULL, 0} }

/* session.hello.
 * Names this session and agrees on the protocol. Optional.
 *   options      NULL: the defaults
 *   errors       invalid-params, internal, limit, going-away
 */
SOCKD_API int sockd_session_hello(sockd *client, const struct sockd_session_hello_options *options, struct sockd_session_hello_result *result);
SOCKD_API sockd_call sockd_start_session_hello(sockd *client, const struct sockd_session_hello_options *options);
SOCKD_API int sockd_finish_session_hello(sockd *client, sockd_call call, struct sockd_session_hello_result *result);

/* session.info.
 * Who this session is taken for, and how much of its limits it uses.
 *   errors       invalid-params, internal, limit, going-away
 */
SOCKD_API int sockd_session_info(sockd *client, struct sockd_session_info_result *result);
SOCKD_API sockd_call sockd_start_session_info(sockd *client);
SOCKD_API int sockd_finish_session_info(sockd *client, sockd_call call, struct sockd_session_info_result *result);

struct sockd_session_restrict_options {
    struct sockd_text profile; /* the name of a profile; null is data NULL */
    struct sockd_text rules; /* an object shaped like a profile of the configuration; null is data NULL */
};

#define SOCKD_SESSION_RESTRICT_OPTIONS \
    { {NULL, 0}, {NULL, 0} }

/* session.restrict.
 * Narrows what this session may do, for good: only what its profile and these rules allow is allowed.
 *   options      NULL: the defaults
 *   errors       invalid-params, internal, limit, going-away
 */
SOCKD_API int sockd_session_restrict(sockd *client, const struct sockd_session_restrict_options *options);
SOCKD_API sockd_call sockd_start_session_restrict(sockd *client, const struct sockd_session_restrict_options *options);
SOCKD_API int sockd_finish_session_restrict(sockd *client, sockd_call call);

/* daemon.reload.
 * Reads the configuration again; one with an error changes nothing.
 *   errors       invalid-params, internal, denied, limit, going-away
 */
SOCKD_API int sockd_daemon_reload(sockd *client);
SOCKD_API sockd_call sockd_start_daemon_reload(sockd *client);
SOCKD_API int sockd_finish_daemon_reload(sockd *client, sockd_call call);

struct sockd_handle_share_options {
    int64_t expires; /* seconds until the token is worth nothing; 1 to 86400 */
};

#define SOCKD_HANDLE_SHARE_OPTIONS \
    { 60 }

/* handle.share.
 * Makes a token with which another user or profile can claim a handle.
 *   handle       stream or server
 *   options      NULL: the defaults
 *   errors       invalid-params, internal, no-such-handle, denied, limit, going-away
 */
SOCKD_API int sockd_handle_share(sockd *client, sockd_handle handle, const struct sockd_handle_share_options *options, struct sockd_share_token *result);
SOCKD_API sockd_call sockd_start_handle_share(sockd *client, sockd_handle handle, const struct sockd_handle_share_options *options);
SOCKD_API int sockd_finish_handle_share(sockd *client, sockd_call call, struct sockd_share_token *result);

/* handle.claim.
 * Takes a handle that was shared; it counts as one of the caller's, too. It stays its owner's, and ends as it
 * would have: with lifetime session at the end of its owner's session.
 *   token        good for one claim: 128 random bits in base64url
 *   errors       invalid-params, internal, denied, limit, going-away
 */
SOCKD_API int sockd_handle_claim(sockd *client, struct sockd_text token, struct sockd_claimed_handle *result);
SOCKD_API sockd_call sockd_start_handle_claim(sockd *client, struct sockd_text token);
SOCKD_API int sockd_finish_handle_claim(sockd *client, sockd_call call, struct sockd_claimed_handle *result);

struct sockd_handle_list_options {
    struct sockd_text filter; /* terms field=value, !=, <, <=, >, >=, joined by commas; all must hold; null is data NULL */
    int64_t after; /* handles above this one; 0 to 9007199254740991 */
    int64_t limit; /* how many at the most; 1 to 100000 */
    struct sockd_texts fields; /* the fields to show, by their paths; null: all; null is items NULL */
};

#define SOCKD_HANDLE_LIST_OPTIONS \
    { {NULL, 0}, 0, 1000, {NULL, 0} }

/* handle.list.
 * The open handles that the caller may see.
 *   options      NULL: the defaults
 *   errors       invalid-params, internal, denied, limit, going-away
 */
SOCKD_API int sockd_handle_list(sockd *client, const struct sockd_handle_list_options *options, struct sockd_handle_list_result *result);
SOCKD_API sockd_call sockd_start_handle_list(sockd *client, const struct sockd_handle_list_options *options);
SOCKD_API int sockd_finish_handle_list(sockd *client, sockd_call call, struct sockd_handle_list_result *result);

/* handle.info.
 * Everything known about a handle.
 *   handle       stream or server
 *   errors       invalid-params, internal, no-such-handle, denied, limit, going-away
 */
SOCKD_API int sockd_handle_info(sockd *client, sockd_handle handle, struct sockd_handle_info *result);
SOCKD_API sockd_call sockd_start_handle_info(sockd *client, sockd_handle handle);
SOCKD_API int sockd_finish_handle_info(sockd *client, sockd_call call, struct sockd_handle_info *result);

/* handle.lifetime.
 * Changes what ends a handle.
 *   handle       stream or server
 *   lifetime     this session, or the daemon (SOCKD_LIFETIME_…)
 *   errors       invalid-params, internal, no-such-handle, denied, limit, going-away
 */
SOCKD_API int sockd_handle_lifetime(sockd *client, sockd_handle handle, int lifetime);
SOCKD_API sockd_call sockd_start_handle_lifetime(sockd *client, sockd_handle handle, int lifetime);
SOCKD_API int sockd_finish_handle_lifetime(sockd *client, sockd_call call);

/* ---- Events and decisions ---- */

struct sockd_events_subscribe_options {
    struct sockd_text filter; /* terms field=value, !=, <, <=, >, >=, joined by commas, over an event's members; all must hold; null is data NULL */
};

#define SOCKD_EVENTS_SUBSCRIBE_OPTIONS \
    { {NULL, 0} }

/* events.subscribe.
 * Asks for notifications of what happens to the handles and sessions that the caller may see. A second one
 * takes the first one's place.
 *   options      NULL: the defaults
 *   errors       invalid-params, internal, limit, going-away
 */
SOCKD_API int sockd_events_subscribe(sockd *client, const struct sockd_events_subscribe_options *options);
SOCKD_API sockd_call sockd_start_events_subscribe(sockd *client, const struct sockd_events_subscribe_options *options);
SOCKD_API int sockd_finish_events_subscribe(sockd *client, sockd_call call);

struct sockd_events_unsubscribe_options {
    struct sockd_text filter; /* only if it has this very filter; null: whatever it has; null is data NULL */
};

#define SOCKD_EVENTS_UNSUBSCRIBE_OPTIONS \
    { {NULL, 0} }

/* events.unsubscribe.
 * Asks for no more of them.
 *   options      NULL: the defaults
 *   errors       invalid-params, internal, limit, going-away
 */
SOCKD_API int sockd_events_unsubscribe(sockd *client, const struct sockd_events_unsubscribe_options *options);
SOCKD_API sockd_call sockd_start_events_unsubscribe(sockd *client, const struct sockd_events_unsubscribe_options *options);
SOCKD_API int sockd_finish_events_unsubscribe(sockd *client, sockd_call call);

struct sockd_policy_check_options {
    struct sockd_text profile; /* whose decision; null: what this session may do; null is data NULL */
    int operation; /* what would be done there (SOCKD_POLICY_OPERATION_…) */
};

#define SOCKD_POLICY_CHECK_OPTIONS \
    { {NULL, 0}, SOCKD_POLICY_OPERATION_DIAL }

/* policy.check.
 * Tells whether a connection or a server would be allowed, by the decision that would be made then. Somebody
 * else's, and how it comes about, is for who has the right admin.
 *   host         name or numeric address
 *   port         TCP port; 0, to listen: any that is allowed; 0 to 65535
 *   options      NULL: the defaults
 *   waits        until it is done
 *   errors       invalid-params, internal, resolve, denied, limit, cancelled, going-away
 */
SOCKD_API int sockd_policy_check(sockd *client, struct sockd_text host, int64_t port, const struct sockd_policy_check_options *options, struct sockd_policy_check_result *result);
SOCKD_API sockd_call sockd_start_policy_check(sockd *client, struct sockd_text host, int64_t port, const struct sockd_policy_check_options *options);
SOCKD_API int sockd_finish_policy_check(sockd *client, sockd_call call, struct sockd_policy_check_result *result);

struct sockd_policy_report_options {
    struct sockd_text profile; /* the profile; null: every one that has a report; null is data NULL */
};

#define SOCKD_POLICY_REPORT_OPTIONS \
    { {NULL, 0} }

/* policy.report.
 * What the profiles that only report would have denied.
 *   options      NULL: the defaults
 *   errors       invalid-params, internal, denied, limit, going-away
 */
SOCKD_API int sockd_policy_report(sockd *client, const struct sockd_policy_report_options *options, struct sockd_policy_report_result *result);
SOCKD_API sockd_call sockd_start_policy_report(sockd *client, const struct sockd_policy_report_options *options);
SOCKD_API int sockd_finish_policy_report(sockd *client, sockd_call call, struct sockd_policy_report_result *result);

/* policy.list.
 * The profiles in force, with their rights and rules.
 *   errors       invalid-params, internal, denied, limit, going-away
 */
SOCKD_API int sockd_policy_list(sockd *client, struct sockd_policy_list_result *result);
SOCKD_API sockd_call sockd_start_policy_list(sockd *client);
SOCKD_API int sockd_finish_policy_list(sockd *client, sockd_call call, struct sockd_policy_list_result *result);

