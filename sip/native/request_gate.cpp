#include "request_gate.hpp"

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "pcm.h"

namespace telefoon {

namespace {

RequestGate *gate = NULL;

pj_bool_t on_rx_request(pjsip_rx_data *rdata);

pjsip_module module = {
    NULL, NULL,                        // list
    {(char *)"mod-telefoon-gate", 17}, // name
    -1,                                // id
    PJSIP_MOD_PRIORITY_UA_PROXY_LAYER - 1,
    NULL, NULL, NULL, NULL, // load, start, stop, unload
    &on_rx_request,
    NULL, NULL, NULL, NULL // responses, transactions
};

pjsip_dialog *dialog_of(pjsip_rx_data *rdata)
{
    const pj_str_t &ours = rdata->msg_info.to->tag;
    if (!ours.slen)
        return NULL;
    return pjsip_ua_find_dialog(&rdata->msg_info.cid->id, &ours, &rdata->msg_info.from->tag, PJ_FALSE);
}

int call_of(pjsip_dialog *dialog)
{
    pjsua_call *call = dialog ? (pjsua_call *)dialog->mod_data[pjsua_var.mod.id] : NULL;
    return call ? call->index : PJSUA_INVALID_ID;
}

bool has_invite(pjsip_rx_data *rdata)
{
    pj_str_t key;
    if (pjsip_tsx_create_key(rdata->tp_info.pool, &key, PJSIP_ROLE_UAS, pjsip_get_invite_method(), rdata))
        return false;
    return pjsip_tsx_layer_find_tsx(&key, PJ_FALSE) != NULL;
}

// Whether the library alone knows what to do with it.
bool passes(pjsip_rx_data *rdata, bool in_call)
{
    const pjsip_method &method = rdata->msg_info.msg->line.req.method;
    switch (method.id) {
    case PJSIP_ACK_METHOD:
        return true;
    case PJSIP_CANCEL_METHOD:
        return has_invite(rdata);
    case PJSIP_INVITE_METHOD:
    case PJSIP_BYE_METHOD:
        break;
    default:
        if (pj_stricmp2(&method.name, "PRACK") && pj_stricmp2(&method.name, "UPDATE") &&
            pj_stricmp2(&method.name, "REFER"))
            return false;
    }
    // With a tag of a dialog that there is not, the library answers 481.
    return in_call || rdata->msg_info.to->tag.slen;
}

std::string source_of(pjsip_rx_data *rdata)
{
    char text[PJ_INET6_ADDRSTRLEN + 10];
    pj_sockaddr_print(&rdata->pkt_info.src_addr, text, sizeof(text), 3);
    return text;
}

void answer(pjsip_rx_data *rdata, GatedRequest &asked)
{
    pjsip_hdr headers;
    pj_list_init(&headers);
    for (unsigned i = 0; i < asked.headers.size(); ++i)
        pj_list_push_back(&headers, &asked.headers[i].toPj());
    pjsip_endpt_respond_stateless(pjsua_get_pjsip_endpt(), rdata, asked.code, NULL, &headers, NULL);
}

pj_bool_t on_rx_request(pjsip_rx_data *rdata)
{
    pjsip_dialog *dialog = dialog_of(rdata);
    if (!gate || passes(rdata, dialog != NULL))
        return PJ_FALSE;
    GatedRequest asked;
    const pj_str_t &method = rdata->msg_info.msg->line.req.method.name;
    asked.method.assign(method.ptr, method.slen);
    asked.source = source_of(rdata);
    asked.message.assign(rdata->msg_info.msg_buf, rdata->msg_info.len);
    asked.inCall = dialog != NULL;
    asked.callId = call_of(dialog);
    gate->onRequest(asked);
    if (!asked.code)
        return PJ_FALSE;
    if (asked.code != RequestGate::IGNORED)
        answer(rdata, asked);
    return PJ_TRUE;
}

bool is_named(const pj_str_t &value, const pj::StringVector &names)
{
    for (unsigned i = 0; i < names.size(); ++i)
        if (!pj_stricmp2(&value, names[i].c_str()))
            return true;
    return false;
}

} // namespace

RequestGate::RequestGate() {}

RequestGate::~RequestGate()
{
    if (gate == this)
        gate = NULL;
}

void RequestGate::open()
{
    gate = this;
    module.id = -1; // it may have stood before an endpoint that has ended
    check(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &module), "RequestGate::open");
}

void do_not_claim(const pj::StringVector &names)
{
    const int claims[] = {PJSIP_H_ALLOW, PJSIP_H_ACCEPT, PJSIP_H_SUPPORTED};
    for (unsigned each = 0; each < PJ_ARRAY_SIZE(claims); ++each) {
        // The library has no call to take one away, and reads this very header for each answer.
        pjsip_generic_array_hdr *claimed = (pjsip_generic_array_hdr *)pjsip_endpt_get_capability(
            pjsua_get_pjsip_endpt(), claims[each], NULL);
        unsigned kept = 0;
        for (unsigned i = 0; claimed && i < claimed->count; ++i)
            if (!is_named(claimed->values[i], names))
                claimed->values[kept++] = claimed->values[i];
        if (claimed)
            claimed->count = kept;
    }
}

void read_bytes_beyond_ascii()
{
    pjsip_parser_const_t sets = *pjsip_parser_const(); // copies point to the same sets
    pj_cis_t *each[] = {&sets.pjsip_TOKEN_SPEC,          &sets.pjsip_PARAM_CHAR_SPEC, &sets.pjsip_PARAM_CHAR_SPEC_ESC,
                        &sets.pjsip_USER_SPEC,           &sets.pjsip_USER_SPEC_ESC,   &sets.pjsip_USER_SPEC_LENIENT,
                        &sets.pjsip_USER_SPEC_LENIENT_ESC, &sets.pjsip_OTHER_URI_CONTENT};
    for (unsigned i = 0; i < PJ_ARRAY_SIZE(each); ++i)
        pj_cis_add_range(each[i], 0x80, 0x100);
}

} // namespace telefoon
