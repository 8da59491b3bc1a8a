#include <doctest/doctest.h>

#include <string>

#include <pjsua-lib/pjsua.h>

#include "ice_description.h"

using telefoon::checking_far_end;
using telefoon::is_mismatched;
using telefoon::speaks_ice;

namespace {

const std::string KNOWN = "a=ice-ufrag:far\r\na=ice-pwd:a-password-of-22-letters\r\n";

struct Description {
    pj_pool_t *pool = pjsua_pool_create("sdp", 4000, 4000);
    pjmedia_sdp_session *parsed = NULL;
    std::string text;

    // Of a line of audio with `of_line` behind it, at 192.0.2.1:4000 unless told otherwise.
    explicit Description(const std::string &of_line, const std::string &of_all = "",
                         const std::string &at = "IN IP4 192.0.2.1", int port = 4000)
        : text("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=" + at + "\r\nt=0 0\r\n" + of_all + "m=audio " +
               std::to_string(port) + " RTP/AVP 8\r\n" + of_line)
    {
        REQUIRE(pjmedia_sdp_parse(pool, &text[0], text.size(), &parsed) == PJ_SUCCESS);
    }

    ~Description() { pj_pool_release(pool); }
};

std::string candidate(const std::string &address, int port = 4000, int component = 1)
{
    return "a=candidate:1 " + std::to_string(component) + " UDP 2130706431 " + address + " " + std::to_string(port) +
           " typ host\r\n";
}

} // namespace

TEST_CASE("a far end is known by its line, or else by all of its description")
{
    CHECK(checking_far_end(Description(KNOWN).parsed, 0).ufrag == "far");
    CHECK(checking_far_end(Description("", KNOWN).parsed, 0).pwd == "a-password-of-22-letters");
    CHECK(checking_far_end(Description("a=ice-ufrag:line\r\n", KNOWN).parsed, 0).ufrag == "line");
}

TEST_CASE("a far end without a name and a password speaks no ICE")
{
    CHECK_FALSE(speaks_ice(Description(candidate("192.0.2.1")).parsed, 0));
    CHECK_FALSE(speaks_ice(Description("a=ice-ufrag:far\r\n").parsed, 0));
    CHECK_FALSE(speaks_ice(Description(KNOWN).parsed, 1));
}

TEST_CASE("a far end that is lite does no checks")
{
    CHECK(checking_far_end(Description(KNOWN, "a=ice-lite\r\n").parsed, 0).ufrag.empty());
}

TEST_CASE("a far end that finds our description changed does no checks")
{
    CHECK(checking_far_end(Description(KNOWN + "a=ice-mismatch\r\n").parsed, 0).ufrag.empty());
}

TEST_CASE("media that go to none of their candidates were changed on the way")
{
    CHECK_FALSE(is_mismatched(Description(KNOWN + candidate("192.0.2.1")).parsed, 0));
    CHECK(is_mismatched(Description(KNOWN + candidate("192.0.2.2")).parsed, 0));
    CHECK(is_mismatched(Description(KNOWN + candidate("192.0.2.1", 4002)).parsed, 0));
    CHECK(is_mismatched(Description(KNOWN + candidate("192.0.2.1", 4000, 2)).parsed, 0));
    CHECK_FALSE(is_mismatched(Description(KNOWN + candidate("192.0.2.2") + candidate("192.0.2.1")).parsed, 0));
}

TEST_CASE("an address of IPv6 is the same however it is written")
{
    CHECK_FALSE(is_mismatched(Description(KNOWN + candidate("2001:DB8:0::1"), "", "IN IP6 2001:db8::1").parsed, 0));
}

TEST_CASE("who holds, tells candidates later or has the name of a host was not changed")
{
    CHECK_FALSE(is_mismatched(Description(KNOWN + candidate("192.0.2.1"), "", "IN IP4 0.0.0.0").parsed, 0));
    CHECK_FALSE(is_mismatched(Description(KNOWN + candidate("192.0.2.2"), "", "IN IP4 192.0.2.1", 9).parsed, 0));
    CHECK_FALSE(is_mismatched(Description(KNOWN + candidate("192.0.2.2"), "", "IN IP4 far.example").parsed, 0));
    CHECK_FALSE(is_mismatched(Description(KNOWN).parsed, 0));
}

TEST_CASE("a candidate that is cut off leads nowhere")
{
    CHECK(is_mismatched(Description(KNOWN + "a=candidate:1 1 UDP\r\n").parsed, 0));
    CHECK(is_mismatched(Description(KNOWN + "a=candidate:\r\n").parsed, 0));
}
