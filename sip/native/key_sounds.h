#pragma once

#include <string>
#include <vector>

#include "pcm.h"

namespace telefoon {

// Keys that wait to be sounded towards a far end, as a telephone sounds them: two tones for 160 ms, then silence
// for 80.
class KeySounds {
public:
    void add(const std::string &keys) { waiting += keys; }
    bool none() const { return waiting.empty(); }

    // The next samples, the same in each channel; some must wait.
    const std::vector<pj_int16_t> &next(unsigned count, unsigned channels, unsigned rate);

private:
    std::string waiting; // the first of them sounds
    unsigned done = 0;   // of its samples
    std::vector<pj_int16_t> samples;
};

} // namespace telefoon
