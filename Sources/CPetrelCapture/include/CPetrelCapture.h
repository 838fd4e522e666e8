// The part of the capture that has to be C: a child process that enters its
// own user, mount and network namespaces before it runs a program, and the
// passing of descriptors over a Unix socket. Everything here is called either
// before a fork or between fork and exec, where no Swift code may run.
#ifndef PETREL_CAPTURE_H
#define PETREL_CAPTURE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Step at which entering the namespace failed; 0 means it did not fail.
enum petrel_capture_step {
    PETREL_STEP_NONE = 0,
    PETREL_STEP_UNSHARE = 1,
    PETREL_STEP_ID_MAP = 2,
    PETREL_STEP_INTERFACE = 3,
    PETREL_STEP_ROUTE = 4,
    PETREL_STEP_FIREWALL = 5,
    PETREL_STEP_SOCKET = 6,
    PETREL_STEP_MOUNT = 7,
    PETREL_STEP_SECOND_USER = 8,
    PETREL_STEP_EXEC = 9,
    PETREL_STEP_PROTOCOL = 10
};

/// The descriptors made inside the namespace, in the order they are sent.
enum petrel_capture_descriptor {
    PETREL_FD_TCP4 = 0,
    PETREL_FD_TCP6 = 1,
    PETREL_FD_DNS_UDP4 = 2,
    PETREL_FD_DNS_UDP6 = 3,
    PETREL_FD_DNS_TCP4 = 4,
    PETREL_FD_DNS_TCP6 = 5,
    PETREL_FD_COUNT = 6
};

struct petrel_capture_plan {
    /// Path of the `nft` program and the rule set it is given on standard input.
    const char *nft_path;
    const char *ruleset;
    /// Ports the redirected connections and queries arrive on.
    uint16_t tcp_port;
    uint16_t dns_port;
    /// Address (dotted IPv4) that outgoing IPv4 packets carry as their source.
    const char *source_address;
    /// Files bound over /etc/resolv.conf and /etc/nsswitch.conf, or NULL.
    const char *resolv_conf;
    const char *nsswitch_conf;
    /// Path of the program, its arguments and its environment (NULL-ended).
    const char *program;
    char *const *argv;
    char *const *envp;
};

/// Why a child could not be brought up.
struct petrel_capture_failure {
    int32_t step;
    int32_t error;
    /// 1 when the kernel has no IPv6, so the v6 descriptors are absent (-1).
    int32_t no_ipv6;
};

/// Forks a child that enters fresh namespaces, sets them up by `plan`, sends
/// PETREL_FD_COUNT descriptors, and then waits for petrel_capture_release.
/// Returns the child's pid and the parent's end of the socket in `channel`,
/// or -1 with errno.
pid_t petrel_capture_spawn(const struct petrel_capture_plan *plan, int *channel);

/// Receives the child's descriptors. 0 on success; -1 with `failure` filled in.
int petrel_capture_receive(int channel, int descriptors[PETREL_FD_COUNT],
                           struct petrel_capture_failure *failure);

/// Lets the waiting child run its program.
/// 0 when the program was started; -1 with `failure` filled in.
int petrel_capture_release(int channel, struct petrel_capture_failure *failure);

/// Sends `length` bytes with `count` descriptors in one message. 0 or -1.
int petrel_send_descriptors(int socket, const void *bytes, size_t length,
                            const int *descriptors, int count);

/// Receives up to `capacity` bytes and up to `limit` descriptors.
/// Returns the number of bytes (0 at the end of the stream) or -1; `count` is
/// the number of descriptors. Descriptors are close-on-exec.
ssize_t petrel_receive_descriptors(int socket, void *bytes, size_t capacity,
                                   int *descriptors, int limit, int *count);

/// The process and user id at the other end of a Unix socket. 0 or -1.
int petrel_peer_credentials(int socket, pid_t *pid, uid_t *uid);

#endif
