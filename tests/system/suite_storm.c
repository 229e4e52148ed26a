/* Everything at once, by chance: sessions of several profiles send what the table below has, to peers that send, stall, end and
 * reset, and some die in the middle of it. Every request is answered, never by the daemon's own failure, and afterwards nothing
 * is left: no handle, no charge, no descriptor, no work.
 *
 * A case is an episode; its number is part of its seed, so that one that fails can be had again. $STORM_SEED begins elsewhere,
 * and with $STORM_SECONDS each case goes on with other seeds for so long ($CK_DEFAULT_TIMEOUT then says how long it may take).
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

#define EPISODES 20
#define ROUNDS 60
#define SESSIONS 3
#define AT_ONCE 12 /* requests of a round, at the most */
#define PEERS 24
#define KNOWN 12 /* handles that a session remembers */

static const char config[] =
    "{ 'listeners': [ {'path': '$/sockd.sock', 'profile': 'owner'},"
    "                 {'path': '$/held.sock', 'mode': '0666', 'profile': 'held'},"
    "                 {'path': '$/told.sock', 'mode': '0666', 'profile': 'told'} ],"
    "  'profiles': { 'held': { 'rights': ['connect', 'listen', 'io', 'options', 'adopt', 'share'],"
    "                          'dial': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']} ],"
    "                          'listen': [ {'allow': '127.0.0.1'} ],"
    "                          'limits': {'handles': 30, 'descriptors': 50, 'waiters': 20, 'buffered': 4000000} },"
    "                'told': { 'mode': 'report', 'rights': ['io'] } },"
    "  'limits': {'flush_seconds': 1} }";

/* What a request may be. In the parameters a letter behind a $ stands for something that is chosen when it is sent. */
struct move {
    const char *method, *params;
    int weight;
    enum { ALONE, UNTIMED, PAYLOAD, DESCRIPTOR } with; /* what else there is to it */
};

static const struct move moves[] = {
    {"socket-connect", "{'host': '127.0.0.1', 'port': $p, 'element_type': $e, 'buffered': $b, 'timeout': $t, 'lifetime': $l}",
     12, ALONE},
    {"socket-server", "{'interface': '127.0.0.1', 'backlog': 3}", 2, ALONE},
    {"socket-accept", "{'server': $h, 'element_type': $e, 'timeout': $t}", 3, ALONE},
    {"socket-wait", "{'server': $h, 'timeout': $t}", 1, ALONE},
    {"socket-status", "{'sockets': [$h, $h, {'handle': $h, 'direction': $d}], 'timeout': $t, 'remember': $o}", 4, ALONE},
    {"socket-status", "{'sockets': [$h,$h,$h,$h,$h,$h,$h,$h,$h,$h,$h,$h], 'timeout': $t, 'actionable': $o, 'remember': $o}", 4,
     ALONE},
    {"socket-status", "{'sockets': {'set': $c}, 'timeout': $t, 'actionable': $o, 'forget': $o}", 8, ALONE},
    {"socket-stream-shutdown", "{'stream': $h, 'direction': $d}", 1, UNTIMED},
    {"socket-options", "{'socket': $h, 'options': ['so-error', ['so-rcvlowat', $n], ['so-linger', 1], 'so-type']}", 1, ALONE},
    {"stream-handles", "{'stream': $h, 'via': 'relay'}", 3, ALONE},
    {"stream-handles", "{'stream': $h, 'detach': $o}", 2, ALONE},
    {"read-line", "{'stream': $h, 'timeout': $t}", 2, ALONE},
    {"read-char", "{'stream': $h, 'timeout': $t}", 1, ALONE},
    {"read-byte", "{'stream': $h, 'timeout': $t}", 1, ALONE},
    {"unread-char", "{'stream': $h, 'char': 'x'}", 1, UNTIMED},
    {"listen", "{'stream': $h}", 1, UNTIMED},
    {"clear-input", "{'stream': $h}", 1, UNTIMED},
    {"read-byte-sequence", "{'stream': $h, 'length': $n, 'mode': $m, 'timeout': $t, 'encoding': 'payload'}", 5, ALONE},
    {"read-byte-sequence", "{'stream': $h, 'length': 131072, 'mode': $m, 'timeout': $t, 'encoding': 'payload'}", 3, ALONE},
    {"read-char-sequence", "{'stream': $h, 'length': $n, 'mode': $m, 'timeout': $t}", 2, ALONE},
    {"write-string", "{'stream': $h, 'string': 'a\\nb', 'timeout': $t}", 3, ALONE},
    {"write-byte-sequence", "{'stream': $h, 'mode': $m, 'timeout': $t}", 5, PAYLOAD},
    {"force-output", "{'stream': $h}", 1, UNTIMED},
    {"finish-output", "{'stream': $h, 'timeout': $t}", 1, ALONE},
    {"stream-element-type", "{'stream': $h, 'set': $e}", 1, UNTIMED},
    {"make-stream", "{'element_type': $e, 'buffered': $b}", 4, DESCRIPTOR},
    {"close", "{'handle': $h, 'abort': $o, 'timeout': $t}", 4, ALONE},
    {"handle.lifetime", "{'handle': $h, 'lifetime': $l}", 1, ALONE},
    {"handle.info", "{'handle': $h}", 1, ALONE},
    {"handle.list", "{'filter': 'kind=stream', 'limit': 3}", 1, ALONE},
    {"handle.share", "{'handle': $h}", 1, ALONE},
    {"handle.claim", "{'token': '$k'}", 1, ALONE},
    {"events.subscribe", "{'filter': null}", 1, ALONE},
    {"events.unsubscribe", "{}", 1, ALONE},
    {"policy.check", "{'host': '127.0.0.1', 'port': $p}", 1, UNTIMED},
    {"policy.report", "{}", 1, ALONE},
    {"session.info", "{}", 1, ALONE},
    {"daemon.reload", "{}", 1, ALONE},
};

