#include <doctest/doctest.h>

#include "source_limits.h"

using telefoon::Ban;
using telefoon::LimitRules;
using telefoon::Networks;
using telefoon::Source;
using telefoon::SourceLimits;

namespace {

const LimitRules RULES = {{{10, 20}, {1, 2}, {0.1, 3}, {0.1, 3}}, 100};
const double MINUTE = 60, DAY = 86400;

Source at(const std::string &address)
{
    return Source::read(address);
}

unsigned taken(SourceLimits &limits, const Source &source, unsigned tries, double now)
{
    unsigned count = 0;
    for (unsigned i = 0; i < tries; ++i)
        count += limits.take(source, telefoon::MESSAGES, now);
    return count;
}

// Sends too much, from this moment on.
void exceed(SourceLimits &limits, const Source &source, double now)
{
    taken(limits, source, 21, now);
}

} // namespace

TEST_CASE("a network has its addresses and no others, of either version")
{
    Networks networks;
    networks.use({"192.0.2.0/24", "198.51.100.7", "2001:db8:1::/48", "::1/128"});

    for (const char *known : {"192.0.2.0", "192.0.2.255", "198.51.100.7", "2001:db8:1:ffff::9", "::1"})
        CHECK(networks.have(at(known)));
    for (const char *unknown : {"192.0.3.0", "198.51.100.8", "2001:db8:2::1", "::2", "0.0.0.1"})
        CHECK_FALSE(networks.have(at(unknown)));
}

TEST_CASE("a network of all addresses has those of its version alone")
{
    Networks networks;
    networks.use({"0.0.0.0/0"});

    CHECK(networks.have(at("203.0.113.9")));
    CHECK_FALSE(networks.have(at("2001:db8::1")));
}

TEST_CASE("an address of IPv4 that came by a socket of IPv6 is the same")
{
    CHECK(at("::ffff:192.0.2.1") == at("192.0.2.1"));
    CHECK(at("::ffff:192.0.2.1").text() == "192.0.2.1");
}

TEST_CASE("so many messages at once are heard, and as many as come in the time since")
{
    SourceLimits limits(RULES);

    CHECK(taken(limits, at("192.0.2.1"), 20, 0) == 20);
    CHECK(taken(limits, at("192.0.2.1"), 5, 0.5) == 5);
    CHECK_FALSE(limits.is_banned(at("192.0.2.1"), 0.5));
}

TEST_CASE("whoever sends more is banned for a minute, and others are heard")
{
    SourceLimits limits(RULES);
    exceed(limits, at("192.0.2.1"), 0);

    CHECK(taken(limits, at("192.0.2.1"), 1, MINUTE - 1) == 0);
    CHECK(taken(limits, at("192.0.2.2"), 1, MINUTE - 1) == 1);
    CHECK(taken(limits, at("192.0.2.1"), 1, MINUTE + 1) == 1);
    CHECK(limits.new_bans().size() == 1);
    CHECK(limits.new_bans().empty());
}

TEST_CASE("each ban that follows is twice as long, up to a day")
{
    SourceLimits limits(RULES);
    double now = 0;
    for (double expected : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440}) {
        exceed(limits, at("192.0.2.1"), now);
        const std::vector<Ban> begun = limits.new_bans();
        REQUIRE(begun.size() == 1);
        CHECK(begun[0].until_s - now == doctest::Approx(expected * MINUTE));
        now = begun[0].until_s + 1;
    }
}

TEST_CASE("whoever behaves for a day after a ban begins anew")
{
    SourceLimits limits(RULES);
    exceed(limits, at("192.0.2.1"), 0);
    exceed(limits, at("192.0.2.1"), MINUTE);
    limits.new_bans();

    exceed(limits, at("192.0.2.1"), 3 * MINUTE + DAY + 1);

    CHECK(limits.new_bans()[0].times == 1);
}

TEST_CASE("of IPv6 a limit holds for the 64 bits that whoever has an address has")
{
    SourceLimits limits(RULES);
    for (unsigned i = 0; i < 21; ++i)
        limits.take(at("2001:db8::" + std::to_string(i + 1)), telefoon::MESSAGES, 0);

    CHECK(limits.is_banned(at("2001:db8::abcd"), 1));
    CHECK_FALSE(limits.is_banned(at("2001:db8:0:1::1"), 1));
    CHECK(limits.bans(1)[0].holder.text() == "2001:db8::");
}

TEST_CASE("forged sources neither fill the table nor drive bans out of it")
{
    SourceLimits limits(RULES);
    exceed(limits, at("198.51.100.1"), 0);
    for (unsigned i = 0; i < 100000; ++i)
        limits.take(
            at("10." + std::to_string(i >> 16) + "." + std::to_string((i >> 8) & 255) + "." + std::to_string(i & 255)),
            telefoon::MESSAGES, 1);

    CHECK(limits.size() == 100);
    CHECK(limits.is_banned(at("198.51.100.1"), 1));
}

TEST_CASE("bans take no more than half of the table, beyond which there is silence without a ban")
{
    SourceLimits limits(RULES);
    for (unsigned i = 0; i < 200; ++i)
        exceed(limits, at("192.0.2." + std::to_string(i)), 0);

    CHECK(limits.bans(1).size() == 50);
    CHECK(limits.size() == 100);
}

TEST_CASE("a ban is made and lifted by hand, and ends")
{
    SourceLimits limits(RULES);
    limits.ban(at("192.0.2.1"), 100, 1, telefoon::COUNTED);
    limits.ban(at("192.0.2.2"), 100, 1, telefoon::COUNTED);

    CHECK(limits.lift(at("192.0.2.1")));
    CHECK_FALSE(limits.lift(at("192.0.2.1")));
    CHECK_FALSE(limits.is_banned(at("192.0.2.1"), 1));
    CHECK(limits.is_banned(at("192.0.2.2"), 1));
    CHECK_FALSE(limits.is_banned(at("192.0.2.2"), 101));
}
