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

// A key was heard in the sound of the library's call `call`. It comes to Call::onDtmfDigit, on the SIP thread, with the
// method PJSUA_DTMF_METHOD_SIP_INFO: the library has no other name left, and itself sees no INFO, which the gate reads.
void tell_sounded_key(int call, char key);

} // namespace telefoon