struct player {
    struct client *client;
    handle known[KNOWN];
    int64_t set;
};

struct storm {
    struct player players[SESSIONS];
    int peers[PEERS], relays[PEERS]; /* -1: none */
    int listener, port, last_port;   /* of the test; of a server */
    char token[64];
};

static unsigned chance(unsigned below)
{
    return (unsigned)random() % below;
}

/* ---- peers ---- */

static void keep_fd(int fds[PEERS], int fd)
{
    int *place = &fds[chance(PEERS)];
    if (*place >= 0)
        close(*place);
    *place = fd;
}

static void stir_peer(int *fd)
{
    static char room[100000];
    if (*fd < 0)
        return;
    switch (chance(12)) {
    case 0:
        peer_reset(*fd);
        *fd = -1;
        return;
    case 1:
        shutdown(*fd, (int)chance(3));
        return;
    case 2:
    case 3:
        send(*fd, room, 1 + chance(sizeof room), MSG_DONTWAIT | MSG_NOSIGNAL);
        return;
    case 4:
    case 5:
        send(*fd, "x\nline\n", 7, MSG_DONTWAIT | MSG_NOSIGNAL);
        return;
    default:
        recv(*fd, room, sizeof room, MSG_DONTWAIT);
    }
}

static void stir_peers(struct storm *storm)
{
    int fd;
    while ((fd = accept4(storm->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0)
        keep_fd(storm->peers, fd);
    if (storm->last_port && chance(3) == 0) {
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)storm->last_port)};
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(fd, (struct sockaddr *)&to, sizeof to);
        keep_fd(storm->peers, fd);
    }
    for (int i = 0; i < PEERS; i++) {
        stir_peer(&storm->peers[i]);
        if (chance(3) == 0)
            stir_peer(&storm->relays[i]);
    }
}

/* ---- requests ---- */

