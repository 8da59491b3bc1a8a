// Calls of accounts that speak ICE as its lite side (RFC 8445 section 2.5): what their descriptions say of it, and the
// checks that come to their ports.
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

// From now on, until the endpoint ends, calls of accounts that are set so speak ICE. To be called once, on the SIP
// thread as everything here, after libInit.
void open_ice_lite();

// Whether the account's calls do so from the next on, by the library's number of it.
void set_ice_lite(int account, bool spoken);

} // namespace telefoon
