// Where the names of hosts lead, as they were looked up before: the library would look them up itself, on the SIP
// thread, and all calls would wait while a name server does not answer.
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

// From now on, until the endpoint ends, the library asks the table. To be called on the SIP thread, after libInit, as
// everything here. A name that is not in the table is looked up by the system.
void open_host_table() PJSUA2_THROW(pj::Error);

// Where requests to a name go over a transport (UDP, TCP or TLS, whatever the addresses' family), at a port as their
// address writes it, 0 where it writes none: to the first of these addresses, written "192.0.2.1:5060" and
// "[2001:db8::1]:5060", and to the next where no connection comes about. Without any, such requests fail at once.
void lead_host(const std::string &name, int port, int transport, const pj::StringVector &addresses);

// Leave the name to the system.
void forget_host(const std::string &name, int port, int transport);

} // namespace telefoon
