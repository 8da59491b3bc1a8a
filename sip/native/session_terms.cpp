#include "session_terms.hpp"

#include <map>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

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

// The terms of a message's call; NULL for what is no call's, or of an account without terms.
const SessionTerms *terms_of(pjsip_tx_data *tdata)
{
    pjsua_call *call = call_of(tdata);
    if (!call)
        return NULL;
    const std::map<int, SessionTerms>::const_iterator found = terms_of_accounts.find(call->acc_id);
    return found == terms_of_accounts.end() ? NULL : &found->second;
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

pj_status_t on_sent(pjsip_tx_data *tdata)
{
    const SessionTerms *terms = terms_of(tdata);
    if (terms && !terms->reliable) {
        take_out(tdata->msg, PJSIP_H_SUPPORTED, "100rel");
        take_out(tdata->msg, PJSIP_H_ALLOW, "PRACK");
    }
    return PJ_SUCCESS;
}

// Of what is sent, modules of higher numbers are asked first: this one before the one that writes it as text.
pjsip_module made_module()
{
    pjsip_module made = pjsip_module();
    made.name = pj_str((char *)"mod-telefoon-terms");
    made.id = -1;
    made.priority = PJSIP_MOD_PRIORITY_TRANSPORT_LAYER + 1;
    made.on_tx_request = made.on_tx_response = &on_sent;
    return made;
}

pjsip_module module = made_module();

} // namespace

void open_session_terms()
{
    terms_of_accounts.clear();
    module.id = -1; // it may have stood in an endpoint that has ended
    check(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &module), "open_session_terms");
}

void set_session_terms(int account, const SessionTerms &terms)
{
    terms_of_accounts[account] = terms;
}

} // namespace telefoon
