/// What the load generator and the origin share: a latency histogram, clocks
/// and readings of /proc.
#ifndef CBENCH_H
#define CBENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/// Log-linear latency histogram: 32 steps for each power of two, so a value
/// read back is at most 3.2 % too high.
typedef struct {
    uint64_t counts[64 * 64];
    uint64_t total;
    uint64_t maximum;
} bench_histogram;

/// Records one latency in nanoseconds.
void bench_histogram_record(bench_histogram *histogram, uint64_t nanoseconds);

/// The latency in nanoseconds that this share (0 to 1) of records is below.
uint64_t bench_histogram_quantile(const bench_histogram *histogram,
                                  double share);

/// The monotonic clock in nanoseconds.
uint64_t bench_now(void);

/// What a process has used so far.
typedef struct {
    /// User time of all its threads, in clock ticks.
    uint64_t user_ticks;
    /// System time of all its threads, in clock ticks.
    uint64_t system_ticks;
    /// Resident memory now, in KiB.
    uint64_t resident_kib;
    /// The most resident memory so far, in KiB.
    uint64_t peak_kib;
} bench_usage;

/// Adds up the usage of several processes; false if one is gone.
bool bench_usage_read(const pid_t *processes, int count, bench_usage *usage);

/// The most CPUs that are reported on.
#define BENCH_CPUS 64

/// Ticks each CPU has been busy and has existed, from /proc/stat.
typedef struct {
    int count;
    uint64_t busy[BENCH_CPUS];
    uint64_t total[BENCH_CPUS];
} bench_cpus;

/// Reads the counters of all CPUs.
void bench_cpus_read(bench_cpus *cpus);

/// Lists the CPUs that this process may use and returns their number.
int bench_usable_cpus(int *cpus, int limit);

/// Opens a listening TCP socket on an IPv4 address; port 0 takes a free one.
/// Writes the port it got; ends the program on failure.
int bench_listen(const char *address, uint16_t *port);

/// Ends the program with a message and, if errno is set, its text.
_Noreturn void bench_fail(const char *message);

#endif