static const char *pick(const char *const *words, size_t count)
{
    return words[chance((unsigned)count)];
}
#define PICK(...) pick((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static int expand(const struct storm *storm, const struct player *player, char what, char *room, size_t size)
{
    if (chance(8) == 0)
        player = &storm->players[chance(SESSIONS)];
    switch (what) {
    case 'h':
        return snprintf(room, size, "%lu", player->known[chance(KNOWN)]);
    case 'c':
        return snprintf(room, size, "%ld", (long)player->set);
    case 'k':
        return snprintf(room, size, "%s", storm->token);
    case 'p':
        return snprintf(room, size, "%d", storm->last_port && chance(8) == 0 ? storm->last_port : storm->port);
    case 't':
        return snprintf(room, size, "%s", PICK("0", "0", "0.01", "[0, 3000]", "0.03"));
    case 'n':
        return snprintf(room, size, "%s", PICK("0", "1", "1", "100", "4097"));
    case 'e':
        return snprintf(room, size, "%s", PICK("\"character\"", "\"unsigned-byte 8\"", "\"signed-byte 16\""));
    case 'b':
        return snprintf(room, size, "%s", PICK("\"default\"", "true", "false"));
    case 'd':
        return snprintf(room, size, "%s", PICK("\"input\"", "\"output\"", "\"io\""));
    case 'm':
        return snprintf(room, size, "%s", PICK("\"all\"", "\"no-hang\"", "\"interactive\""));
    case 'l':
        return snprintf(room, size, "%s", PICK("\"session\"", "\"session\"", "\"daemon\""));
    default:
        return snprintf(room, size, "%s", PICK("true", "false"));
    }
}

static void expand_all(const struct storm *storm, const struct player *player, const char *text, char *room, size_t size)
{
    size_t used = 0;
    for (; *text; text++) {
        if (*text == '$')
            used += (size_t)expand(storm, player, *++text, room + used, size - used);
        else
            room[used++] = *text == '\'' ? '"' : *text;
        ck_assert_uint_lt(used, size - 1);
    }
    room[used] = '\0';
}

static const struct move *pick_move(void)
{
    unsigned sum = 0, at;
    for (size_t i = 0; i < COUNT(moves); i++)
        sum += (unsigned)moves[i].weight;
    at = chance(sum);
    const struct move *move = moves;
    for (; at >= (unsigned)move->weight; move++)
        at -= (unsigned)move->weight;
    return move;
}

static long send_move(struct storm *storm, const struct player *player, const struct move *move)
{
    static char payload[100000];
    char params[512];
    int pair[2];
    expand_all(storm, player, move->params, params, sizeof params);
    if (move->with == PAYLOAD)
        return request_payload(player->client, move->method, payload, 1 + chance(chance(6) ? 100 : sizeof payload), "%s",
                               params);
    if (move->with != DESCRIPTOR)
        return request(player->client, move->method, "%s", params);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    long id = request_fds(player->client, move->method, &pair[0], 1, "%s", params);
    close(pair[0]);
    keep_fd(storm->peers, pair[1]);
    return id;
}

/* Takes in what a reply gives to go on with. */
static void learn(struct storm *storm, struct player *player, const struct message *message)
{
    json_object *json = message->json, *value;
    if (has(json, "error")) {
        ck_assert_str_ne(text_at(json, "error.data.kind"), "internal");
        return;
    }
    json = value_at(json, "result");
    if (has(json, "server"))
        storm->last_port = (int)int_at(json, "port");
    static const char *const members[] = {"stream", "server", "handle"};
    for (size_t i = 0; i < COUNT(members); i++)
        if (json_object_object_get_ex(json, members[i], &value) && json_object_is_type(value, json_type_int))
            player->known[chance(KNOWN)] = (handle)json_object_get_int64(value);
    if (has(json, "set"))
        player->set = int_at(json, "set");
    if (has(json, "token"))
        snprintf(storm->token, sizeof storm->token, "%s", text_at(json, "token"));
    for (size_t i = 0; i < message->fd_count; i++)
        keep_fd(storm->relays, message->fds[i]);
}

/* Requests that nobody waits for in between, then all their replies. What has no time limit of its own is given up. */
static void play_round(struct storm *storm, struct player *player)
{
    long ids[AT_ONCE];
    bool untimed[AT_ONCE];
    unsigned n = 1 + chance(AT_ONCE);
    for (unsigned i = 0; i < n; i++) {
        const struct move *move = pick_move();
        untimed[i] = move->with == UNTIMED;
        ids[i] = send_move(storm, player, move);
    }
    stir_peers(storm);
    for (unsigned i = 0; i < n; i++)
        if (untimed[i])
            request(player->client, "rpc.cancel", "{'id': %ld}", ids[i]);
    for (unsigned i = 0; i < n; i++)
        learn(storm, player, reply(player->client, ids[i]));
}

