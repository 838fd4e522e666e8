#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

// HTTP/2 with prior knowledge (RFC 9113): as much as a load generator needs.
// Headers go out by HPACK indices; of the answer's field block only the first
// field is looked at, which is `:status` (index 8 is 200).

enum { FRAME_HEAD = 9, OUT_SIZE = 64 * 1024, SLOTS = 1024, EVENTS = 256 };
enum {
    FRAME_DATA = 0,
    FRAME_HEADERS = 1,
    FRAME_RST_STREAM = 3,
    FRAME_SETTINGS = 4,
    FRAME_PING = 6,
    FRAME_GOAWAY = 7,
    FRAME_WINDOW_UPDATE = 8
};
enum { FLAG_END = 1, FLAG_ACK = 1, FLAG_END_HEADERS = 4, FLAG_PADDED = 8 };

static const uint32_t WINDOW = 1u << 30;

typedef struct {
    uint32_t stream;
    bool is_good;
    uint64_t begun;
    uint64_t length;
} exchange;

typedef struct {
    int fd;
    uint32_t next_stream;
    uint32_t active;
    bool is_draining;
    bool is_indexed;
    uint64_t consumed;
    exchange slots[SLOTS];
    size_t in_length;
    unsigned char in[READ_SIZE];
    size_t out_length;
    unsigned char out[OUT_SIZE];
} connection;

static connection *connections;

static void frame(connection *peer, int type, int flags, uint32_t stream,
                  const void *payload, size_t size) {
    if (peer->out_length + FRAME_HEAD + size > OUT_SIZE)
        bench_fail("too much to send");
    unsigned char *at = peer->out + peer->out_length;
    at[0] = (unsigned char)(size >> 16);
    at[1] = (unsigned char)(size >> 8);
    at[2] = (unsigned char)size;
    at[3] = (unsigned char)type;
    at[4] = (unsigned char)flags;
    at[5] = (unsigned char)(stream >> 24);
    at[6] = (unsigned char)(stream >> 16);
    at[7] = (unsigned char)(stream >> 8);
    at[8] = (unsigned char)stream;
    memcpy(at + FRAME_HEAD, payload, size);
    peer->out_length += FRAME_HEAD + size;
}

static size_t literal(unsigned char *at, unsigned char name,
                      const char *value) {
    size_t size = strlen(value);
    if (size > 126) bench_fail("a name or path is too long");
    at[0] = name;
    at[1] = (unsigned char)size;
    memcpy(at + 2, value, size);
    return size + 2;
}

static void begin_exchange(connection *peer, uint64_t now) {
    unsigned char block[512];
    size_t size = 0;
    block[size++] = 0x82;  // :method GET
    block[size++] = 0x86;  // :scheme http
    static int turn;
    char host[128];
    load_host(turn++ % settings.hosts, host, sizeof host);
    if (settings.hosts == 1 && peer->is_indexed) {
        block[size++] = 0xbf;  // dynamic table: the path, added first
        block[size++] = 0xbe;  // dynamic table: the host, added last
    } else if (settings.hosts == 1) {
        size += literal(block + size, 0x44, settings.path);
        size += literal(block + size, 0x41, host);
        peer->is_indexed = true;
    } else {
        size += literal(block + size, 0x04, settings.path);
        size += literal(block + size, 0x01, host);
    }
    uint32_t stream = peer->next_stream;
    peer->next_stream += 2;
    peer->active += 1;
    peer->slots[stream / 2 % SLOTS] =
        (exchange){.stream = stream, .begun = now};
    frame(peer, FRAME_HEADERS, FLAG_END | FLAG_END_HEADERS, stream, block,
          size);
}

static bool flush_out(connection *peer) {
    if (peer->out_length == 0) return true;
    ssize_t count =
        send(peer->fd, peer->out, peer->out_length, MSG_NOSIGNAL);
    if (count != (ssize_t)peer->out_length) return false;
    peer->out_length = 0;
    return true;
}

static void open_connection(connection *peer) {
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    for (int attempt = 0; (peer->fd = load_connect()) < 0; attempt++) {
        counters.not_connected += 1;
        if (attempt == 50) bench_fail("the proxy accepts no connections");
        usleep(2000);
    }
    peer->next_stream = 1;
    peer->active = 0;
    peer->is_draining = false;
    peer->is_indexed = false;
    peer->consumed = 0;
    peer->in_length = 0;
    memcpy(peer->out, preface, sizeof preface - 1);
    peer->out_length = sizeof preface - 1;
    // ENABLE_PUSH 0, INITIAL_WINDOW_SIZE 2^30
    unsigned char values[12] = {0, 2, 0, 0, 0, 0, 0, 4, 0x40, 0, 0, 0};
    frame(peer, FRAME_SETTINGS, 0, 0, values, sizeof values);
    unsigned char increment[4] = {0x3f, 0, 0, 0};
    frame(peer, FRAME_WINDOW_UPDATE, 0, 0, increment, 4);
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET,
                                .data.ptr = peer};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, peer->fd, &event) != 0)
        bench_fail("epoll_ctl");
    uint64_t now = bench_now();
    for (int index = 0; index < settings.streams; index++)
        begin_exchange(peer, now);
    if (!flush_out(peer)) bench_fail("send");
}

