#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_LIMIT = 4096, EVENTS = 512, BACKLOG = 1 << 20 };

typedef enum { FREE, HEAD, BODY } phase;

typedef struct {
    int fd;
    phase phase;
    bool is_closing;
    uint32_t head_length;
    int status;
    uint64_t body_length;
    uint64_t body_left;
    /// When the request was sent, or in an open loop should have been.
    uint64_t begun;
    char head[HEAD_LIMIT];
} connection;

static connection *connections;
static bool is_open_loop;

// Open loop: free connections (a stack) and requests that wait for one.
static int *free_list, free_count;
static uint64_t *backlog, backlog_first, backlog_last;

static void send_request(connection *peer, uint64_t begun);

static void register_events(connection *peer) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET,
                                .data.ptr = peer};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, peer->fd, &event) != 0)
        bench_fail("epoll_ctl");
}

static bool open_connection(connection *peer) {
    peer->fd = load_connect();
    peer->phase = FREE;
    peer->head_length = 0;
    if (peer->fd < 0) {
        counters.not_connected += 1;
        return false;
    }
    register_events(peer);
    return true;
}

static void replace(connection *peer) {
    if (peer->fd >= 0) close(peer->fd);
    // A proxy that is gone would make this spin: give up loudly.
    for (int attempt = 0; attempt < 50; attempt++) {
        if (open_connection(peer)) return;
        usleep(2000);
    }
    bench_fail("the proxy accepts no connections");
}

/// Takes the connection's next request, or parks the connection.
static void go_on(connection *peer, uint64_t now) {
    if (!is_open_loop) {
        send_request(peer, now);
    } else if (backlog_first != backlog_last) {
        send_request(peer, backlog[backlog_first++ % BACKLOG]);
    } else {
        free_list[free_count++] = (int)(peer - connections);
    }
}

static void send_request(connection *peer, uint64_t begun) {
    const load_request *request = load_next_request();
    for (int attempt = 0; attempt < 3; attempt++) {
        ssize_t count =
            send(peer->fd, request->bytes, request->length, MSG_NOSIGNAL);
        if (count == (ssize_t)request->length) {
            peer->phase = HEAD;
            peer->begun = begun;
            return;
        }
        counters.reconnects += 1;
        replace(peer);
    }
    bench_fail("a request cannot be sent");
}

static void complete(connection *peer, uint64_t now) {
    if (peer->status != 200) {
        counters.bad_status += 1;
    } else if (peer->body_length != settings.length) {
        counters.bad_length += 1;
    } else {
        counters.requests += 1;
        counters.bytes += peer->body_length;
        bench_histogram_record(&counters.latency,
                               now > peer->begun ? now - peer->begun : 0);
    }
    peer->phase = FREE;
    if (settings.is_new_connection) {
        replace(peer);
    } else if (peer->is_closing) {
        counters.reconnects += 1;
        replace(peer);
    }
    go_on(peer, now);
}

/// Reads status and length from a whole head.
static bool parse_head(connection *peer, const char *head, size_t size) {
    if (size < 13 || memcmp(head, "HTTP/1.1 ", 9) != 0) return false;
    peer->status =
        (head[9] - '0') * 100 + (head[10] - '0') * 10 + (head[11] - '0');
    peer->is_closing = false;
    bool has_length = false;
    const char *end = head + size;
    const char *line = memchr(head, '\n', size);
    while (line && line + 1 < end) {
        line += 1;
        if (!strncasecmp(line, "content-length:", 15)) {
            peer->body_length = strtoull(line + 15, NULL, 10);
            has_length = true;
        } else if (!strncasecmp(line, "connection: close", 17)) {
            peer->is_closing = true;
        }
        line = memchr(line, '\n', (size_t)(end - line));
    }
    peer->body_left = peer->body_length;
    return has_length;
}

/// Takes in what has been read; false when it is not an answer.
static bool consume(connection *peer, char *bytes, size_t size, uint64_t now) {
    if (peer->phase == FREE) return false;
    if (peer->phase == HEAD) {
        const char *head = bytes;
        size_t length;
        char *end = peer->head_length ? NULL : memmem(bytes, size, "\r\n\r\n", 4);
        if (end) {
            length = (size_t)(end + 4 - bytes);
            bytes += length;
            size -= length;
        } else {
            // The head came in parts: gather it.
            size_t room = HEAD_LIMIT - peer->head_length;
            size_t part = size < room ? size : room;
            memcpy(peer->head + peer->head_length, bytes, part);
            size_t old = peer->head_length;
            peer->head_length += (uint32_t)part;
            end = memmem(peer->head, peer->head_length, "\r\n\r\n", 4);
            if (!end) return peer->head_length < HEAD_LIMIT;
            head = peer->head;
            length = (size_t)(end + 4 - peer->head);
            bytes += length - old;
            size -= length - old;
            peer->head_length = 0;
        }
        if (!parse_head(peer, head, length)) return false;
        peer->phase = BODY;
    }
    size_t part = size < peer->body_left ? size : (size_t)peer->body_left;
    peer->body_left -= part;
    if (part != size) return false;
    if (peer->body_left == 0) complete(peer, now);
    return true;
}

