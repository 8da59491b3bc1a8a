#include "digest_challenges.hpp"

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "library_module.h"
#include "pcm.h"

namespace telefoon {

namespace {

pj_bool_t on_rx_response(pjsip_rx_data *rdata);

// Transactions hand answers on by themselves, so it stands before them.
pjsip_module made_challenges()
{
    pjsip_module made = made_module("mod-telefoon-challenges", PJSIP_MOD_PRIORITY_TSX_LAYER - 1);
    made.on_rx_response = &on_rx_response;
    return made;
}

pjsip_module module = made_challenges();

bool is_digest(const pjsip_hdr *header)
{
    return (header->type == PJSIP_H_WWW_AUTHENTICATE || header->type == PJSIP_H_PROXY_AUTHENTICATE) &&
           !pj_stricmp2(&((const pjsip_www_authenticate_hdr *)header)->scheme, "digest");
}

// The stronger, the greater; 0 is none that a password answers.
int strength(const pjsip_hdr *header)
{
    const pj_str_t &named = ((const pjsip_www_authenticate_hdr *)header)->challenge.digest.algorithm;
    const pjsip_auth_algorithm *algorithm = pjsip_auth_get_algorithm_by_iana_name(&named);
    if (!algorithm || algorithm->algorithm_type > PJSIP_AUTH_ALGORITHM_SHA512_256 ||
        !pjsip_auth_is_algorithm_supported(algorithm->algorithm_type))
        return 0;
    return algorithm->algorithm_type;
}

bool is_rival(const pjsip_hdr *header, const pjsip_hdr *other)
{
    return header != other && header->type == other->type && is_digest(other) &&
           !pj_stricmp(&((const pjsip_www_authenticate_hdr *)header)->challenge.common.realm,
                       &((const pjsip_www_authenticate_hdr *)other)->challenge.common.realm);
}

bool has_stronger_rival(const pjsip_msg *message, const pjsip_hdr *header)
{
    for (const pjsip_hdr *other = message->hdr.next; other != &message->hdr; other = other->next)
        if (is_rival(header, other) && strength(other) > strength(header))
            return true;
    return false;
}

pj_bool_t on_rx_response(pjsip_rx_data *rdata)
{
    pjsip_msg *message = rdata->msg_info.msg;
    const int code = message->line.status.code;
    if (code != PJSIP_SC_UNAUTHORIZED && code != PJSIP_SC_PROXY_AUTHENTICATION_REQUIRED)
        return PJ_FALSE;
    for (pjsip_hdr *header = message->hdr.next; header != &message->hdr;) {
        pjsip_hdr *next = header->next;
        if (is_digest(header) && has_stronger_rival(message, header))
            pj_list_erase(header);
        header = next;
    }
    return PJ_FALSE;
}

} // namespace

void answer_strongest_challenges()
{
    module.id = -1; // it may have stood before an endpoint that has ended
    check(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &module), "answer_strongest_challenges");
}

} // namespace telefoon
