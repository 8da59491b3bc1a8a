#include <doctest/doctest.h>

#include <cstring>

#include <pjnath.h>
#include <pjsua-lib/pjsua.h>

#include "ice_session.h"

using telefoon::IceCredentials;
using telefoon::IceSession;
using telefoon::IceVerdict;

namespace {

const bool RTP = false, RTCP = true;
const pj_size_t FINGERPRINT_BYTES = 8;
const IceCredentials FAR_END = {"farend", "a-password-of-22-letters"};
const IceCredentials FAR_END_ANEW = {"farnew", "another-one-of-22-letters"};

pj_sockaddr at(int port)
{
    pj_sockaddr made;
    pj_str_t host = pj_str((char *)"192.0.2.1");
    pj_sockaddr_init(pj_AF_INET(), &made, &host, (pj_uint16_t)port);
    return made;
}

// What a full side sends to whom it knows by these credentials.
struct Check {
    IceCredentials to;
    bool nominates = false;
    unsigned priority = 1000;

    std::vector<pj_uint8_t> bytes() const
    {
        pj_pool_t *pool = pjsua_pool_create("check", 1000, 1000);
        pj_stun_msg *made = NULL;
        const std::string user = to.ufrag + ":" + FAR_END.ufrag;
        const pj_str_t name = pj_str((char *)user.c_str()), key = pj_str((char *)to.pwd.c_str());
        std::vector<pj_uint8_t> bytes(500);
        pj_size_t size = 0;
        pj_stun_msg_create(pool, PJ_STUN_BINDING_REQUEST, PJ_STUN_MAGIC, NULL, &made);
        pj_stun_msg_add_string_attr(pool, made, PJ_STUN_ATTR_USERNAME, &name);
        pj_stun_msg_add_uint_attr(pool, made, PJ_STUN_ATTR_PRIORITY, priority);
        if (nominates)
            pj_stun_msg_add_empty_attr(pool, made, PJ_STUN_ATTR_USE_CANDIDATE);
        pj_stun_msg_add_msgint_attr(pool, made);
        pj_stun_msg_add_uint_attr(pool, made, PJ_STUN_ATTR_FINGERPRINT, 0);
        REQUIRE(pj_stun_msg_encode(made, &bytes[0], bytes.size(), 0, &key, &size) == PJ_SUCCESS);
        pj_pool_release(pool);
        bytes.resize(size);
        return bytes;
    }
};

struct Answer {
    unsigned type, error;
    std::string mapped;
};

Answer read(const std::vector<pj_uint8_t> &bytes)
{
    pj_pool_t *pool = pjsua_pool_create("answer", 1000, 1000);
    pj_stun_msg *read = NULL;
    Answer answer = {0, 0, ""};
    char text[PJ_INET6_ADDRSTRLEN + 10];
    REQUIRE(pj_stun_msg_decode(pool, &bytes[0], bytes.size(), PJ_STUN_IS_DATAGRAM | PJ_STUN_CHECK_PACKET, &read, NULL,
                               NULL) == PJ_SUCCESS);
    answer.type = read->hdr.type;
    if (const void *found = pj_stun_msg_find_attr(read, PJ_STUN_ATTR_ERROR_CODE, 0))
        answer.error = (unsigned)((const pj_stun_errcode_attr *)found)->err_code;
    if (const void *found = pj_stun_msg_find_attr(read, PJ_STUN_ATTR_XOR_MAPPED_ADDR, 0))
        answer.mapped = pj_sockaddr_print(&((const pj_stun_sockaddr_attr *)found)->sockaddr, text, sizeof text, 1);
    pj_pool_release(pool);
    return answer;
}

// A session whose far end does checks.
struct Line {
    IceSession session;

    Line()
    {
        session.offered(FAR_END);
        session.agreed(FAR_END);
    }

    IceVerdict take(const Check &check, int port, bool is_rtcp = RTP)
    {
        const std::vector<pj_uint8_t> bytes = check.bytes();
        return session.take(is_rtcp, &bytes[0], bytes.size(), at(port));
    }

    pjmedia_udp_verdict sound(int port, bool is_rtcp = RTP)
    {
        const pj_uint8_t packet[12] = {0x80};
        return session.take(is_rtcp, packet, sizeof packet, at(port)).packet;
    }
};

} // namespace

TEST_CASE("a check is told whence it came, and is no sound")
{
    Line line;

    const IceVerdict verdict = line.take({line.session.ours()}, 4000);

    CHECK(verdict.packet == PJMEDIA_UDP_DROP);
    CHECK_FALSE(verdict.leads);
    CHECK(read(verdict.answer).type == PJ_STUN_BINDING_RESPONSE);
    CHECK(read(verdict.answer).mapped == "192.0.2.1:4000");
}

