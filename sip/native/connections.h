// What the front door asks of connections.
#pragma once

#include "source.h"

namespace telefoon {

// A source is banned: its connections are ended as soon as what is being read now is done with, but for those of calls
// in progress. On the SIP thread.
void end_connections_of(const Source &holder);

} // namespace telefoon
