#define _GNU_SOURCE
#include "CPetrelCapture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// The message the child sends: first its step and errno, with the descriptors
// attached when the step is PETREL_STEP_NONE.
static void report(int channel, int step, int error, const int *descriptors, int count, int no_ipv6) {
    struct petrel_capture_failure message = {step, error, no_ipv6};
    (void)petrel_send_descriptors(channel, &message, sizeof message, descriptors, count);
}

static int write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    size_t length = strlen(text);
    ssize_t written = write(fd, text, length);
    int error = errno;
    close(fd);
    errno = error;
    return written == (ssize_t)length ? 0 : -1;
}

static int map_ids(uid_t inner_uid, uid_t outer_uid, gid_t inner_gid, gid_t outer_gid) {
    char line[64];
    // The kernel wants setgroups denied before an unprivileged gid map.
    if (write_file("/proc/self/setgroups", "deny") < 0 && errno != ENOENT) return -1;
    snprintf(line, sizeof line, "%u %u 1", (unsigned)inner_uid, (unsigned)outer_uid);
    if (write_file("/proc/self/uid_map", line) < 0) return -1;
    snprintf(line, sizeof line, "%u %u 1", (unsigned)inner_gid, (unsigned)outer_gid);
    return write_file("/proc/self/gid_map", line);
}

static int loopback_up(const char *source_address) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    int status = ioctl(fd, SIOCSIFFLAGS, &request);
    if (status == 0) {
        // A second address under a label, so that 127.0.0.1 stays the first.
        memset(&request, 0, sizeof request);
        strcpy(request.ifr_name, "lo:mesh");
        struct sockaddr_in *address = (struct sockaddr_in *)&request.ifr_addr;
        address->sin_family = AF_INET;
        status = inet_pton(AF_INET, source_address, &address->sin_addr) == 1
            ? ioctl(fd, SIOCSIFADDR, &request) : -1;
    }
    if (status == 0) {
        struct sockaddr_in *mask = (struct sockaddr_in *)&request.ifr_netmask;
        mask->sin_family = AF_INET;
        mask->sin_addr.s_addr = 0xffffffff;
        status = ioctl(fd, SIOCSIFNETMASK, &request);
    }
    int error = errno;
    close(fd);
    errno = error;
    return status;
}

// Adds `default dev lo` for one family, so that every destination has a route
// and reaches the output hook, where the firewall redirects or refuses it.
static int default_route(int family) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) return -1;
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
        struct rtattr attribute;
        uint32_t interface;
    } request;
    memset(&request, 0, sizeof request);
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = RTM_NEWROUTE;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
    request.route.rtm_family = (unsigned char)family;
    request.route.rtm_table = RT_TABLE_MAIN;
    request.route.rtm_protocol = RTPROT_BOOT;
    request.route.rtm_scope = family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    request.route.rtm_type = RTN_UNICAST;
    request.attribute.rta_type = RTA_OIF;
    request.attribute.rta_len = RTA_LENGTH(sizeof(uint32_t));
    request.interface = if_nametoindex("lo");
    int status = -1;
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char rest[256];
    } answer;
    if (send(fd, &request, sizeof request, 0) == (ssize_t)sizeof request) {
        ssize_t length = recv(fd, &answer, sizeof answer, 0);
        if (length >= (ssize_t)(sizeof answer.header + sizeof answer.error)
            && answer.header.nlmsg_type == NLMSG_ERROR) {
            status = answer.error.error == 0 ? 0 : -1;
            errno = -answer.error.error;
        }
    }
    int error = errno;
    close(fd);
    errno = error;
    return status;
}

static int load_firewall(const struct petrel_capture_plan *plan) {
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) < 0) return -1;
    pid_t pid = fork();
    if (pid < 0) return -1;
    if (pid == 0) {
        dup2(pipes[0], STDIN_FILENO);
        char *const arguments[] = {(char *)"nft", (char *)"-f", (char *)"-", NULL};
        execve(plan->nft_path, arguments, plan->envp);
        _exit(127);
    }
    close(pipes[0]);
    size_t length = strlen(plan->ruleset);
    ssize_t written = write(pipes[1], plan->ruleset, length);
    close(pipes[1]);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    if (written != (ssize_t)length) return -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
    errno = WIFEXITED(status) && WEXITSTATUS(status) == 127 ? ENOENT : EPERM;
    return -1;
}

