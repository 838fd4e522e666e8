// Passing open descriptors between processes over a Unix domain socket.

#define _GNU_SOURCE
#include "CPetrelSystem.h"

#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>

static int unix_address(const char *path, struct sockaddr_un *address, socklen_t *length) {
    size_t count = strlen(path);
    if (count == 0 || count >= sizeof address->sun_path) return -ENAMETOOLONG;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, count);
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + count + 1);
    return 0;
}

int petrel_unix_listen(const char *path) {
    struct sockaddr_un address;
    socklen_t length;
    int result = unix_address(path, &address, &length);
    if (result < 0) return result;
    // Bound under another name first, so that the path always leads to somebody.
    char temporary[sizeof address.sun_path + 8];
    snprintf(temporary, sizeof temporary, "%s.new", path);
    struct sockaddr_un own;
    socklen_t own_length;
    result = unix_address(temporary, &own, &own_length);
    if (result < 0) return result;
    int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    unlink(temporary);
    if (bind(descriptor, (struct sockaddr *)&own, own_length) < 0 || chmod(temporary, 0600) < 0 ||
        listen(descriptor, 4) < 0 || rename(temporary, path) < 0) {
        result = -errno;
        close(descriptor);
        return result;
    }
    return descriptor;
}

int petrel_unix_connect(const char *path) {
    struct sockaddr_un address;
    socklen_t length;
    int result = unix_address(path, &address, &length);
    if (result < 0) return result;
    int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    if (connect(descriptor, (struct sockaddr *)&address, length) < 0) {
        result = -errno;
        close(descriptor);
        return result;
    }
    return descriptor;
}

bool petrel_peer_is_self(int descriptor) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == geteuid();
}

ssize_t petrel_send_descriptor(int socket, const void *bytes, size_t count, int descriptor) {
    struct iovec vector = {(void *)bytes, count};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (descriptor >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    }
    ssize_t result = sendmsg(socket, &message, MSG_NOSIGNAL);
    return result < 0 ? -errno : result;
}

ssize_t petrel_receive_descriptor(int socket, void *bytes, size_t count, int *descriptor) {
    struct iovec vector = {bytes, count};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    *descriptor = -1;
    ssize_t result = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (result < 0) return -errno;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
            memcpy(descriptor, CMSG_DATA(header), sizeof(int));
    }
    return result;
}
