#define _GNU_SOURCE
#include "CPetrelSystem.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>

// From linux/netfilter_ipv4.h and linux/netfilter_ipv6/ip6_tables.h, which
// do not mix with netinet/in.h.
#define PETREL_SO_ORIGINAL_DST 80

static socklen_t to_socket_address(const struct petrel_address *address, struct sockaddr_storage *storage) {
    memset(storage, 0, sizeof *storage);
    if (address->family == 6) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)storage;
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(address->port);
        six->sin6_scope_id = address->scope;
        memcpy(&six->sin6_addr, address->octets, 16);
        return sizeof *six;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)storage;
    four->sin_family = AF_INET;
    four->sin_port = htons(address->port);
    memcpy(&four->sin_addr, address->octets, 4);
    return sizeof *four;
}

static void from_socket_address(const struct sockaddr_storage *storage, struct petrel_address *address) {
    memset(address, 0, sizeof *address);
    if (storage->ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)storage;
        address->port = ntohs(six->sin6_port);
        // An IPv4 client of a dual-stack listener is an IPv4 client.
        if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
            address->family = 4;
            memcpy(address->octets, (const uint8_t *)&six->sin6_addr + 12, 4);
            return;
        }
        address->family = 6;
        address->scope = six->sin6_scope_id;
        memcpy(address->octets, &six->sin6_addr, 16);
    } else if (storage->ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)storage;
        address->family = 4;
        address->port = ntohs(four->sin_port);
        memcpy(address->octets, &four->sin_addr, 4);
    }
}

void petrel_reset(int descriptor) {
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(descriptor);
}

int petrel_accept(int listener, struct petrel_address *peer) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    storage.ss_family = AF_UNSPEC;
    int descriptor = accept4(listener, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return -errno;
    from_socket_address(&storage, peer);
    int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return descriptor;
}

int petrel_listen(const struct petrel_address *address, bool reuse_port, int backlog) {
    struct sockaddr_storage storage;
    socklen_t length = to_socket_address(address, &storage);
    int descriptor = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int one = 1, zero = 0;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (reuse_port) setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    if (address->family == 6) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
    if (bind(descriptor, (struct sockaddr *)&storage, length) < 0 || listen(descriptor, backlog) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int petrel_connect(const struct petrel_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = to_socket_address(address, &storage);
    int descriptor = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(descriptor, (struct sockaddr *)&storage, length) < 0 && errno != EINPROGRESS) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int petrel_connect_from(const struct petrel_address *address, const struct petrel_address *source) {
    struct sockaddr_storage storage;
    socklen_t length = to_socket_address(source, &storage);
    int descriptor = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    // The port is chosen with the destination, so that one address has room
    // for 64k connections to each.
    if (source->port == 0) setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    int result = bind(descriptor, (struct sockaddr *)&storage, length);
    if (result == 0) {
        length = to_socket_address(address, &storage);
        result = connect(descriptor, (struct sockaddr *)&storage, length);
    }
    if (result < 0 && errno != EINPROGRESS) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int petrel_keepalive(int descriptor, int probes, int seconds, int interval) {
    int one = 1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one) < 0) return -errno;
    if (probes > 0) setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    if (seconds > 0) setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
    if (interval > 0) setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    return 0;
}

int petrel_socket_error(int descriptor) {
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
    return -error;
}

int petrel_local_address(int descriptor, struct petrel_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    storage.ss_family = AF_UNSPEC;
    if (getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0) return -errno;
    from_socket_address(&storage, address);
    return 0;
}

int petrel_peer_address(int descriptor, struct petrel_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    storage.ss_family = AF_UNSPEC;
    if (getpeername(descriptor, (struct sockaddr *)&storage, &length) < 0) return -errno;
    from_socket_address(&storage, address);
    return 0;
}

int petrel_original_destination(int descriptor, struct petrel_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    memset(&storage, 0, sizeof storage);
    if (getsockopt(descriptor, IPPROTO_IP, PETREL_SO_ORIGINAL_DST, &storage, &length) == 0
        && storage.ss_family == AF_INET) {
        from_socket_address(&storage, address);
        return 0;
    }
    length = sizeof storage;
    memset(&storage, 0, sizeof storage);
    if (getsockopt(descriptor, IPPROTO_IPV6, PETREL_SO_ORIGINAL_DST, &storage, &length) == 0
        && storage.ss_family == AF_INET6) {
        from_socket_address(&storage, address);
        return 0;
    }
    return -ENOENT;
}

int petrel_socket_kind(int descriptor) {
    int kind = 0;
    socklen_t length = sizeof kind;
    if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &kind, &length) < 0) return -errno;
    return kind == SOCK_DGRAM ? 1 : 0;
}

int petrel_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return -errno;
    return fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}

// MARK: - Datagrams

