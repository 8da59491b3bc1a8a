// Several challenges of one realm (RFC 8760): the strongest is answered.
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

// From now on, until the endpoint ends, the library sees of several digest challenges in an answer, of the same kind
// and for the same realm, only the one with the strongest algorithm that it has. It would answer the first of them, or
// the last where their nonces differ. To be called once, on the SIP thread, after libInit.
void answer_strongest_challenges() PJSUA2_THROW(pj::Error);

} // namespace telefoon
