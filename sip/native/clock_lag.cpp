#include "clock_lag.hpp"

#include <algorithm>

#include "pcm.h"

namespace telefoon {

namespace {

const std::chrono::microseconds TICK(1000000 / FRAMES_PER_S);
// The clock of the library leaves out what it is late by more than this (PJMEDIA_CLOCK, 500 ms).
const std::chrono::microseconds LEFT_OUT(400000);

ClockLag of_bridge;
pj_status_t (*mixed)(pjmedia_port *, pjmedia_frame *) = nullptr; // the bridge's own work of a tick

pj_status_t mix_in_time(pjmedia_port *bridge, pjmedia_frame *frame)
{
    of_bridge.ticked(std::chrono::steady_clock::now());
    return mixed(bridge, frame);
}

} // namespace

void ClockLag::begin()
{
    begun = false;
    worst_us.store(0);
}

void ClockLag::ticked(std::chrono::steady_clock::time_point now)
{
    if (begun)
        due += TICK;
    if (!begun || now < due)
        due = now;
    begun = true;
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

void watch_media_clock()
{
    pjmedia_port *bridge = pjsua_set_no_snd_dev();
    check(bridge ? PJ_SUCCESS : PJ_ENOTFOUND, "watch_media_clock");
    if (bridge->get_frame == &mix_in_time)
        return;
    of_bridge.begin();
    mixed = bridge->get_frame;
    bridge->get_frame = &mix_in_time;
}

double media_clock_lag_ms()
{
    return of_bridge.take_worst_ms();
}

} // namespace telefoon
