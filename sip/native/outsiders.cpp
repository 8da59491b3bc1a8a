#include "outsiders.hpp"

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "client_certificates.h"
#include "dialog_peers.h"
#include "library_module.h"
#include "pcm.h"
#include "senders.h"

namespace telefoon {

namespace {

OutsiderGuard *guard = NULL;

pj_bool_t on_request(pjsip_rx_data *rdata);
pj_bool_t on_answer(pjsip_rx_data *rdata);

// Transactions hand on by themselves what belongs to them, so it stands before them.
pjsip_module made_guard()
{
    pjsip_module made = made_module("mod-telefoon-outsiders", PJSIP_MOD_PRIORITY_TSX_LAYER - 2);
    made.on_rx_request = &on_request;
    made.on_rx_response = &on_answer;
    return made;
}

pjsip_module module = made_guard();

OutsideMessage told(pjsip_rx_data *rdata, const pjsip_dialog *dialog)
{
    OutsideMessage message;
    const pj_str_t &method = rdata->msg_info.cseq->method.name;
    message.method.assign(method.ptr, method.slen);
    message.source = name_of_sender(rdata);
    message.text.assign(rdata->msg_info.msg_buf, rdata->msg_info.len);
    message.isAnswer = rdata->msg_info.msg->type == PJSIP_RESPONSE_MSG;
    const pjsua_call *call = dialog ? (const pjsua_call *)dialog->mod_data[pjsua_var.mod.id] : NULL;
    if (call)
        message.callId = call->index;
    message.certificates = certificates_of(rdata->tp_info.transport);
    return message;
}

void answer(pjsip_rx_data *rdata, OutsideMessage &message)
{
    pjsip_hdr headers;
    pj_list_init(&headers);
    for (unsigned i = 0; i < message.headers.size(); ++i)
        pj_list_push_back(&headers, &message.headers[i].toPj());
    pjsip_endpt_respond_stateless(pjsua_get_pjsip_endpt(), rdata, message.code, NULL, &headers, NULL);
}

// An ACK is answered by nobody, and the library would find its dialog by the tags alone.
bool is_lost_ack(pjsip_rx_data *rdata)
{
    return rdata->msg_info.msg->line.req.method.id == PJSIP_ACK_METHOD && !has_transaction(rdata);
}

pj_bool_t on_request(pjsip_rx_data *rdata)
{
    if (!guard)
        return PJ_FALSE;
    const bool cancels = rdata->msg_info.msg->line.req.method.id == PJSIP_CANCEL_METHOD;
    pjsip_dialog *dialog = cancels ? dialog_by_transaction(rdata) : dialog_of(rdata);
    if (!dialog)
        return !cancels && rdata->msg_info.to->tag.slen && is_lost_ack(rdata);
    const pj_sockaddr sender = sender_of(rdata);
    if (is_with(dialog, sender))
        return PJ_FALSE;
    OutsideMessage message = told(rdata, dialog);
    guard->onOutsider(message);
    if (!message.code) {
        is_with_too(dialog, sender);
        return PJ_FALSE;
    }
    if (message.code != OutsiderGuard::DROPPED && rdata->msg_info.msg->line.req.method.id != PJSIP_ACK_METHOD)
        answer(rdata, message);
    return PJ_TRUE;
}

pj_bool_t on_answer(pjsip_rx_data *rdata)
{
    if (!guard)
        return PJ_FALSE;
    pjsip_dialog *dialog = dialog_by_transaction(rdata);
    if (!dialog)
        dialog = dialog_of(rdata);
    if (!dialog && !has_transaction(rdata) && !(dialog = dialog_forked(rdata)))
        return PJ_TRUE; // to nothing that we have asked
    if (is_awaited(rdata, dialog))
        return PJ_FALSE;
    OutsideMessage message = told(rdata, dialog);
    guard->onOutsider(message);
    if (!message.code && dialog)
        is_with_too(dialog, sender_of(rdata));
    return message.code != 0;
}

} // namespace

OutsiderGuard::OutsiderGuard() {}

OutsiderGuard::~OutsiderGuard()
{
    if (guard == this)
        guard = NULL;
}

void OutsiderGuard::stand()
{
    guard = this;
    watch_dialog_peers();
    module.id = -1; // it may have stood before an endpoint that has ended
    check(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &module), "OutsiderGuard::stand");
}

} // namespace telefoon
