#include <doctest/doctest.h>

#include <string>

#include "peer_limits.h"

using telefoon::Allowance;
using telefoon::PeerLimits;
using telefoon::Source;

namespace {

const Allowance INVITES = {10, 20}, WRONG_NUMBERS = {2, 4};
const Source ONE = Source::read("192.0.2.1"), OTHER = Source::read("192.0.2.2");

unsigned taken(PeerLimits &limits, const Source &source, unsigned tries, double now)
{
    unsigned count = 0;
    for (unsigned i = 0; i < tries; ++i)
        count += limits.take(source, now);
    return count;
}

} // namespace

TEST_CASE("a peer begins so many calls a second, twice as many at once, and others are not in its way")
{
    PeerLimits limits(INVITES, WRONG_NUMBERS);

    CHECK(taken(limits, ONE, 100, 0) == 20);
    CHECK(taken(limits, OTHER, 100, 0) == 20);
    CHECK(taken(limits, ONE, 100, 1) == 10);
}

TEST_CASE("a peer that calls numbers that there are not begins no more calls than it may call of these")
{
    PeerLimits limits(INVITES, WRONG_NUMBERS);
    for (unsigned i = 0; i < 4; ++i)
        limits.called_wrong_number(ONE, 0);

    CHECK(taken(limits, ONE, 5, 0) == 1);
    CHECK(taken(limits, OTHER, 5, 0) == 5);
    CHECK(taken(limits, ONE, 5, 0.5) == 1);
}

TEST_CASE("a call to a number that there is counts nothing")
{
    PeerLimits limits(INVITES, WRONG_NUMBERS);
    for (unsigned i = 0; i < 4; ++i)
        limits.called_wrong_number(ONE, 0);

    for (unsigned i = 0; i < 10; ++i) {
        CHECK(limits.take(ONE, 0));
        limits.called_right_number(ONE, 0);
    }
}

TEST_CASE("a peer that calls numbers that there are again is heard as before")
{
    PeerLimits limits(INVITES, WRONG_NUMBERS);
    for (unsigned i = 0; i < 100; ++i)
        limits.called_wrong_number(ONE, 0);

    CHECK(taken(limits, ONE, 100, 2) == 20);
}

TEST_CASE("what is kept of peers does not grow beyond its room")
{
    PeerLimits limits(INVITES, WRONG_NUMBERS);
    for (unsigned i = 0; i <= PeerLimits::MOST_PEERS; ++i)
        CHECK(limits.take(Source::read("10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256)), 0));
    CHECK(taken(limits, ONE, 100, 0) == 20);
}
