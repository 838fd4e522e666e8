#define _GNU_SOURCE
#include "cbench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

_Noreturn void bench_fail(const char *message) {
    if (errno != 0) {
        fprintf(stderr, "error: %s: %s\n", message, strerror(errno));
    } else {
        fprintf(stderr, "error: %s\n", message);
    }
    exit(70);
}

uint64_t bench_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static bool read_one(pid_t process, bench_usage *usage) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    FILE *file = fopen(path, "r");
    if (!file) return false;
    bool is_read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    // The name in parentheses may hold anything: count from its end.
    char *rest = is_read ? strrchr(line, ')') : NULL;
    unsigned long user, system;
    if (!rest || sscanf(rest + 2,
                        "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                        &user, &system) != 2)
        return false;
    usage->user_ticks += user;
    usage->system_ticks += system;

    snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    file = fopen(path, "r");
    if (!file) return false;
    while (fgets(line, sizeof line, file)) {
        unsigned long value;
        if (sscanf(line, "VmRSS: %lu", &value) == 1)
            usage->resident_kib += value;
        if (sscanf(line, "VmHWM: %lu", &value) == 1) usage->peak_kib += value;
    }
    fclose(file);
    return true;
}

bool bench_usage_read(const pid_t *processes, int count, bench_usage *usage) {
    memset(usage, 0, sizeof *usage);
    for (int index = 0; index < count; index++)
        if (!read_one(processes[index], usage)) return false;
    return true;
}

void bench_cpus_read(bench_cpus *cpus) {
    memset(cpus, 0, sizeof *cpus);
    FILE *file = fopen("/proc/stat", "r");
    if (!file) return;
    char line[512];
    while (fgets(line, sizeof line, file)) {
        unsigned long long field[8] = {0};
        int number;
        if (sscanf(line, "cpu%d %llu %llu %llu %llu %llu %llu %llu %llu",
                   &number, &field[0], &field[1], &field[2], &field[3],
                   &field[4], &field[5], &field[6], &field[7]) < 8)
            continue;
        if (number < 0 || number >= BENCH_CPUS) continue;
        uint64_t total = 0;
        for (int index = 0; index < 8; index++) total += field[index];
        cpus->total[number] = total;
        cpus->busy[number] = total - field[3] - field[4];
        if (number >= cpus->count) cpus->count = number + 1;
    }
    fclose(file);
}

int bench_usable_cpus(int *cpus, int limit) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    int count = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE && count < limit; cpu++)
        if (CPU_ISSET(cpu, &set)) cpus[count++] = cpu;
    return count;
}

int bench_listen(const char *address, uint16_t *port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) bench_fail("socket");
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons(*port)};
    socklen_t size = sizeof name;
    if (inet_pton(AF_INET, address, &name.sin_addr) != 1)
        bench_fail("not an IPv4 address");
    if (bind(fd, (struct sockaddr *)&name, size) != 0 || listen(fd, 4096) != 0)
        bench_fail("listen");
    getsockname(fd, (struct sockaddr *)&name, &size);
    *port = ntohs(name.sin_port);
    return fd;
}