TEST_CASE("a check with another password is refused, and changes nothing")
{
    Line line;

    const IceVerdict verdict = line.take({{line.session.ours().ufrag, "guessed-guessed-guessed"}, true}, 4000);

    CHECK_FALSE(verdict.leads);
    CHECK(read(verdict.answer).error == 401);
    CHECK(line.sound(4000) == PJMEDIA_UDP_DROP);
}

TEST_CASE("a check with another name is refused, also with the password")
{
    Line line;

    const IceVerdict verdict = line.take({{"other", line.session.ours().pwd}, true}, 4000);

    CHECK_FALSE(verdict.leads);
    CHECK(read(verdict.answer).error == 401);
}

TEST_CASE("sound is taken from where checks have come from alone")
{
    Line line;

    line.take({line.session.ours()}, 4000);

    CHECK(line.sound(4000) == PJMEDIA_UDP_KNOWN);
    CHECK(line.sound(4001) == PJMEDIA_UDP_DROP);
    CHECK(line.sound(4000, RTCP) == PJMEDIA_UDP_DROP);
}

TEST_CASE("a far end that does no checks is heard from anywhere")
{
    Line line;

    line.session.agreed(IceCredentials());

    CHECK(line.sound(4000) == PJMEDIA_UDP_PASS);
}

TEST_CASE("media go the way that is nominated")
{
    Line line;

    CHECK_FALSE(line.take({line.session.ours(), false}, 4000).leads);
    CHECK(line.take({line.session.ours(), true}, 4001).leads);
    CHECK(line.take({line.session.ours(), true}, 4002, RTCP).leads);
}

TEST_CASE("of several ways that are nominated the one of the highest priority is taken")
{
    Line line;

    CHECK(line.take({line.session.ours(), true, 1000}, 4000).leads);
    CHECK_FALSE(line.take({line.session.ours(), true, 999}, 4001).leads);
    CHECK(line.take({line.session.ours(), true, 1001}, 4002).leads);
}

TEST_CASE("a far end that offers as before is known as before")
{
    Line line;
    const IceCredentials before = line.session.ours();

    line.session.offered(FAR_END);

    CHECK(line.session.ours() == before);
}

TEST_CASE("a far end that begins anew is known anew, and is heard on its old way until it nominates a new one")
{
    Line line;
    const IceCredentials before = line.session.ours();
    line.take({before, true}, 4000);

    line.session.offered(FAR_END_ANEW);
    line.session.agreed(FAR_END_ANEW);
    const IceCredentials now = line.session.ours();

    CHECK(now.ufrag != before.ufrag);
    CHECK(now.pwd != before.pwd);
    CHECK(line.sound(4000) == PJMEDIA_UDP_KNOWN);
    CHECK(line.take({now, true, 1}, 4001).leads);
    CHECK(line.sound(4000) == PJMEDIA_UDP_DROP);
    CHECK(line.sound(4001) == PJMEDIA_UDP_KNOWN);
    CHECK(read(line.take({before}, 4000).answer).error == 401);
}

TEST_CASE("of very many sources the last ones are known")
{
    Line line;

    for (int port = 4000; port < 4100; ++port)
        line.take({line.session.ours()}, port);

    CHECK(line.sound(4000) == PJMEDIA_UDP_DROP);
    CHECK(line.sound(4099) == PJMEDIA_UDP_KNOWN);
}

TEST_CASE("a packet that only begins as one of STUN is answered nothing")
{
    Line line;
    std::vector<pj_uint8_t> bytes = Check{line.session.ours(), true}.bytes();

    for (pj_size_t size = 0; size < bytes.size(); ++size) {
        const std::vector<pj_uint8_t> part(bytes.begin(), bytes.begin() + (long)size);
        CHECK(line.session.take(RTP, part.data(), part.size(), at(4000)).answer.empty());
    }
    CHECK(line.sound(4000) == PJMEDIA_UDP_DROP);
}

TEST_CASE("a check with any byte changed that is signed proves nothing")
{
    Line line;
    const std::vector<pj_uint8_t> bytes = Check{line.session.ours(), true}.bytes();

    for (pj_size_t place = 0; place < bytes.size() - FINGERPRINT_BYTES; ++place) {
        std::vector<pj_uint8_t> changed = bytes;
        changed[place] ^= 0x40;
        CHECK_FALSE(line.session.take(RTP, &changed[0], changed.size(), at(4000)).leads);
    }
}
