// What the gate asks of the front door.
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

// Whether a message comes from an address that is no trunk's and not allowed.
bool is_from_stranger(const pjsip_rx_data *rdata);

} // namespace telefoon
