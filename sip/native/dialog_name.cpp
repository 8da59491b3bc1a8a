#include "dialog_name.hpp"

#include <pjsua-lib/pjsua_internal.h>

namespace telefoon {

namespace {

std::string text_of(const pj_str_t &given)
{
    return std::string(given.ptr ? given.ptr : "", given.slen);
}

} // namespace

NameOfDialog name_of_dialog(int call)
{
    NameOfDialog name;
    if (call < 0 || call >= (int)pjsua_var.ua_cfg.max_calls)
        return name;
    const pjsip_inv_session *session = pjsua_var.calls[call].inv;
    if (!session)
        return name;
    name.callId = text_of(session->dlg->call_id->id);
    name.ourTag = text_of(session->dlg->local.info->tag);
    name.theirTag = text_of(session->dlg->remote.info->tag);
    return name;
}

} // namespace telefoon
