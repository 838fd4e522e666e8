/// The load generator's shared state: settings, counters and what the
/// protocols call back.
#ifndef LOAD_H
#define LOAD_H

#include "cbench.h"

#include <netinet/in.h>

enum { READ_SIZE = 256 * 1024, MAXIMUM_PROCESSES = 16 };

typedef struct {
    struct sockaddr_in server;
    const char *mode;
    const char *path;
    const char *host;
    int hosts;
    int connections;
    int streams;
    uint64_t length;
    double warmup;
    double duration;
    double rate;
    bool is_new_connection;
    pid_t processes[MAXIMUM_PROCESSES];
    int process_count;
} load_settings;

typedef struct {
    uint64_t requests;
    uint64_t bytes;
    uint64_t reconnects;
    uint64_t bad_status;
    uint64_t bad_length;
    uint64_t bad_framing;
    uint64_t closed;
    uint64_t not_connected;
    uint64_t late;
    bench_histogram latency;
} load_counters;

extern load_settings settings;
extern load_counters counters;
extern char read_buffer[READ_SIZE];
extern int loop;

/// One prepared request for each host.
typedef struct {
    char *bytes;
    uint32_t length;
} load_request;
extern load_request *requests;

/// The next request in turn.
const load_request *load_next_request(void);

/// The next host name in turn.
void load_host(int number, char *buffer, size_t size);

/// A connected non-blocking socket, or -1. Takes the source addresses
/// 127.0.1.1 to 127.0.1.32 in turn when every request has its own connection,
/// because one address has no more than 28,000 ports.
int load_connect(void);

/// Runs HTTP/1.1 in a closed or open loop.
void load_http1(void);

/// Runs HTTP/2 (prior knowledge) in a closed loop.
void load_http2(void);

/// Opens connections, uses each once and reports memory.
int load_idle(void);

/// The state of the run at the top of a loop turn.
typedef enum { LOAD_RUN, LOAD_END } load_state;

/// Notes the time, begins and ends the measured window.
load_state load_turn(uint64_t now);

/// Milliseconds until the window changes, for epoll_wait.
int load_wait(uint64_t now);

#endif