static void end_exchange(connection *peer, exchange *ended, uint64_t now) {
    if (!ended->is_good) {
        counters.bad_status += 1;
    } else if (ended->length != settings.length) {
        counters.bad_length += 1;
    } else {
        counters.requests += 1;
        counters.bytes += ended->length;
        bench_histogram_record(&counters.latency, now - ended->begun);
    }
    ended->stream = 0;
    peer->active -= 1;
    if (!peer->is_draining) begin_exchange(peer, now);
}

static bool settings_frame(connection *peer, int flags,
                           const unsigned char *payload, size_t size) {
    if (flags & FLAG_ACK) return true;
    for (size_t at = 0; at + 6 <= size; at += 6) {
        uint32_t value = (uint32_t)payload[at + 2] << 24 |
                         (uint32_t)payload[at + 3] << 16 |
                         (uint32_t)payload[at + 4] << 8 | payload[at + 5];
        if (payload[at + 1] == 1 && value < 4096)
            bench_fail("the server's header table is too small");
        if (payload[at + 1] == 3 && value < (uint32_t)settings.streams)
            bench_fail("the server allows too few streams");
    }
    frame(peer, FRAME_SETTINGS, FLAG_ACK, 0, NULL, 0);
    return true;
}

static bool take_frame(connection *peer, int type, int flags, uint32_t stream,
                       const unsigned char *payload, size_t size,
                       uint64_t now) {
    exchange *current = &peer->slots[stream / 2 % SLOTS];
    bool is_current = stream != 0 && current->stream == stream;
    switch (type) {
        case FRAME_HEADERS: {
            if (!is_current) return false;
            size_t at = flags & FLAG_PADDED ? 1 : 0;
            while (at < size && (payload[at] & 0xe0) == 0x20) at += 1;
            if (at < size && payload[at] == 0x88) current->is_good = true;
            break;
        }
        case FRAME_DATA: {
            if (!is_current) return false;
            size_t padding = flags & FLAG_PADDED ? payload[0] + 1u : 0;
            current->length += size - padding;
            peer->consumed += size;
            if (peer->consumed > WINDOW / 4) {
                unsigned char increment[4] = {
                    (unsigned char)(peer->consumed >> 24),
                    (unsigned char)(peer->consumed >> 16),
                    (unsigned char)(peer->consumed >> 8),
                    (unsigned char)peer->consumed};
                frame(peer, FRAME_WINDOW_UPDATE, 0, 0, increment, 4);
                peer->consumed = 0;
            }
            break;
        }
        case FRAME_SETTINGS:
            return settings_frame(peer, flags, payload, size);
        case FRAME_PING:
            if (!(flags & FLAG_ACK) && size == 8)
                frame(peer, FRAME_PING, FLAG_ACK, 0, payload, 8);
            return true;
        case FRAME_GOAWAY:
            peer->is_draining = true;
            return true;
        case FRAME_RST_STREAM:
            if (!is_current) return true;
            current->is_good = false;
            end_exchange(peer, current, now);
            return true;
        default:
            return true;
    }
    if (flags & FLAG_END) end_exchange(peer, current, now);
    return true;
}

static bool take_frames(connection *peer, uint64_t now) {
    size_t at = 0;
    while (peer->in_length - at >= FRAME_HEAD) {
        const unsigned char *head = peer->in + at;
        size_t size = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
        if (size > 16384) return false;
        if (peer->in_length - at < FRAME_HEAD + size) break;
        uint32_t stream = (uint32_t)(head[5] & 0x7f) << 24 |
                          (uint32_t)head[6] << 16 | (uint32_t)head[7] << 8 |
                          head[8];
        if (!take_frame(peer, head[3], head[4], stream, head + FRAME_HEAD,
                        size, now))
            return false;
        at += FRAME_HEAD + size;
    }
    memmove(peer->in, peer->in + at, peer->in_length - at);
    peer->in_length -= at;
    return true;
}

static void reopen(connection *peer, bool is_failure) {
    if (is_failure) counters.closed += peer->active;
    counters.reconnects += 1;
    close(peer->fd);
    open_connection(peer);
}

static void readable(connection *peer) {
    for (;;) {
        size_t room = READ_SIZE - peer->in_length;
        ssize_t count = recv(peer->fd, peer->in + peer->in_length, room, 0);
        if (count < 0 && errno == EAGAIN) break;
        if (count <= 0) {
            reopen(peer, true);
            return;
        }
        peer->in_length += (size_t)count;
        if (!take_frames(peer, bench_now())) {
            counters.bad_framing += 1;
            reopen(peer, true);
            return;
        }
        if ((size_t)count < room) break;
    }
    if (!flush_out(peer)) {
        reopen(peer, true);
    } else if (peer->is_draining && peer->active == 0) {
        reopen(peer, false);
    }
}

void load_http2(void) {
    connections = calloc((size_t)settings.connections, sizeof *connections);
    if (!connections) bench_fail("memory");
    if (settings.streams > SLOTS / 2) bench_fail("too many streams");
    for (int index = 0; index < settings.connections; index++)
        open_connection(&connections[index]);
    static struct epoll_event events[EVENTS];
    for (;;) {
        uint64_t now = bench_now();
        if (load_turn(now) == LOAD_END) return;
        int ready = epoll_wait(loop, events, EVENTS, load_wait(now));
        for (int index = 0; index < ready; index++)
            readable(events[index].data.ptr);
    }
}
