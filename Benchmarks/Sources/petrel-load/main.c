/// The load generator of the benchmark: one thread, epoll, C.
///
///     petrel-load --port P [--address A] [--mode h1|h2|idle] [--path /1k]
///         [--length 1024] [--host NAME | --hosts K] [--connections N]
///         [--streams S] [--rate R] [--new-connection 1] [--warmup S]
///         [--duration S] [--watch PID[,PID...]]
///
/// Closed loop unless a rate is given; with one, requests have intended
/// times and latency counts from those. Every answer's status and length are
/// checked. Prints one line of JSON about the measured window, with what the
/// watched processes used in exactly that window.
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

load_settings settings = {.mode = "h1",
                          .path = "/1k",
                          .host = NULL,
                          .hosts = 1,
                          .connections = 64,
                          .streams = 8,
                          .length = 1024,
                          .warmup = 1,
                          .duration = 3};
load_counters counters;
char read_buffer[READ_SIZE];
int loop;
load_request *requests;

static uint64_t began, window_begin, window_end;
static bench_usage usage_begin, usage_end;
static bench_cpus cpus_begin, cpus_end;
static struct rusage own_begin, own_end;

void load_host(int number, char *buffer, size_t size) {
    if (settings.host) {
        snprintf(buffer, size, "%s", settings.host);
    } else {
        snprintf(buffer, size, "host-%d.bench", number);
    }
}

static void prepare_requests(void) {
    requests = calloc((size_t)settings.hosts, sizeof *requests);
    if (!requests) bench_fail("memory");
    for (int index = 0; index < settings.hosts; index++) {
        char host[128], bytes[1024];
        load_host(index, host, sizeof host);
        int size = snprintf(
            bytes, sizeof bytes,
            "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: petrel-load/1.0\r\n"
            "Accept: text/html,application/json;q=0.9,*/*;q=0.8\r\n"
            "Accept-Language: en-GB\r\nAccept-Encoding: gzip, br\r\n"
            "Cache-Control: no-cache\r\nCookie: session=0123456789\r\n\r\n",
            settings.path, host);
        requests[index].bytes = strndup(bytes, (size_t)size);
        requests[index].length = (uint32_t)size;
        if (!requests[index].bytes) bench_fail("memory");
    }
}

const load_request *load_next_request(void) {
    static int turn;
    const load_request *request = &requests[turn];
    turn = turn + 1 == settings.hosts ? 0 : turn + 1;
    return request;
}