static int bound_socket(int family, int type, uint16_t port, int any) {
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    int status;
    if (family == AF_INET6) {
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
        struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
        address.sin6_addr = any ? in6addr_any : in6addr_loopback;
        status = bind(fd, (struct sockaddr *)&address, sizeof address);
    } else {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
        address.sin_addr.s_addr = htonl(any ? INADDR_ANY : INADDR_LOOPBACK);
        status = bind(fd, (struct sockaddr *)&address, sizeof address);
    }
    if (status == 0 && type == SOCK_STREAM) status = listen(fd, 4096);
    if (status == 0) return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

// The queries arrive with their destination rewritten to the loopback address,
// and the answers must leave from it, so the DNS sockets bind exactly there.
static int make_sockets(const struct petrel_capture_plan *plan, int descriptors[PETREL_FD_COUNT], int ipv6) {
    const struct { int family, type, dns; } wanted[PETREL_FD_COUNT] = {
        {AF_INET, SOCK_STREAM, 0}, {AF_INET6, SOCK_STREAM, 0},
        {AF_INET, SOCK_DGRAM, 1}, {AF_INET6, SOCK_DGRAM, 1},
        {AF_INET, SOCK_STREAM, 1}, {AF_INET6, SOCK_STREAM, 1},
    };
    for (int i = 0; i < PETREL_FD_COUNT; i++) {
        descriptors[i] = -1;
        if (wanted[i].family == AF_INET6 && !ipv6) continue;
        uint16_t port = wanted[i].dns ? plan->dns_port : plan->tcp_port;
        descriptors[i] = bound_socket(wanted[i].family, wanted[i].type, port, !wanted[i].dns);
        if (descriptors[i] < 0) return -1;
    }
    return 0;
}

static int hide_directory(const char *path) {
    struct stat information;
    if (stat(path, &information) != 0 || !S_ISDIR(information.st_mode)) return 0;
    return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,mode=755");
}

static int bind_file(const char *source, const char *target) {
    char resolved[4096];
    if (source == NULL || access(target, F_OK) != 0) return 0;
    // The target may be a link into /run (systemd-resolved); the bind goes over
    // the file it names.
    if (realpath(target, resolved) == NULL) return 0;
    return mount(source, resolved, NULL, MS_BIND, NULL);
}

// Name lookups could leave through a local daemon's Unix socket instead of the
// captured port 53: the resolver files are replaced, the daemons' sockets hidden.
static int isolate_resolver(const struct petrel_capture_plan *plan) {
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return -1;
    if (bind_file(plan->resolv_conf, "/etc/resolv.conf") < 0) return -1;
    if (bind_file(plan->nsswitch_conf, "/etc/nsswitch.conf") < 0) return -1;
    if (hide_directory("/run/systemd/resolve") < 0) return -1;
    return hide_directory("/run/nscd");
}

static void child(const struct petrel_capture_plan *plan, int channel) {
    uid_t uid = geteuid();
    gid_t gid = getegid();
    int descriptors[PETREL_FD_COUNT];

    if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) < 0) {
        report(channel, PETREL_STEP_UNSHARE, errno, NULL, 0, 0);
        _exit(125);
    }
    if (map_ids(0, uid, 0, gid) < 0) {
        report(channel, PETREL_STEP_ID_MAP, errno, NULL, 0, 0);
        _exit(125);
    }
    if (loopback_up(plan->source_address) < 0) {
        report(channel, PETREL_STEP_INTERFACE, errno, NULL, 0, 0);
        _exit(125);
    }
    if (default_route(AF_INET) < 0) {
        report(channel, PETREL_STEP_ROUTE, errno, NULL, 0, 0);
        _exit(125);
    }
    int ipv6 = default_route(AF_INET6) == 0;
    if (load_firewall(plan) < 0) {
        report(channel, PETREL_STEP_FIREWALL, errno, NULL, 0, !ipv6);
        _exit(125);
    }
    if (isolate_resolver(plan) < 0) {
        report(channel, PETREL_STEP_MOUNT, errno, NULL, 0, !ipv6);
        _exit(125);
    }
    if (make_sockets(plan, descriptors, ipv6) < 0) {
        report(channel, PETREL_STEP_SOCKET, errno, NULL, 0, !ipv6);
        _exit(125);
    }
    // Only the descriptors that exist are sent; the receiver knows the order.
    int sent[PETREL_FD_COUNT], count = 0;
    for (int i = 0; i < PETREL_FD_COUNT; i++)
        if (descriptors[i] >= 0) sent[count++] = descriptors[i];
    report(channel, PETREL_STEP_NONE, 0, sent, count, !ipv6);
    for (int i = 0; i < count; i++) close(sent[i]);

    char go;
    ssize_t length;
    while ((length = read(channel, &go, 1)) < 0 && errno == EINTR) {}
    if (length != 1) _exit(125);

    // A second user namespace gives the program its own user id back and takes
    // away every right over the network namespace, which the first one owns.
    if (unshare(CLONE_NEWUSER) < 0 || map_ids(uid, 0, gid, 0) < 0) {
        report(channel, PETREL_STEP_SECOND_USER, errno, NULL, 0, 0);
        _exit(125);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    execve(plan->program, plan->argv, plan->envp);
    int error = errno;
    report(channel, PETREL_STEP_EXEC, error, NULL, 0, 0);
    _exit(error == ENOENT ? 127 : 126);
}

