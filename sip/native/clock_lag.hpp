// How late the media clock is, whose ticks are all sound: where its work takes longer than 20 ms, everybody hears it.
#pragma once

#include <atomic>
#include <chrono>

#include <pjsua2.hpp>

namespace telefoon {

// Compares ticks with the time. The clock catches up by itself where it was held up for a moment; what it can't catch
// up it leaves out.
class ClockLag {
public:
    // The clock does this tick now. Only the first of those with one number counts. On the clock's thread.
    void ticked(pj_uint64_t tick, std::chrono::steady_clock::time_point now);

    // The most since this was last asked. From any thread.
    double take_worst_ms();

private:
    bool begun = false;
    pj_uint64_t last = 0;
    std::chrono::steady_clock::time_point due;
    std::atomic<long> worst_us{0};
};

// A leg is at this tick of the bridge's clock.
void clock_ticked(pj_uint64_t tick);

// By how many milliseconds the media clock was late at most, since this was last asked; 0 without a call. From any
// thread.
double media_clock_lag_ms();

} // namespace telefoon
