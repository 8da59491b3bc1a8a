// What stands between the library's own modules, and sees each SIP message in its turn.
#pragma once

#include <pjsip.h>

namespace telefoon {

// A module without any of its callbacks yet; of what comes in, those of lower priorities are asked first.
inline pjsip_module made_module(const char *name, int priority)
{
    pjsip_module made = pjsip_module();
    made.name = pj_str((char *)name);
    made.id = -1;
    made.priority = priority;
    return made;
}

} // namespace telefoon
