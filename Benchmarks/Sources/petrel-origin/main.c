/// The static origin of the benchmark: one thread, epoll, HTTP/1.1 keep-alive
/// in plain text and over TLS; pages of 1 KB, 64 KB and 1 MB.
///
///     petrel-origin [--address A] [--cert FILE --key FILE]
///
/// Prints one line of JSON with the ports it got, then serves until SIGTERM.
#define _GNU_SOURCE
#include "cbench.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_LIMIT = 8192, EVENTS = 512 };

typedef struct {
    const char *path;
    size_t size;
    char *bytes;
    size_t length;
} page;

static page pages[] = {
    {"/1k", 1024, NULL, 0},
    {"/64k", 65536, NULL, 0},
    {"/1m", 1 << 20, NULL, 0},
};
static page missing = {"", 0, NULL, 0};

typedef struct {
    int fd;
    bool is_listener;
    SSL_CTX *context;
    SSL *ssl;
    // The unanswered part of what has come in.
    size_t held;
    char held_bytes[HEAD_LIMIT];
    // The unsent part of the answer.
    const char *out;
    size_t out_left;
} connection;

static int loop;
static uint64_t answered;

static void render(page *entry, int status) {
    char head[256];
    int head_length = snprintf(
        head, sizeof head,
        "HTTP/1.1 %d %s\r\nServer: petrel-origin\r\n"
        "Date: Sat, 21 Nov 2026 00:00:00 GMT\r\n"
        "Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n",
        status, status == 200 ? "OK" : "Not Found", entry->size);
    entry->length = (size_t)head_length + entry->size;
    entry->bytes = malloc(entry->length);
    if (!entry->bytes) bench_fail("memory");
    memcpy(entry->bytes, head, (size_t)head_length);
    for (size_t index = 0; index < entry->size; index++)
        entry->bytes[(size_t)head_length + index] = (char)('a' + index % 26);
}

static void drop(connection *peer) {
    if (peer->ssl) SSL_free(peer->ssl);
    close(peer->fd);
    free(peer);
}

static ssize_t take(connection *peer, char *buffer, size_t size) {
    if (!peer->ssl) return recv(peer->fd, buffer, size, 0);
    ERR_clear_error();
    int count = SSL_read(peer->ssl, buffer, (int)size);
    if (count > 0) return count;
    int reason = SSL_get_error(peer->ssl, count);
    errno = reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE
                ? EAGAIN
                : EPIPE;
    return reason == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

static ssize_t give(connection *peer, const char *bytes, size_t size) {
    if (!peer->ssl) return send(peer->fd, bytes, size, MSG_NOSIGNAL);
    ERR_clear_error();
    int count = SSL_write(peer->ssl, bytes, (int)size);
    if (count > 0) return count;
    int reason = SSL_get_error(peer->ssl, count);
    errno = reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE
                ? EAGAIN
                : EPIPE;
    return -1;
}

/// Sends what is left; false when the connection is gone.
static bool flush_out(connection *peer) {
    while (peer->out_left > 0) {
        ssize_t count = give(peer, peer->out, peer->out_left);
        if (count < 0) return errno == EAGAIN;
        peer->out += count;
        peer->out_left -= (size_t)count;
    }
    return true;
}

static const page *find(const char *head, size_t length) {
    for (size_t index = 0; index < sizeof pages / sizeof *pages; index++) {
        size_t size = strlen(pages[index].path);
        if (length > size + 5 && memcmp(head, "GET ", 4) == 0 &&
            memcmp(head + 4, pages[index].path, size) == 0 &&
            head[4 + size] == ' ')
            return &pages[index];
    }
    return &missing;
}

/// Answers every whole request that is held, one at a time.
static bool answer(connection *peer) {
    while (peer->out_left == 0) {
        char *end = memmem(peer->held_bytes, peer->held, "\r\n\r\n", 4);
        if (!end) return peer->held < HEAD_LIMIT;
        size_t used = (size_t)(end + 4 - peer->held_bytes);
        const page *entry = find(peer->held_bytes, used);
        peer->out = entry->bytes;
        peer->out_left = entry->length;
        answered += 1;
        memmove(peer->held_bytes, peer->held_bytes + used, peer->held - used);
        peer->held -= used;
        if (!flush_out(peer)) return false;
    }
    return true;
}

static bool serve(connection *peer) {
    if (!flush_out(peer) || !answer(peer)) return false;
    while (peer->held < HEAD_LIMIT) {
        size_t room = HEAD_LIMIT - peer->held;
        ssize_t count = take(peer, peer->held_bytes + peer->held, room);
        if (count < 0) return errno == EAGAIN;
        if (count == 0) return false;
        peer->held += (size_t)count;
        if (!answer(peer)) return false;
        // A short read on a plain socket means that it is drained.
        if (!peer->ssl && (size_t)count < room) break;
    }
    return true;
}

static void accept_all(connection *listener) {
    for (;;) {
        int fd = accept4(listener->fd, NULL, NULL,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        connection *peer = calloc(1, sizeof *peer);
        if (!peer) bench_fail("memory");
        peer->fd = fd;
        if (listener->context) {
            peer->ssl = SSL_new(listener->context);
            SSL_set_fd(peer->ssl, fd);
            SSL_set_accept_state(peer->ssl);
        }
        struct epoll_event event = {
            .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
            .data.ptr = peer};
        if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) != 0) drop(peer);
    }
}

static connection *listen_on(const char *address, uint16_t *port,
                             SSL_CTX *context) {
    connection *listener = calloc(1, sizeof *listener);
    if (!listener) bench_fail("memory");
    listener->fd = bench_listen(address, port);
    listener->is_listener = true;
    listener->context = context;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = listener};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, listener->fd, &event) != 0)
        bench_fail("epoll_ctl");
    return listener;
}

static SSL_CTX *make_context(const char *certificate, const char *key) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (!context) bench_fail("SSL_CTX_new");
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        bench_fail("certificate or key cannot be read");
    return context;
}

int main(int count, char **arguments) {
    const char *address = "127.0.0.1", *certificate = NULL, *key = NULL;
    for (int index = 1; index + 1 < count; index += 2) {
        if (!strcmp(arguments[index], "--address"))
            address = arguments[index + 1];
        else if (!strcmp(arguments[index], "--cert"))
            certificate = arguments[index + 1];
        else if (!strcmp(arguments[index], "--key"))
            key = arguments[index + 1];
        else
            bench_fail("unknown option");
    }
    // The origin must not outlive a harness that was killed.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    for (size_t index = 0; index < sizeof pages / sizeof *pages; index++)
        render(&pages[index], 200);
    render(&missing, 404);
    loop = epoll_create1(EPOLL_CLOEXEC);
    uint16_t plain = 0, tls = 0;
    listen_on(address, &plain, NULL);
    if (certificate && key)
        listen_on(address, &tls, make_context(certificate, key));
    printf("{\"port\":%u,\"tls_port\":%u}\n", plain, tls);
    fflush(stdout);

    static struct epoll_event events[EVENTS];
    for (;;) {
        int ready = epoll_wait(loop, events, EVENTS, -1);
        for (int index = 0; index < ready; index++) {
            connection *peer = events[index].data.ptr;
            if (peer->is_listener)
                accept_all(peer);
            else if ((events[index].events & (EPOLLERR | EPOLLHUP)) ||
                     !serve(peer))
                drop(peer);
        }
    }
}
