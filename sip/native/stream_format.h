#pragma once

#include <string>

#include "pcm.h"

namespace telefoon {

enum class StreamEncoding { MULAW, ALAW, L16 };

// How sound is written on a media stream.
struct StreamFormat {
    StreamEncoding encoding;
    unsigned rate; // in Hz

    // By its name: "mulaw", "alaw" or "l16", which has the lower byte first.
    // Throws pj::Error for another name, or for a rate that it has not.
    static StreamFormat named(const std::string &name, unsigned rate);

    unsigned sample_bytes() const { return encoding == StreamEncoding::L16 ? 2 : 1; }
    unsigned frame_samples() const { return rate / FRAMES_PER_S; }
    unsigned frame_bytes() const { return frame_samples() * sample_bytes(); }

    void encode(const pj_int16_t *samples, unsigned count, std::string &into) const;
    void decode(const char *bytes, unsigned count, pj_int16_t *into) const;
};

} // namespace telefoon
