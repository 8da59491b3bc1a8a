#include <doctest/doctest.h>

#include <chrono>
#include <thread>
#include <vector>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "waker.hpp"

namespace {

struct Told {
    pjsua_call_id call;
    unsigned digit;
    std::thread::id thread;
};

std::vector<Told> told;

// As pjsua2 does, which then looks for its call.
void tell(pjsua_call_id call, const pjsua_dtmf_event *event)
{
    told.push_back(Told{call, event->digit, std::this_thread::get_id()});
}

void open_once()
{
    static bool open = false;
    if (open)
        return;
    open = true;
    pjsua_var.ua_cfg.cb.on_dtmf_event = &tell;
    telefoon::open_waker();
}

// As the SIP thread waits; the seconds that it took.
double wait(long at_most_s)
{
    pj_time_val most = {at_most_s, 0};
    const auto before = std::chrono::steady_clock::now();
    pjsip_endpt_handle_events(pjsua_get_pjsip_endpt(), &most);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
}

// As the library tells a key on a thread of the media.
void press(pjsua_call_id call, char digit)
{
    pjsua_dtmf_event event = pjsua_dtmf_event();
    event.digit = (unsigned)digit;
    std::thread([&] { pjsua_var.ua_cfg.cb.on_dtmf_event(call, &event); }).join();
}

} // namespace

TEST_CASE("the SIP thread's wait ends when somebody wakes it")
{
    open_once();
    std::thread other([] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        telefoon::wake();
    });

    const double waited_s = wait(20);
    other.join();

    CHECK(waited_s < 10);
}

TEST_CASE("who wakes before the wait begins ends that wait")
{
    open_once();

    telefoon::wake();
    telefoon::wake();

    CHECK(wait(20) < 10);
}

TEST_CASE("keys are told on the SIP thread in their order")
{
    open_once();
    told.clear();

    press(3, '1');
    press(3, '#');
    const size_t at_once = told.size();
    wait(20);

    CHECK(at_once == 0);
    REQUIRE(told.size() == 2);
    CHECK(told[0].call == 3);
    CHECK(told[0].digit == '1');
    CHECK(told[1].digit == '#');
    const bool on_this_thread = told[0].thread == std::this_thread::get_id();
    CHECK(on_this_thread);
}