int petrel_datagram_bind(const struct petrel_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = to_socket_address(address, &storage);
    int descriptor = socket(storage.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    if (bind(descriptor, (struct sockaddr *)&storage, length) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int petrel_datagram_connect(const struct petrel_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = to_socket_address(address, &storage);
    int descriptor = socket(storage.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    if (connect(descriptor, (struct sockaddr *)&storage, length) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int petrel_datagram_want_destination(int descriptor) {
    int one = 1;
    int four = setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &one, sizeof one);
    int six = setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof one);
    return four < 0 && six < 0 ? -errno : 0;
}

ssize_t petrel_datagram_receive(int descriptor, void *buffer, size_t count,
                                struct petrel_address *peer, struct petrel_address *local) {
    struct sockaddr_storage storage;
    storage.ss_family = AF_UNSPEC;
    struct iovec vector = {buffer, count};
    _Alignas(struct cmsghdr) char control[256];
    struct msghdr message = {.msg_name = &storage, .msg_namelen = sizeof storage, .msg_iov = &vector,
                             .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t result = recvmsg(descriptor, &message, 0);
    if (result < 0) return -errno;
    from_socket_address(&storage, peer);
    memset(local, 0, sizeof *local);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
            const struct in_pktinfo *info = (const struct in_pktinfo *)CMSG_DATA(header);
            local->family = 4;
            memcpy(local->octets, &info->ipi_spec_dst, 4);
        } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
            const struct in6_pktinfo *info = (const struct in6_pktinfo *)CMSG_DATA(header);
            local->family = 6;
            memcpy(local->octets, &info->ipi6_addr, 16);
        }
    }
    return result;
}

ssize_t petrel_datagram_send(int descriptor, const void *bytes, size_t count,
                             const struct petrel_address *peer, const struct petrel_address *local) {
    struct sockaddr_storage storage;
    socklen_t length = to_socket_address(peer, &storage);
    // A dual-stack socket speaks of IPv4 peers as mapped IPv6 ones.
    int domain = AF_INET;
    socklen_t domain_length = sizeof domain;
    getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &domain_length);
    if (domain == AF_INET6 && peer->family == 4) {
        struct petrel_address mapped = {.port = peer->port, .family = 6};
        mapped.octets[10] = mapped.octets[11] = 0xff;
        memcpy(mapped.octets + 12, peer->octets, 4);
        length = to_socket_address(&mapped, &storage);
    }
    struct iovec vector = {(void *)bytes, count};
    _Alignas(struct cmsghdr) char control[128];
    memset(control, 0, sizeof control);
    struct msghdr message = {.msg_name = &storage, .msg_namelen = length, .msg_iov = &vector, .msg_iovlen = 1};
    if (local->family == 4) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(sizeof(struct in_pktinfo));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = IPPROTO_IP;
        header->cmsg_type = IP_PKTINFO;
        header->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
        memcpy(&((struct in_pktinfo *)CMSG_DATA(header))->ipi_spec_dst, local->octets, 4);
    } else if (local->family == 6) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(sizeof(struct in6_pktinfo));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = IPPROTO_IPV6;
        header->cmsg_type = IPV6_PKTINFO;
        header->cmsg_len = CMSG_LEN(sizeof(struct in6_pktinfo));
        memcpy(&((struct in6_pktinfo *)CMSG_DATA(header))->ipi6_addr, local->octets, 16);
    }
    ssize_t result = sendmsg(descriptor, &message, MSG_NOSIGNAL);
    return result < 0 ? -errno : result;
}

// MARK: - Addresses

int petrel_address_parse(const char *text, uint16_t port, struct petrel_address *address) {
    memset(address, 0, sizeof *address);
    address->port = port;
    if (inet_pton(AF_INET, text, address->octets) == 1) {
        address->family = 4;
        return 1;
    }
    char plain[64];
    const char *zone = strchr(text, '%');
    if (zone) {
        size_t count = (size_t)(zone - text);
        if (count >= sizeof plain) return 0;
        memcpy(plain, text, count);
        plain[count] = 0;
        address->scope = if_nametoindex(zone + 1);
        text = plain;
    }
    if (inet_pton(AF_INET6, text, address->octets) == 1) {
        address->family = 6;
        return 1;
    }
    return 0;
}

int petrel_address_format(const struct petrel_address *address, char *text, size_t count) {
    if (count == 0) return 0;
    text[0] = 0;
    if (address->family == 0) return 0;
    if (!inet_ntop(address->family == 6 ? AF_INET6 : AF_INET, address->octets, text, (socklen_t)count)) return 0;
    return (int)strlen(text);
}

const uint8_t *petrel_find(const uint8_t *bytes, size_t count, const uint8_t *needle, size_t needle_count) {
    return memmem(bytes, count, needle, needle_count);
}
