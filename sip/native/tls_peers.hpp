// Whether servers are who they say over TLS, and what stood in the way of a connection.
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

// From now on, until the endpoint ends, a certificate's names are compared as RFC 5922 has it, wherever certificates
// are checked, and faults of connections are kept. To be called once, on the SIP thread, after libInit.
void watch_tls();

// What stood in the way of the last connection that we have begun to a host, by its name as requests have it, in words;
// empty where nothing did.
std::string tls_fault(const std::string &name);

// Forget it: another attempt begins.
void forget_tls_fault(const std::string &name);

} // namespace telefoon
