#include "held_calls.hpp"

#include <sstream>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

namespace telefoon {

namespace {

std::string text_of(const pj_str_t &text)
{
    return std::string(text.ptr ? text.ptr : "", static_cast<size_t>(text.slen > 0 ? text.slen : 0));
}

std::string in_words(unsigned number, const pjsua_call &call)
{
    std::ostringstream words;
    words << "call " << number << ": " << (call.inv ? pjsip_inv_state_name(call.inv->state) : "no session");
    if (call.inv)
        words << (call.inv->role == PJSIP_ROLE_UAC ? ", ours" : ", theirs") << ", answered " << call.inv->cause;
    if (call.inv && call.inv->dlg)
        words << ", " << text_of(call.inv->dlg->call_id->id) << ", transactions " << call.inv->dlg->tsx_count
              << ", sessions " << call.inv->dlg->sess_count << (call.inv->invite_tsx ? ", in an INVITE" : "");
    words << (call.hanging_up ? ", hung up" : "") << (call.med_ch_cb ? ", media are awaited" : "")
          << (call.reinv_pending ? ", a re-INVITE waits" : "");
    pj_time_val now, age;
    pj_gettimeofday(&now);
    age = now;
    PJ_TIME_VAL_SUB(age, call.start_time);
    words << ", begun " << age.sec << " s ago";
    return words.str();
}

} // namespace

unsigned calls_of_library()
{
    return pjsua_call_get_count();
}

pj::StringVector calls_in_words()
{
    pj::StringVector told;
    for (unsigned number = 0; number < pjsua_var.ua_cfg.max_calls; ++number) {
        const pjsua_call &call = pjsua_var.calls[number];
        if (call.inv || call.async_call.dlg || call.med_ch_cb)
            told.push_back(in_words(number, call));
    }
    return told;
}

} // namespace telefoon
