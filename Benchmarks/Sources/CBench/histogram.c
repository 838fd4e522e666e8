#include "cbench.h"

static unsigned slot(uint64_t value) {
    unsigned top = 63 - __builtin_clzll(value | 1);
    unsigned shift = top > 5 ? top - 5 : 0;
    // Above 63, value >> shift lies in 32..63: half of each row is unused.
    return shift * 64 + (unsigned)(value >> shift);
}

void bench_histogram_record(bench_histogram *histogram, uint64_t nanoseconds) {
    histogram->counts[slot(nanoseconds)] += 1;
    histogram->total += 1;
    if (nanoseconds > histogram->maximum) histogram->maximum = nanoseconds;
}

uint64_t bench_histogram_quantile(const bench_histogram *histogram,
                                  double share) {
    if (histogram->total == 0) return 0;
    uint64_t wanted = (uint64_t)(share * (double)histogram->total);
    if (wanted >= histogram->total) return histogram->maximum;
    uint64_t seen = 0;
    for (unsigned index = 0; index < 64 * 64; index++) {
        seen += histogram->counts[index];
        if (seen > wanted) {
            uint64_t upper = ((uint64_t)(index % 64) + 1) << (index / 64);
            return upper < histogram->maximum ? upper : histogram->maximum;
        }
    }
    return histogram->maximum;
}
