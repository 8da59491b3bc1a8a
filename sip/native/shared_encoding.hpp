// One encoding for all who are sent the same.
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

// From now on, listeners of a room who have Opus with the same settings are sent bytes that were encoded once. To be
// called once, between the endpoint's initialisation and its first call.
//
// No other codec is worth it. Opus takes 97 us a frame, and a change of encoders is at -29 dB in it, where the codec's
// own noise is at -31. G.722 takes 18 us, but two of its encoders never come to the same state: a change is heard at
// -20 to -25 dB, with its own noise at -43. G.711 takes next to nothing.
void share_encoding() PJSUA2_THROW(pj::Error);

} // namespace telefoon
