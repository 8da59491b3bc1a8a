#include "stun_check.h"

#include <cstring>

#include <pjnath.h>
#include <pjsua-lib/pjsua.h>

namespace telefoon {

namespace {

const pj_size_t HEADER_BYTES = 20;
const unsigned LONGEST_ANSWER = 512;

// A pool for one packet.
struct Pool {
    Pool() : pool(pjsua_pool_create("stun%p", 1000, 1000)) {}
    ~Pool() { pj_pool_release(pool); }
    Pool(const Pool &) = delete;
    Pool &operator=(const Pool &) = delete;

    pj_pool_t *pool;
};

pj_str_t text_of(const std::string &given)
{
    return pj_str((char *)given.c_str());
}

// A name is ours, a colon and theirs (RFC 8445 section 7.2.2).
int named_by(const pj_stun_msg *message, const std::vector<IceCredentials> &ours, pj_str_t *whole)
{
    const pj_stun_username_attr *name = (const pj_stun_username_attr *)pj_stun_msg_find_attr(message,
                                                                                             PJ_STUN_ATTR_USERNAME, 0);
    if (!name)
        return -1;
    *whole = name->value;
    const std::string first(name->value.ptr, name->value.slen);
    for (unsigned each = 0; each < ours.size(); ++each)
        if (first.compare(0, first.find(':'), ours[each].ufrag) == 0)
            return (int)each;
    return -1;
}

void read_way(const pj_stun_msg *message, StunCheck *check)
{
    const pj_stun_priority_attr *priority = (const pj_stun_priority_attr *)pj_stun_msg_find_attr(
        message, PJ_STUN_ATTR_PRIORITY, 0);
    check->priority = priority ? priority->value : 0;
    check->nominates = pj_stun_msg_find_attr(message, PJ_STUN_ATTR_USE_CANDIDATE, 0) != NULL;
}

pj_stun_msg *success(pj_pool_t *pool, const pj_stun_msg *request, const pj_sockaddr &source)
{
    pj_stun_msg *made = NULL;
    pj_stun_msg_create_response(pool, request, 0, NULL, &made);
    pj_stun_msg_add_sockaddr_attr(pool, made, PJ_STUN_ATTR_XOR_MAPPED_ADDR, PJ_TRUE, &source,
                                  pj_sockaddr_get_len(&source));
    pj_stun_msg_add_msgint_attr(pool, made);
    return made;
}

std::vector<pj_uint8_t> written(pj_pool_t *pool, pj_stun_msg *answer, const pj_str_t *key)
{
    std::vector<pj_uint8_t> bytes(LONGEST_ANSWER);
    pj_size_t size = 0;
    pj_stun_msg_add_uint_attr(pool, answer, PJ_STUN_ATTR_FINGERPRINT, 0);
    if (pj_stun_msg_encode(answer, &bytes[0], bytes.size(), 0, key, &size) != PJ_SUCCESS)
        size = 0;
    bytes.resize(size);
    return bytes;
}

} // namespace

bool is_stun(const void *packet, pj_size_t size)
{
    const pj_uint8_t *bytes = (const pj_uint8_t *)packet;
    static const pj_uint8_t cookie[] = {0x21, 0x12, 0xA4, 0x42};
    return size >= HEADER_BYTES && bytes[0] < 4 && !memcmp(bytes + 4, cookie, sizeof cookie);
}

StunCheck read_check(const void *packet, pj_size_t size, const pj_sockaddr &source,
                     const std::vector<IceCredentials> &ours)
{
    const Pool memory;
    const pj_uint8_t *bytes = (const pj_uint8_t *)packet;
    pj_stun_msg *request = NULL, *answer = NULL;
    StunCheck check;
    const unsigned options = PJ_STUN_IS_DATAGRAM | PJ_STUN_CHECK_PACKET;
    if (pj_stun_msg_decode(memory.pool, bytes, size, options, &request, NULL, &answer) != PJ_SUCCESS) {
        if (answer)
            check.answer = written(memory.pool, answer, NULL);
        return check;
    }
    if (request->hdr.type != PJ_STUN_BINDING_REQUEST)
        return check;

    pj_stun_auth_cred known = pj_stun_auth_cred();
    pj_stun_req_cred_info proof = pj_stun_req_cred_info();
    const int named = named_by(request, ours, &known.data.static_cred.username);
    known.type = PJ_STUN_AUTH_CRED_STATIC;
    if (named < 0)
        known.data.static_cred.username = pj_str((char *)"");
    else
        known.data.static_cred.data = text_of(ours[named].pwd);
    if (pj_stun_authenticate_request(bytes, (unsigned)size, request, &known, memory.pool, &proof, &answer) ==
        PJ_SUCCESS) {
        check.proves = named;
        read_way(request, &check);
        check.answer = written(memory.pool, success(memory.pool, request, source), &proof.auth_key);
    } else if (answer) {
        check.answer = written(memory.pool, answer, NULL);
    }
    return check;
}

} // namespace telefoon