static void readable(connection *peer) {
    for (;;) {
        int fd = peer->fd;
        ssize_t count = recv(fd, read_buffer, READ_SIZE, 0);
        if (count < 0 && errno == EAGAIN) return;
        if (count <= 0) {
            bool was_busy = peer->phase != FREE;
            if (was_busy) {
                counters.closed += 1;
                replace(peer);
                go_on(peer, bench_now());
            } else {
                counters.reconnects += 1;
                replace(peer);
            }
            return;
        }
        if (!consume(peer, read_buffer, (size_t)count, bench_now())) {
            counters.bad_framing += 1;
            replace(peer);
            go_on(peer, bench_now());
            return;
        }
        // Replaced meanwhile, or a short read: drained.
        if (peer->fd != fd || count < READ_SIZE) return;
    }
}

/// Waits with nanosecond precision, which epoll_wait does not have.
static int wait_until(struct epoll_event *events, uint64_t now,
                      uint64_t deadline) {
    uint64_t left = deadline > now ? deadline - now : 0;
    struct timespec time = {.tv_sec = (time_t)(left / 1000000000),
                            .tv_nsec = (long)(left % 1000000000)};
    return (int)syscall(SYS_epoll_pwait2, loop, events, EVENTS, &time, NULL,
                        (size_t)0);
}

static void dispatch_due(uint64_t now, uint64_t *next, double interval,
                         double *exact) {
    while (*next <= now) {
        if (free_count > 0) {
            send_request(&connections[free_list[--free_count]], *next);
        } else if (backlog_last - backlog_first < BACKLOG) {
            backlog[backlog_last++ % BACKLOG] = *next;
        } else {
            counters.late += 1;
        }
        *exact += interval;
        *next = (uint64_t)*exact;
    }
}

void load_http1(void) {
    connections = calloc((size_t)settings.connections, sizeof *connections);
    free_list = calloc((size_t)settings.connections, sizeof *free_list);
    is_open_loop = settings.rate > 0;
    if (is_open_loop) backlog = calloc(BACKLOG, sizeof *backlog);
    if (!connections || !free_list || (is_open_loop && !backlog))
        bench_fail("memory");
    for (int index = 0; index < settings.connections; index++) {
        if (!open_connection(&connections[index])) bench_fail("connect");
        go_on(&connections[index], bench_now());
    }
    double interval = is_open_loop ? 1e9 / settings.rate : 0;
    double exact = (double)bench_now();
    uint64_t next = (uint64_t)exact;
    static struct epoll_event events[EVENTS];
    for (;;) {
        uint64_t now = bench_now();
        if (load_turn(now) == LOAD_END) return;
        int ready;
        if (is_open_loop) {
            dispatch_due(now, &next, interval, &exact);
            ready = wait_until(events, bench_now(), next);
        } else {
            ready = epoll_wait(loop, events, EVENTS, load_wait(now));
        }
        for (int index = 0; index < ready; index++)
            readable(events[index].data.ptr);
    }
}

int load_idle(void) {
    // Blocking, one after the other: what counts is what they leave behind.
    bench_usage before, after;
    connections = calloc((size_t)settings.connections, sizeof *connections);
    if (!connections) bench_fail("memory");
    if (!bench_usage_read(settings.processes, settings.process_count, &before))
        bench_fail("the watched process is gone");
    for (int index = 0; index < settings.connections; index++) {
        connection *peer = &connections[index];
        peer->fd = load_connect();
        if (peer->fd < 0) bench_fail("connect");
        const load_request *request = load_next_request();
        if (send(peer->fd, request->bytes, request->length, MSG_NOSIGNAL) < 0)
            bench_fail("send");
        struct timespec pause = {.tv_nsec = 20000};
        size_t got = 0;
        char *end = NULL;
        for (int attempt = 0; attempt < 100000 && !end; attempt++) {
            ssize_t count = recv(peer->fd, read_buffer + got,
                                 READ_SIZE - got, 0);
            if (count > 0) {
                got += (size_t)count;
                end = memmem(read_buffer, got, "\r\n\r\n", 4);
                if (end && got < (size_t)(end + 4 - read_buffer) +
                                     settings.length)
                    end = NULL;
            } else if (count == 0 || errno != EAGAIN) {
                bench_fail("a connection ended early");
            } else {
                nanosleep(&pause, NULL);
            }
        }
        if (!end) bench_fail("no answer");
    }
    struct timespec settle = {.tv_sec = 1};
    nanosleep(&settle, NULL);
    if (!bench_usage_read(settings.processes, settings.process_count, &after))
        bench_fail("the watched process is gone");
    printf("{\"connections\":%d,\"resident_kib_before\":%llu,"
           "\"resident_kib_after\":%llu,\"kib_per_connection\":%.3f}\n",
           settings.connections, (unsigned long long)before.resident_kib,
           (unsigned long long)after.resident_kib,
           ((double)after.resident_kib - (double)before.resident_kib) /
               settings.connections);
    return 0;
}