/* One that is gone before its message is whole, or before its replies are. */
static void die_early(struct storm *storm, bool whole)
{
    struct player player = storm->players[0];
    player.client = client_open_by(PICK("sockd", "held", "told"));
    for (unsigned i = chance(6); i > 0; i--)
        send_move(storm, &player, pick_move());
    if (!whole)
        client_write(player.client,
                     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"write-byte-sequence\",\"params\":{\"stream\":1},"
                     "\"payload\":90000}\nhalf of it");
    client_close(player.client);
}

/* ---- afterwards ---- */

static long time_used(void)
{
    char path[40];
    long used = -1;
    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)the_daemon.pid);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%ld", &used) != 1)
        used = -1;
    if (file)
        fclose(file);
    return used;
}

static bool nothing_left(struct client *c)
{
    static const char *const gauges[] = {"handles", "buffered", "waiters", "resolver_jobs", "subscribers"};
    json_object *stats = call(c, "daemon.stats", NULL);
    int64_t left = int_at(stats, "sessions") - 1 + int_at(stats, "calls") - 1 + int_at(stats, "descriptors") - 1;
    for (size_t i = 0; i < COUNT(gauges); i++)
        left += int_at(stats, gauges[i]);
    return left == 0;
}

static void expect_calm(unsigned seed)
{
    struct client *c = client_open();
    json_object *list = call(c, "handle.list", "{'filter': 'lifetime=daemon'}");
    for (size_t i = count_at(list, "handles"); i-- > 0;) {
        char path[40];
        snprintf(path, sizeof path, "handles.%zu.handle", i);
        call(c, "close", "{'handle': %ld, 'abort': true}", (long)int_at(list, path));
    }
    for (long end = now_ms() + 8000; !nothing_left(c) && now_ms() < end;)
        breathe();
    ck_assert_msg(nothing_left(c), "seed %u: left: %s", seed, json_at(call(c, "daemon.stats", NULL), ""));
    long before = time_used(), begin = now_ms();
    ck_assert(client_silent(c, 50));
    ck_assert_msg(time_used() - before < 1000000 * (now_ms() - begin) / 2, "seed %u: the daemon works though nobody asks",
                  seed);
    client_close(c);
}

static void play(unsigned seed)
{
    static const char *const names[SESSIONS] = {"sockd", "held", "told"};
    struct storm storm = {.token = "none"};
    srandom(seed);
    storm.listener = peer_listen("127.0.0.1", &storm.port);
    fcntl(storm.listener, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < PEERS; i++)
        storm.peers[i] = storm.relays[i] = -1;
    for (int i = 0; i < SESSIONS; i++) {
        storm.players[i].client = client_open_by(names[i]);
        for (int k = 0; k < KNOWN; k++)
            storm.players[i].known[k] = 1;
    }
    for (int round = 0; round < ROUNDS; round++) {
        play_round(&storm, &storm.players[chance(SESSIONS)]);
        if (chance(20) == 0)
            die_early(&storm, chance(2));
    }
    for (int i = 0; i < SESSIONS; i++) {
        send_move(&storm, &storm.players[i], pick_move());
        client_close(storm.players[i].client);
    }
    close(storm.listener);
    for (int i = 0; i < PEERS; i++) {
        if (storm.peers[i] >= 0)
            close(storm.peers[i]);
        if (storm.relays[i] >= 0)
            close(storm.relays[i]);
    }
    request_forget_all();
    expect_calm(seed);
}

static unsigned number_of(const char *name)
{
    const char *text = getenv(name);
    return text ? (unsigned)strtoul(text, NULL, 10) : 0;
}

START_TEST(nothing_is_left_of_a_storm)
{
    unsigned seed = number_of("STORM_SEED") + (unsigned)_i;
    long end = now_ms() + 1000 * (long)number_of("STORM_SECONDS");
    do {
        play(seed);
        value_free_all();
        seed += EPISODES;
    } while (now_ms() < end);
}
END_TEST

static const struct test_case cases[] = {
    {&nothing_is_left_of_a_storm, NULL, EPISODES},
    {0},
};

const struct suite suite_storm = {.name = "storm", .cases = cases, .config = config};
