#pragma once

#include "pcm.h"

namespace telefoon {

// Have the stream encode no wider than sound at `rate_hz` is, where its codec is Opus: the encoder works for what it is
// given, and at 48 kHz a telephone's voice takes it twice as long as it need. Hold what keeps frames from the stream.
void encode_up_to(pjmedia_stream *stream, unsigned rate_hz);

} // namespace telefoon
