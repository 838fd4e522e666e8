// The system calls of the data plane that Swift can't import well: packed
// structs, GNU-only functions, control messages, socket options.
//
// Every call returns a non-negative result, or minus errno.

#ifndef PETREL_SYSTEM_H
#define PETREL_SYSTEM_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/// An IP address and port. `family` is 4, 6, or 0 for none; IPv4 fills the
/// first four octets. The port is in host order.
struct petrel_address {
    uint8_t octets[16];
    uint32_t scope;
    uint16_t port;
    uint8_t family;
};

// MARK: - epoll

static const uint32_t PETREL_READ = (uint32_t)EPOLLIN;
static const uint32_t PETREL_WRITE = (uint32_t)EPOLLOUT;
static const uint32_t PETREL_HALF_CLOSED = (uint32_t)EPOLLRDHUP;
static const uint32_t PETREL_HUNG_UP = (uint32_t)EPOLLHUP;
static const uint32_t PETREL_ERROR = (uint32_t)EPOLLERR;
static const uint32_t PETREL_EDGE = (uint32_t)EPOLLET;
static const uint32_t PETREL_EXCLUSIVE = (uint32_t)EPOLLEXCLUSIVE;

static inline int petrel_epoll_create(void) {
    int descriptor = epoll_create1(EPOLL_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

static inline int petrel_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0 ? -errno : 0;
}

static inline int petrel_epoll_remove(int epoll, int descriptor) {
    struct epoll_event event = {0};
    return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event) < 0 ? -errno : 0;
}

static inline int petrel_epoll_wait(int epoll, struct epoll_event *events, int count, int milliseconds) {
    int ready = epoll_wait(epoll, events, count, milliseconds);
    return ready < 0 ? -errno : ready;
}

static inline uint64_t petrel_event_token(const struct epoll_event *event) { return event->data.u64; }
static inline uint32_t petrel_event_flags(const struct epoll_event *event) { return event->events; }

// MARK: - Streams

static inline ssize_t petrel_receive(int descriptor, void *buffer, size_t count) {
    ssize_t result = recv(descriptor, buffer, count, 0);
    return result < 0 ? -errno : result;
}

static inline ssize_t petrel_peek(int descriptor, void *buffer, size_t count) {
    ssize_t result = recv(descriptor, buffer, count, MSG_PEEK);
    return result < 0 ? -errno : result;
}

static inline ssize_t petrel_send(int descriptor, const void *bytes, size_t count) {
    ssize_t result = send(descriptor, bytes, count, MSG_NOSIGNAL);
    return result < 0 ? -errno : result;
}

/// Sends two runs of bytes with one system call.
static inline ssize_t petrel_send_pair(int descriptor, const void *first, size_t first_count,
                                       const void *second, size_t second_count) {
    struct iovec vectors[2] = {{(void *)first, first_count}, {(void *)second, second_count}};
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = 2};
    ssize_t result = sendmsg(descriptor, &message, MSG_NOSIGNAL);
    return result < 0 ? -errno : result;
}

static inline int petrel_shutdown_write(int descriptor) {
    return shutdown(descriptor, SHUT_WR) < 0 ? -errno : 0;
}

/// Closes with a reset instead of a FIN.
void petrel_reset(int descriptor);

int petrel_accept(int listener, struct petrel_address *peer);
/// A listening socket; `reuse_port` lets every worker bind the same address.
int petrel_listen(const struct petrel_address *address, bool reuse_port, int backlog);
/// A stream socket whose connection is under way.
int petrel_connect(const struct petrel_address *address);
/// The same from a source address; its port may be 0.
int petrel_connect_from(const struct petrel_address *address, const struct petrel_address *source);
int petrel_keepalive(int descriptor, int probes, int seconds, int interval);
/// The pending error of a socket, as minus errno, or 0.
int petrel_socket_error(int descriptor);
int petrel_local_address(int descriptor, struct petrel_address *address);
int petrel_peer_address(int descriptor, struct petrel_address *address);
/// Where a redirected connection was going (IPv4 and IPv6).
int petrel_original_destination(int descriptor, struct petrel_address *address);
/// Listens for packets on a Unix domain socket that only this user may use. The
/// path leads to a predecessor until it leads here.
int petrel_unix_listen(const char *path);
int petrel_unix_connect(const char *path);
/// Whether the process at the other end is of this user.
bool petrel_peer_is_self(int descriptor);
/// One packet, with a descriptor unless it is negative.
ssize_t petrel_send_descriptor(int socket, const void *bytes, size_t count, int descriptor);
ssize_t petrel_receive_descriptor(int socket, void *bytes, size_t count, int *descriptor);
/// 0 stream, 1 datagram, or minus errno.
int petrel_socket_kind(int descriptor);
int petrel_set_nonblocking(int descriptor);

// MARK: - Datagrams

int petrel_datagram_bind(const struct petrel_address *address);
int petrel_datagram_connect(const struct petrel_address *address);
/// Asks that received datagrams tell the address they were sent to.
int petrel_datagram_want_destination(int descriptor);
ssize_t petrel_datagram_receive(int descriptor, void *buffer, size_t count,
                                struct petrel_address *peer, struct petrel_address *local);
/// Answers from `local`, the address the question was sent to.
ssize_t petrel_datagram_send(int descriptor, const void *bytes, size_t count,
                             const struct petrel_address *peer, const struct petrel_address *local);

// MARK: - Addresses

/// Reads an IP literal; 0 when it isn't one.
int petrel_address_parse(const char *text, uint16_t port, struct petrel_address *address);
/// Writes the address without its port; the number of characters written.
int petrel_address_format(const struct petrel_address *address, char *text, size_t count);

static inline bool petrel_address_equal(const struct petrel_address *a, const struct petrel_address *b) {
    return a->port == b->port && a->family == b->family && memcmp(a->octets, b->octets, a->family == 6 ? 16 : 4) == 0;
}

// MARK: - Bytes

static inline const uint8_t *petrel_find_byte(const uint8_t *bytes, size_t count, uint8_t byte) {
    return (const uint8_t *)memchr(bytes, byte, count);
}

const uint8_t *petrel_find(const uint8_t *bytes, size_t count, const uint8_t *needle, size_t needle_count);

// MARK: - Clocks, wake-ups, entropy

static inline uint64_t petrel_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline uint64_t petrel_realtime_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int petrel_event_create(void);
static inline void petrel_event_signal(int descriptor) {
    uint64_t one = 1;
    ssize_t ignored = write(descriptor, &one, sizeof one);
    (void)ignored;
}
/// Fills `buffer` from the kernel's generator; false when it can't.
bool petrel_entropy(void *buffer, size_t count);
/// Leaves all signals to the other threads; a write to a closed pipe is then
/// an error here, and programs started elsewhere see nothing of it.
void petrel_block_signals(void);
/// A descriptor that becomes readable when one of SIGINT, SIGTERM arrives;
/// the signals are blocked for the calling thread and the ones it starts.
int petrel_signal_descriptor(void);
/// The signal that arrived, or minus errno.
int petrel_signal_read(int descriptor);
/// Gives back the pages of code, and of free memory, that only the start
/// needed. What is needed again is read again.
void petrel_release_startup_memory(void);
int petrel_raise_descriptor_limit(void);
void petrel_name_thread(const char *name);
/// Cores that this process may use.
int petrel_processor_count(void);

#endif
