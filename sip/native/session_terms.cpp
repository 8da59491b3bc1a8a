#include "session_terms.hpp"

#include "session_refresher.h"

#include <map>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "library_module.h"
#include "pcm.h"

namespace telefoon {

namespace {

std::map<int, SessionTerms> terms_of_accounts;

// The call that a message belongs to; NULL for what is no call's.
pjsua_call *call_of(pjsip_tx_data *tdata)
{
    pjsip_dialog *dialog = pjsip_tdata_get_dlg(tdata);
    return dialog ? (pjsua_call *)dialog->mod_data[pjsua_var.mod.id] : NULL;
}

// NULL for an account without terms.
const SessionTerms *terms_of(int account)
{
    const std::map<int, SessionTerms>::const_iterator found = terms_of_accounts.find(account);
    return found == terms_of_accounts.end() ? NULL : &found->second;
}

pjsip_sess_expires_hdr *session_expires(pjsip_msg *message)
{
    const pj_str_t name = pj_str((char *)"Session-Expires"), compact = pj_str((char *)"x");
    return (pjsip_sess_expires_hdr *)pjsip_msg_find_hdr_by_names(message, &name, &compact, NULL);
}

// Once a session has a refresher, the library keeps it.
bool begins_session(const pjsip_msg *message)
{
    const pjsip_to_hdr *to = (const pjsip_to_hdr *)pjsip_msg_find_hdr(message, PJSIP_H_TO, NULL);
    return message->type == PJSIP_REQUEST_MSG && message->line.req.method.id == PJSIP_INVITE_METHOD && to &&
           !to->tag.slen;
}

void name_refresher(pjsip_msg *message, pj_pool_t *pool, const std::string &refresher)
{
    pjsip_sess_expires_hdr *expires = session_expires(message);
    if (expires && !expires->refresher.slen)
        pj_strdup2(pool, &expires->refresher, refresher.c_str());
}

// Who does not know session timers can't be the one who refreshes (RFC 4028 section 9).
bool knows_timers(pjsip_msg *message)
{
    const pjsip_generic_array_hdr *listed = (const pjsip_generic_array_hdr *)pjsip_msg_find_hdr(
        message, PJSIP_H_SUPPORTED, NULL);
    for (unsigned each = 0; listed && each < listed->count; ++each)
        if (!pj_stricmp2(&listed->values[each], "timer"))
            return true;
    return false;
}

void take_out(pjsip_msg *message, pjsip_hdr_e kind, const char *value)
{
    pjsip_generic_array_hdr *listed = (pjsip_generic_array_hdr *)pjsip_msg_find_hdr(message, kind, NULL);
    if (!listed)
        return;
    unsigned kept = 0;
    for (unsigned each = 0; each < listed->count; ++each)
        if (pj_stricmp2(&listed->values[each], value))
            listed->values[kept++] = listed->values[each];
    listed->count = kept;
}

// Where there is a list of what we support already: in INVITE, and in the answers to it.
void put_in_supported(pjsip_tx_data *tdata, const char *value)
{
    pjsip_generic_array_hdr *listed = (pjsip_generic_array_hdr *)pjsip_msg_find_hdr(tdata->msg, PJSIP_H_SUPPORTED,
                                                                                    NULL);
    if (!listed || listed->count >= PJSIP_GENERIC_ARRAY_MAX_COUNT)
        return;
    for (unsigned each = 0; each < listed->count; ++each)
        if (!pj_stricmp2(&listed->values[each], value))
            return; // it is sent once more
    pj_strdup2(tdata->pool, &listed->values[listed->count++], value);
}

pj_status_t on_sent(pjsip_tx_data *tdata)
{
    const pjsua_call *call = call_of(tdata);
    const SessionTerms *terms = call ? terms_of(call->acc_id) : NULL;
    if (!terms)
        return PJ_SUCCESS;
    if (!terms->refresher.empty() && begins_session(tdata->msg))
        name_refresher(tdata->msg, tdata->pool, terms->refresher);
    if (!terms->reliable) {
        take_out(tdata->msg, PJSIP_H_SUPPORTED, "100rel");
        take_out(tdata->msg, PJSIP_H_ALLOW, "PRACK");
    }
    if (terms->replaces)
        put_in_supported(tdata, "replaces");
    return PJ_SUCCESS;
}

void (*next_precreate)(pjsua_call_id, pjsua_on_stream_precreate_param *) = NULL;

// A stream takes packets as soon as it is made.
void before_stream(pjsua_call_id call, pjsua_on_stream_precreate_param *planned)
{
    const SessionTerms *terms = terms_of(pjsua_var.calls[call].acc_id);
    if (planned->stream_info.type == PJMEDIA_TYPE_AUDIO)
        planned->stream_info.info.aud.rtp_source = terms ? terms->rtpSource : SessionTerms().rtpSource;
    if (next_precreate)
        next_precreate(call, planned);
}

// Of what is sent, modules of higher numbers are asked first: this one before the one that writes it as text.
pjsip_module made_terms()
{
    pjsip_module made = made_module("mod-telefoon-terms", PJSIP_MOD_PRIORITY_TRANSPORT_LAYER + 1);
    made.on_tx_request = made.on_tx_response = &on_sent;
    return made;
}

pjsip_module module = made_terms();

} // namespace

void settle_refresher(pjsip_rx_data *invite, int account)
{
    const SessionTerms *terms = terms_of(account);
    if (terms && !terms->refresher.empty() && knows_timers(invite->msg_info.msg))
        name_refresher(invite->msg_info.msg, invite->tp_info.pool, terms->refresher);
}

void open_session_terms()
{
    terms_of_accounts.clear();
    next_precreate = pjsua_var.ua_cfg.cb.on_stream_precreate;
    pjsua_var.ua_cfg.cb.on_stream_precreate = &before_stream;
    module.id = -1; // it may have stood in an endpoint that has ended
    check(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &module), "open_session_terms");
}

void set_session_terms(int account, const SessionTerms &terms)
{
    terms_of_accounts[account] = terms;
}

} // namespace telefoon
