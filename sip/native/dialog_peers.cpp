#include "dialog_peers.h"

#include <pjsua-lib/pjsua_internal.h>

#include "library_module.h"
#include "pcm.h"
#include "senders.h"

namespace telefoon {

namespace {

const unsigned MOST_PEERS = 8; // the latest, of a dialog that wanders

// In the dialog's own pool.
struct Peers {
    unsigned count;
    pj_sockaddr addresses[MOST_PEERS];
};

pj_status_t on_sent(pjsip_tx_data *tdata);

// Where a message goes is known after the library's own module of transports.
pjsip_module made_peers()
{
    pjsip_module made = made_module("mod-telefoon-peers", PJSIP_MOD_PRIORITY_TRANSPORT_LAYER - 1);
    made.on_tx_request = made.on_tx_response = &on_sent;
    return made;
}

pjsip_module module = made_peers();

bool is_same(const pj_sockaddr &one, const pj_sockaddr &other)
{
    return one.addr.sa_family == other.addr.sa_family &&
           !pj_memcmp(pj_sockaddr_get_addr(&one), pj_sockaddr_get_addr(&other), pj_sockaddr_get_addr_len(&one));
}

pj_status_t on_sent(pjsip_tx_data *tdata)
{
    pjsip_dialog *dialog = pjsip_tdata_get_dlg(tdata);
    if (dialog && tdata->tp_info.dst_addr.addr.sa_family)
        is_with_too(dialog, tdata->tp_info.dst_addr);
    return PJ_SUCCESS;
}

// Whether a URI has this very address, and no name.
bool leads_to(const pjsip_uri *uri, const pj_sockaddr &source)
{
    if (!uri)
        return false;
    uri = (const pjsip_uri *)pjsip_uri_get_uri(uri);
    if (!PJSIP_URI_SCHEME_IS_SIP(uri) && !PJSIP_URI_SCHEME_IS_SIPS(uri))
        return false;
    const pjsip_sip_uri *sip = (const pjsip_sip_uri *)uri;
    pj_sockaddr written;
    pj_bzero(&written, sizeof(written));
    written.addr.sa_family = source.addr.sa_family;
    return pj_inet_pton(source.addr.sa_family, &sip->host, pj_sockaddr_get_addr(&written)) == PJ_SUCCESS &&
           is_same(written, source);
}

pjsip_transaction *transaction_of(pjsip_rx_data *rdata)
{
    const bool answer = rdata->msg_info.msg->type == PJSIP_RESPONSE_MSG;
    const pjsip_method &own = rdata->msg_info.cseq->method;
    const bool of_invite = !answer && (own.id == PJSIP_ACK_METHOD || own.id == PJSIP_CANCEL_METHOD);
    const pjsip_method *method = of_invite ? pjsip_get_invite_method() : &own;
    pj_str_t key;
    if (pjsip_tsx_create_key(rdata->tp_info.pool, &key, answer ? PJSIP_ROLE_UAC : PJSIP_ROLE_UAS, method, rdata))
        return NULL;
    return pjsip_tsx_layer_find_tsx(&key, PJ_FALSE);
}

} // namespace

void watch_dialog_peers()
{
    module.id = -1; // it may have stood in an endpoint that has ended
    check(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &module), "watch_dialog_peers");
}

pjsip_dialog *dialog_of(pjsip_rx_data *rdata)
{
    const bool request = rdata->msg_info.msg->type == PJSIP_REQUEST_MSG;
    const pj_str_t &ours = request ? rdata->msg_info.to->tag : rdata->msg_info.from->tag;
    const pj_str_t &theirs = request ? rdata->msg_info.from->tag : rdata->msg_info.to->tag;
    if (!ours.slen)
        return NULL;
    pjsip_dialog *found = pjsip_ua_find_dialog(&rdata->msg_info.cid->id, &ours, &theirs, PJ_FALSE);
    if (found || !request)
        return found;
    // Some answer without a tag and ask with one, which the library takes once they have answered.
    const pj_str_t none = {NULL, 0};
    found = pjsip_ua_find_dialog(&rdata->msg_info.cid->id, &ours, &none, PJ_FALSE);
    return found && found->state == PJSIP_DIALOG_STATE_ESTABLISHED ? found : NULL;
}

bool has_transaction(pjsip_rx_data *rdata)
{
    return transaction_of(rdata) != NULL;
}

pjsip_dialog *dialog_by_transaction(pjsip_rx_data *rdata)
{
    pjsip_transaction *transaction = transaction_of(rdata);
    return transaction ? pjsip_tsx_get_dlg(transaction) : NULL;
}

pjsip_dialog *dialog_forked(pjsip_rx_data *answer)
{
    if (answer->msg_info.cseq->method.id != PJSIP_INVITE_METHOD)
        return NULL;
    for (unsigned each = 0; each < pjsua_var.ua_cfg.max_calls; ++each) {
        const pjsip_inv_session *session = pjsua_var.calls[each].inv;
        if (session && !pj_strcmp(&session->dlg->call_id->id, &answer->msg_info.cid->id) &&
            !pj_stricmp(&session->dlg->local.info->tag, &answer->msg_info.from->tag))
            return session->dlg;
    }
    return NULL;
}

bool is_with(pjsip_dialog *dialog, const pj_sockaddr &source)
{
    const Peers *peers = (const Peers *)dialog->mod_data[module.id];
    for (unsigned each = 0; peers && each < PJ_MIN(peers->count, MOST_PEERS); ++each)
        if (is_same(peers->addresses[each], source))
            return true;
    for (const pjsip_route_hdr *route = dialog->route_set.next; route != &dialog->route_set; route = route->next)
        if (leads_to(route->name_addr.uri, source))
            return true;
    return leads_to(dialog->target, source);
}

const pj_sockaddr *is_with_beyond_proxies(pjsip_dialog *dialog)
{
    const Peers *peers = (const Peers *)dialog->mod_data[module.id];
    for (unsigned each = peers ? PJ_MIN(peers->count, MOST_PEERS) : 0; each > 0; --each)
        if (!is_proxy(peers->addresses[each - 1]))
            return &peers->addresses[each - 1];
    return NULL;
}

void is_with_too(pjsip_dialog *dialog, const pj_sockaddr &source)
{
    Peers *peers = (Peers *)dialog->mod_data[module.id];
    if (!peers)
        dialog->mod_data[module.id] = peers = PJ_POOL_ZALLOC_T(dialog->pool, Peers);
    for (unsigned each = 0; each < PJ_MIN(peers->count, MOST_PEERS); ++each)
        if (is_same(peers->addresses[each], source))
            return;
    pj_sockaddr_cp(&peers->addresses[peers->count++ % MOST_PEERS], &source);
}

bool is_awaited(pjsip_rx_data *answer, pjsip_dialog *dialog)
{
    if (dialog)
        return is_with(dialog, sender_of(answer));
    const pjsip_transaction *transaction = transaction_of(answer);
    return transaction && (!transaction->addr_len || is_same(transaction->addr, sender_of(answer)));
}

} // namespace telefoon