int load_connect(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) bench_fail("socket");
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (settings.is_new_connection) {
        static uint32_t source;
        struct sockaddr_in name = {.sin_family = AF_INET};
        name.sin_addr.s_addr = htonl(0x7f000101 + source++ % 32);
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        if (bind(fd, (struct sockaddr *)&name, sizeof name) != 0)
            bench_fail("bind");
    }
    // On loopback the kernel completes the handshake within this call.
    if (connect(fd, (struct sockaddr *)&settings.server,
                sizeof settings.server) != 0) {
        close(fd);
        return -1;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void take_readings(bench_usage *usage, bench_cpus *cpus,
                          struct rusage *own) {
    if (settings.process_count > 0 &&
        !bench_usage_read(settings.processes, settings.process_count, usage))
        bench_fail("the watched process is gone");
    bench_cpus_read(cpus);
    getrusage(RUSAGE_SELF, own);
}

load_state load_turn(uint64_t now) {
    if (window_begin == 0 && now >= began + (uint64_t)(settings.warmup * 1e9)) {
        memset(&counters, 0, sizeof counters);
        take_readings(&usage_begin, &cpus_begin, &own_begin);
        window_begin = bench_now();
        return LOAD_RUN;
    }
    if (window_begin != 0 &&
        now >= window_begin + (uint64_t)(settings.duration * 1e9)) {
        take_readings(&usage_end, &cpus_end, &own_end);
        window_end = now;
        return LOAD_END;
    }
    return LOAD_RUN;
}

int load_wait(uint64_t now) {
    uint64_t next = window_begin == 0
                        ? began + (uint64_t)(settings.warmup * 1e9)
                        : window_begin + (uint64_t)(settings.duration * 1e9);
    return next > now ? (int)((next - now) / 1000000) + 1 : 0;
}

static double seconds(const struct rusage *usage) {
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

static void report(void) {
    double length = (double)(window_end - window_begin) / 1e9;
    double tick = (double)sysconf(_SC_CLK_TCK);
    double user = (double)(usage_end.user_ticks - usage_begin.user_ticks) / tick;
    double system =
        (double)(usage_end.system_ticks - usage_begin.system_ticks) / tick;
    const bench_histogram *latency = &counters.latency;
    printf("{\"seconds\":%.4f,\"requests\":%llu,\"requests_per_second\":%.1f,"
           "\"bytes\":%llu,",
           length, (unsigned long long)counters.requests,
           (double)counters.requests / length,
           (unsigned long long)counters.bytes);
    printf("\"errors\":{\"status\":%llu,\"length\":%llu,\"framing\":%llu,"
           "\"closed\":%llu,\"not_connected\":%llu,\"not_sent\":%llu},"
           "\"reconnects\":%llu,",
           (unsigned long long)counters.bad_status,
           (unsigned long long)counters.bad_length,
           (unsigned long long)counters.bad_framing,
           (unsigned long long)counters.closed,
           (unsigned long long)counters.not_connected,
           (unsigned long long)counters.late,
           (unsigned long long)counters.reconnects);
    printf("\"latency_us\":{\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,"
           "\"p999\":%.1f,\"max\":%.1f},",
           (double)bench_histogram_quantile(latency, 0.5) / 1e3,
           (double)bench_histogram_quantile(latency, 0.9) / 1e3,
           (double)bench_histogram_quantile(latency, 0.99) / 1e3,
           (double)bench_histogram_quantile(latency, 0.999) / 1e3,
           (double)latency->maximum / 1e3);
    printf("\"proxy\":{\"user_seconds\":%.3f,\"system_seconds\":%.3f,"
           "\"resident_kib_begin\":%llu,\"resident_kib_end\":%llu,"
           "\"resident_kib_peak\":%llu},",
           user, system, (unsigned long long)usage_begin.resident_kib,
           (unsigned long long)usage_end.resident_kib,
           (unsigned long long)usage_end.peak_kib);
    printf("\"load_cpu_seconds\":%.3f,\"cpu_busy\":[",
           seconds(&own_end) - seconds(&own_begin));
    for (int index = 0; index < cpus_end.count; index++) {
        uint64_t total = cpus_end.total[index] - cpus_begin.total[index];
        uint64_t busy = cpus_end.busy[index] - cpus_begin.busy[index];
        printf("%s%.3f", index ? "," : "",
               total ? (double)busy / (double)total : 0);
    }
    printf("]}\n");
}

static void read_option(const char *name, char *value) {
    if (!strcmp(name, "--mode")) settings.mode = value;
    else if (!strcmp(name, "--path")) settings.path = value;
    else if (!strcmp(name, "--host")) settings.host = value;
    else if (!strcmp(name, "--hosts")) settings.hosts = atoi(value);
    else if (!strcmp(name, "--connections")) settings.connections = atoi(value);
    else if (!strcmp(name, "--streams")) settings.streams = atoi(value);
    else if (!strcmp(name, "--length"))
        settings.length = strtoull(value, NULL, 10);
    else if (!strcmp(name, "--warmup")) settings.warmup = atof(value);
    else if (!strcmp(name, "--duration")) settings.duration = atof(value);
    else if (!strcmp(name, "--rate")) settings.rate = atof(value);
    else if (!strcmp(name, "--new-connection"))
        settings.is_new_connection = atoi(value) != 0;
    else if (!strcmp(name, "--port"))
        settings.server.sin_port = htons((uint16_t)atoi(value));
    else if (!strcmp(name, "--address")) {
        if (inet_pton(AF_INET, value, &settings.server.sin_addr) != 1)
            bench_fail("not an IPv4 address");
    } else if (!strcmp(name, "--watch")) {
        for (char *part = strtok(value, ","); part; part = strtok(NULL, ",")) {
            if (settings.process_count == MAXIMUM_PROCESSES)
                bench_fail("too many processes to watch");
            settings.processes[settings.process_count++] = atoi(part);
        }
    } else {
        fprintf(stderr, "error: unknown option %s\n", name);
        exit(64);
    }
}

int main(int count, char **arguments) {
    settings.server.sin_family = AF_INET;
    settings.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (count % 2 == 0) bench_fail("every option takes a value");
    for (int index = 1; index + 1 < count; index += 2)
        read_option(arguments[index], arguments[index + 1]);
    if (settings.server.sin_port == 0) bench_fail("--port is missing");
    if (settings.hosts < 1 || settings.connections < 1 ||
        settings.streams < 1 || settings.duration <= 0 ||
        settings.duration > 600 || settings.warmup > 60)
        bench_fail("an option is out of range");
    // Only this machine is ever loaded.
    if (ntohl(settings.server.sin_addr.s_addr) >> 24 != 127)
        bench_fail("the address is not a loopback address");

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_TIMERSLACK, 1);
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    prepare_requests();
    if (!strcmp(settings.mode, "idle")) return load_idle();
    loop = epoll_create1(EPOLL_CLOEXEC);
    began = bench_now();
    if (!strcmp(settings.mode, "h2")) load_http2();
    else if (!strcmp(settings.mode, "h1")) load_http1();
    else bench_fail("unknown mode");
    report();
    return 0;
}
