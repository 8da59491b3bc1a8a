// What others ask of the front door.
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

// Whether an address is no trunk's and not allowed; no address is where anybody may call.
bool is_stranger(const pj_sockaddr &address);

// Whether a message comes from such an address.
bool is_from_stranger(const pjsip_rx_data *rdata);

} // namespace telefoon
