// Where the names of hosts lead, as they were looked up before: the library would look them up itself, on the SIP
// thread, and all calls would wait while a name server does not answer.
#pragma once

#include <string>
#include <vector>

#include <pjsua2.hpp>

namespace telefoon {

// A name that a far end has told, in Contact or Record-Route, and that is not in the table: in lower case, with its
// port, 0 where it writes none, and a transport as below, with PJSIP_TRANSPORT_IPV6 where only addresses of that will
// do.
struct WantedHost {
    WantedHost() : port(0), transport(0) {}
    WantedHost(const std::string &name, int port, int transport) : name(name), port(port), transport(transport) {}

    std::string name;
    int port, transport;
};

// From now on, until the endpoint ends, the library asks the table. To be called on the SIP thread, after libInit, as
// everything here. What goes to a name that is not in the table waits until somebody tells where it leads.
void open_host_table() PJSUA2_THROW(pj::Error);

// Where requests to a name go over a transport (UDP, TCP or TLS, whatever the addresses' family), at a port as their
// address writes it, 0 where it writes none: to the first of these addresses, written "192.0.2.1:5060" and
// "[2001:db8::1]:5060", and to the next where no connection comes about. Without any, such requests fail at once.
void lead_host(const std::string &name, int port, int transport, const pj::StringVector &addresses);

// The name is not in the table any more.
void forget_host(const std::string &name, int port, int transport);

// The names for which something has begun to wait since this was last asked.
std::vector<WantedHost> take_wanted_hosts();

// Where such a name leads now; what waits for it goes there, or fails where there is no address. It is not kept.
void tell_wanted_host(const WantedHost &host, const pj::StringVector &addresses);

} // namespace telefoon

#ifdef SWIG
%template(WantedHostVector) std::vector<telefoon::WantedHost>;
#endif
