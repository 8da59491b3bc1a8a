#include "registrations.hpp"

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

namespace telefoon {

void forget_registration(int account)
{
    pjsua_acc &forgotten = pjsua_var.acc[account];
    if (!forgotten.regc)
        return;
    pjsip_regc_destroy2(forgotten.regc, PJ_TRUE); // also where an answer is awaited
    forgotten.regc = NULL;
    forgotten.contact.slen = forgotten.reg_contact.slen = 0; // of the registrar's connection; made anew
}

} // namespace telefoon
