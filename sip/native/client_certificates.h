// What clients show over TLS: the certificates with which they have begun a connection to us.
#pragma once

#include <string>

#include <pjsip.h>

namespace telefoon {

// From now on, until the endpoint ends, certificates of clients are kept as long as their connections; the library asks
// each client for one. To be called once, on the SIP thread, after libInit.
void keep_client_certificates();

// Those of the client that began this connection, as PEM, its own first; empty where it has shown none. Nobody has
// looked whether they are trusted.
std::string certificates_of(const pjsip_transport *connection);

} // namespace telefoon
