#include "clock_lag.hpp"

#include <algorithm>

#include "pcm.h"

namespace telefoon {

namespace {

const std::chrono::microseconds TICK(1000000 / FRAMES_PER_S);
// The clock of the library leaves out what it is late by more than this (PJMEDIA_CLOCK, 500 ms).
const std::chrono::microseconds LEFT_OUT(400000);

ClockLag of_bridge;
std::atomic<pj_uint64_t> newest{0};

} // namespace

void ClockLag::ticked(pj_uint64_t tick, std::chrono::steady_clock::time_point now)
{
    if (begun && tick == last)
        return;
    const bool follows = begun && tick > last;
    if (follows)
        due += TICK * (long)(tick - last);
    if (!follows || now < due)
        due = now;
    begun = true;
    last = tick;
    const std::chrono::microseconds lag = std::chrono::duration_cast<std::chrono::microseconds>(now - due);
    if (lag.count() > worst_us.load())
        worst_us = (long)std::min(lag, LEFT_OUT).count();
    if (lag >= LEFT_OUT)
        due = now;
}

double ClockLag::take_worst_ms()
{
    return worst_us.exchange(0) / 1000.0;
}

void clock_ticked(pj_uint64_t tick)
{
    if (newest.exchange(tick) != tick) // the time is asked for once a tick, and not for each leg
        of_bridge.ticked(tick, std::chrono::steady_clock::now());
}

double media_clock_lag_ms()
{
    return of_bridge.take_worst_ms();
}

} // namespace telefoon
