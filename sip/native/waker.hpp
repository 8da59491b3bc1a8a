// Ends the wait of the SIP thread in libHandleEvents, so that it need not look every few milliseconds whether somebody
// wants something of it.
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

// From now on, until the endpoint ends, `wake` has an effect. To be called on the SIP thread, after libInit.
void open_waker() PJSUA2_THROW(pj::Error);

// The wait that is under way ends at once, or else the next one. Several calls before that end one wait. From any
// thread, at any time: it does nothing while no endpoint is open, and never blocks.
void wake();

} // namespace telefoon
