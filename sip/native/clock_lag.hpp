// How late the media clock is, which makes all sound: where its work takes longer than 20 ms, everybody hears it.
#pragma once

#include <atomic>
#include <chrono>

#include <pjsua2.hpp>

namespace telefoon {

// Compares ticks with the time. The clock catches up by itself where it was held up for a moment; what it can't catch
// up it leaves out.
class ClockLag {
public:
    // A clock begins, whose first tick is in time. Before its first tick.
    void begin();

    // The clock does its next tick now. On the clock's thread.
    void ticked(std::chrono::steady_clock::time_point now);

    // The most since this was last asked. From any thread.
    double take_worst_ms();

private:
    bool begun = false;
    std::chrono::steady_clock::time_point due;
    std::atomic<long> worst_us{0};
};

// Look at each tick of the bridge from now on, whatever the packet times of its legs. Closes the sound device, so the
// clock is to be opened after this (setNullDev). Throws pj::Error where there is no bridge.
void watch_media_clock() PJSUA2_THROW(pj::Error);

// By how many milliseconds the media clock was late at most, since this was last asked. From any thread.
double media_clock_lag_ms();

} // namespace telefoon
