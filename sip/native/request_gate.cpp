#include "request_gate.hpp"

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "client_certificates.h"
#include "dialog_peers.h"
#include "front_door.h"
#include "library_module.h"
#include "pcm.h"
#include "senders.h"
#include "session_refresher.h"
#include "source_answer.h"

namespace telefoon {

namespace {

RequestGate *gate = NULL;
pjsua_acc_id account = PJSUA_INVALID_ID; // of the INVITE that passes now

pj_bool_t on_rx_request(pjsip_rx_data *rdata);
pj_bool_t on_rx_response(pjsip_rx_data *rdata);

pjsip_module made_gate()
{
    pjsip_module made = made_module("mod-telefoon-gate", PJSIP_MOD_PRIORITY_UA_PROXY_LAYER - 1);
    made.on_rx_request = &on_rx_request;
    return made;
}

// Transactions hand answers on by themselves, so it stands before them.
pjsip_module made_answers()
{
    pjsip_module made = made_module("mod-telefoon-answers", PJSIP_MOD_PRIORITY_TSX_LAYER - 1);
    made.on_rx_response = &on_rx_response;
    return made;
}

pjsip_module module = made_gate(), answers = made_answers();

// The body, or the part of it, that is a session description; NULL if there is none.
pjsip_msg_body *description_in(pjsip_rx_data *rdata)
{
    pjsip_msg_body *body = rdata->msg_info.msg->body;
    pjsip_media_type sdp;
    pjsip_media_type_init2(&sdp, (char *)"application", (char *)"sdp");
    if (!body || !pjsip_media_type_cmp(&body->content_type, &sdp, 2))
        return body;
    if (pj_stricmp2(&body->content_type.type, "multipart"))
        return NULL;
    pjsip_multipart_part *part = pjsip_multipart_find_part(body, &sdp, NULL);
    return part ? part->body : NULL;
}

// Have the library read `text` in the place of what came.
void describe(pjsip_rx_data *rdata, pjsip_msg_body *body, const std::string &text)
{
    if (text.size() == body->len && !pj_memcmp(text.data(), body->data, body->len))
        return;
    pj_str_t copy;
    const pj_str_t given = {(char *)text.data(), (pj_ssize_t)text.size()};
    pj_strdup(rdata->tp_info.pool, &copy, &given);
    body->data = copy.ptr;
    body->len = (unsigned)copy.slen;
}

// Have the library read an INVITE as if it asked for no place of another call (RFC 3891).
void hide_replaces(pjsip_msg *message)
{
    const pj_str_t name = pj_str((char *)"Replaces");
    while (pjsip_hdr *found = (pjsip_hdr *)pjsip_msg_find_hdr_by_name(message, &name, NULL))
        pj_list_erase(found);
    pjsip_require_hdr *required = (pjsip_require_hdr *)pjsip_msg_find_hdr(message, PJSIP_H_REQUIRE, NULL);
    unsigned kept = 0;
    for (unsigned each = 0; required && each < required->count; ++each)
        if (pj_stricmp2(&required->values[each], "replaces"))
            required->values[kept++] = required->values[each];
    if (required)
        required->count = kept;
}

int call_of(pjsip_dialog *dialog)
{
    pjsua_call *call = dialog ? (pjsua_call *)dialog->mod_data[pjsua_var.mod.id] : NULL;
    return call ? call->index : (int)PJSUA_INVALID_ID;
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
    return in_call;
}

void answer(pjsip_rx_data *rdata, GatedRequest &asked)
{
    pjsip_hdr headers;
    pj_list_init(&headers);
    for (unsigned i = 0; i < asked.headers.size(); ++i)
        pj_list_push_back(&headers, &asked.headers[i].toPj());
    if (!asked.inCall && is_from_stranger(rdata)) {
        answer_at_source(rdata, asked.code, &headers);
        return;
    }
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    // An INVITE that comes again until it is acknowledged is asked about once; but a challenge costs no memory, whoever
    // wants it.
    if (rdata->msg_info.msg->line.req.method.id == PJSIP_INVITE_METHOD && asked.code != PJSIP_SC_UNAUTHORIZED &&
        pjsip_endpt_respond(endpoint, &module, rdata, asked.code, NULL, &headers, NULL, NULL) == PJ_SUCCESS)
        return;
    pjsip_endpt_respond_stateless(endpoint, rdata, asked.code, NULL, &headers, NULL);
}

GatedRequest asked_about(pjsip_rx_data *rdata, pjsip_dialog *dialog, const pjsip_msg_body *description)
{
    GatedRequest asked;
    const pjsip_msg *message = rdata->msg_info.msg;
    const pj_str_t &method = message->type == PJSIP_REQUEST_MSG ? message->line.req.method.name
                                                                : rdata->msg_info.cseq->method.name;
    asked.method.assign(method.ptr, method.slen);
    asked.source = name_of_sender(rdata);
    asked.passedOn = is_passed_on(rdata);
    asked.inCall = dialog != NULL;
    asked.callId = call_of(dialog);
    if (description)
        asked.description.assign((const char *)description->data, description->len);
    return asked;
}

pj_bool_t on_rx_request(pjsip_rx_data *rdata)
{
    if (!gate)
        return PJ_FALSE;
    pjsip_dialog *dialog = dialog_of(rdata);
    pjsip_msg_body *description = description_in(rdata);
    const bool passing = passes(rdata, dialog != NULL);
    if (passing && !description)
        return PJ_FALSE;
    GatedRequest asked = asked_about(rdata, dialog, description);
    if (passing) {
        gate->onDescription(asked);
    } else {
        asked.message.assign(rdata->msg_info.msg_buf, rdata->msg_info.len);
        if (!asked.inCall)
            asked.certificates = certificates_of(rdata->tp_info.transport);
        gate->onRequest(asked);
        if (asked.code && asked.code != RequestGate::IGNORED)
            answer(rdata, asked);
        if (asked.code)
            return PJ_TRUE;
        if (asked.replaces)
            hide_replaces(rdata->msg_info.msg);
        account = asked.account;
        settle_refresher(rdata, account);
    }
    if (description)
        describe(rdata, description, asked.description);
    return PJ_FALSE;
}

pj_bool_t on_rx_response(pjsip_rx_data *rdata)
{
    pjsip_msg_body *description = gate ? description_in(rdata) : NULL;
    if (!description)
        return PJ_FALSE;
    GatedRequest shown = asked_about(rdata, dialog_of(rdata), description);
    gate->onDescription(shown);
    describe(rdata, description, shown.description);
    return PJ_FALSE;
}

void on_account(const pjsip_rx_data *, pjsua_acc_id *chosen)
{
    if (account != PJSUA_INVALID_ID)
        *chosen = account;
    account = PJSUA_INVALID_ID;
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
    pjsua_var.ua_cfg.cb.on_acc_find_for_incoming = &on_account;
    keep_client_certificates();
    module.id = answers.id = -1; // they may have stood before an endpoint that has ended
    check(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &module), "RequestGate::open");
    check(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &answers), "RequestGate::open");
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
    pj_cis_t *each[] = {
        &sets.pjsip_TOKEN_SPEC,
        &sets.pjsip_PARAM_CHAR_SPEC,
        &sets.pjsip_PARAM_CHAR_SPEC_ESC,
        &sets.pjsip_USER_SPEC,
        &sets.pjsip_USER_SPEC_ESC,
        &sets.pjsip_USER_SPEC_LENIENT,
        &sets.pjsip_USER_SPEC_LENIENT_ESC,
        &sets.pjsip_OTHER_URI_CONTENT,
    };
    for (unsigned i = 0; i < PJ_ARRAY_SIZE(each); ++i)
        pj_cis_add_range(each[i], 0x80, 0x100);
}

} // namespace telefoon