pid_t petrel_capture_spawn(const struct petrel_capture_plan *plan, int *channel) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) return -1;
    pid_t pid = fork();
    if (pid < 0) {
        close(pair[0]);
        close(pair[1]);
        return -1;
    }
    if (pid == 0) {
        close(pair[0]);
        child(plan, pair[1]);
    }
    close(pair[1]);
    *channel = pair[0];
    return pid;
}

int petrel_capture_receive(int channel, int descriptors[PETREL_FD_COUNT],
                           struct petrel_capture_failure *failure) {
    int received[PETREL_FD_COUNT], count = 0;
    memset(failure, 0, sizeof *failure);
    ssize_t length = petrel_receive_descriptors(channel, failure, sizeof *failure, received,
                                                PETREL_FD_COUNT, &count);
    int expected = failure->no_ipv6 ? PETREL_FD_COUNT / 2 : PETREL_FD_COUNT;
    if (length != (ssize_t)sizeof *failure || (failure->step == PETREL_STEP_NONE && count != expected)) {
        for (int i = 0; i < count; i++) close(received[i]);
        failure->step = PETREL_STEP_PROTOCOL;
        failure->error = length < 0 ? errno : EPROTO;
        return -1;
    }
    if (failure->step != PETREL_STEP_NONE) return -1;
    int next = 0;
    for (int i = 0; i < PETREL_FD_COUNT; i++)
        descriptors[i] = (failure->no_ipv6 && i % 2 == 1) ? -1 : received[next++];
    return 0;
}

int petrel_capture_release(int channel, struct petrel_capture_failure *failure) {
    memset(failure, 0, sizeof *failure);
    ssize_t length;
    while ((length = write(channel, "g", 1)) < 0 && errno == EINTR) {}
    if (length != 1) {
        failure->step = PETREL_STEP_PROTOCOL;
        failure->error = errno;
        return -1;
    }
    int count = 0;
    // End of stream: the exec closed the child's end, so the program runs.
    length = petrel_receive_descriptors(channel, failure, sizeof *failure, NULL, 0, &count);
    if (length == 0) return 0;
    if (length != (ssize_t)sizeof *failure) {
        failure->step = PETREL_STEP_PROTOCOL;
        failure->error = errno;
    }
    return -1;
}
