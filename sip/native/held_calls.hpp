// The calls that the library holds, whoever made them.
#pragma once

#include <pjsua2/types.hpp>

namespace telefoon {

// How many there are.
unsigned calls_of_library();

// Each of them in words, for who looks for one that should have ended: its number, state, last answer, Call-ID and age.
// On the SIP thread.
pj::StringVector calls_in_words();

} // namespace telefoon
