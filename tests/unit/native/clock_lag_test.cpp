#include <doctest/doctest.h>

#include "clock_lag.hpp"

using namespace telefoon;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST_CASE("a clock whose ticks are even is not late")
{
    ClockLag lag;
    const steady_clock::time_point began = steady_clock::now();

    for (int i = 0; i < 100; ++i)
        lag.ticked(began + milliseconds(20 * i));

    CHECK(lag.take_worst_ms() == 0);
}

TEST_CASE("a clock that was held up is late by that until it has caught up")
{
    ClockLag lag;
    const steady_clock::time_point began = steady_clock::now();

    lag.ticked(began);
    lag.ticked(began + milliseconds(90));
    const double held_up = lag.take_worst_ms();
    lag.ticked(began + milliseconds(91));
    lag.ticked(began + milliseconds(92));
    const double catching_up = lag.take_worst_ms();
    lag.ticked(began + milliseconds(80));
    lag.ticked(began + milliseconds(100));

    CHECK(held_up == 70);
    CHECK(catching_up == 51);
    CHECK(lag.take_worst_ms() == 0);
}

TEST_CASE("a clock whose work takes longer than a tick becomes later and later")
{
    ClockLag lag;
    const steady_clock::time_point began = steady_clock::now();

    for (int i = 0; i <= 20; ++i)
        lag.ticked(began + milliseconds(25 * i));

    CHECK(lag.take_worst_ms() == 100);
}

TEST_CASE("what the clock leaves out is told once and then forgotten")
{
    ClockLag lag;
    const steady_clock::time_point began = steady_clock::now();

    lag.ticked(began);
    lag.ticked(began + milliseconds(5000));
    const double stood_still = lag.take_worst_ms();
    lag.ticked(began + milliseconds(5020));

    CHECK(stood_still == 400);
    CHECK(lag.take_worst_ms() == 0);
}

TEST_CASE("a clock that begins anew, as with another endpoint, is not late")
{
    ClockLag lag;
    const steady_clock::time_point began = steady_clock::now();

    lag.ticked(began);
    lag.begin();
    lag.ticked(began + milliseconds(3000));

    CHECK(lag.take_worst_ms() == 0);
}
