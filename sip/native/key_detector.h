#pragma once

#include <vector>

#include "pcm.h"

namespace telefoon {

// Hears keys in sound of 8 kHz by Goertzel's filters. Pure: no locks, no library.
//
// A key is two tones, one of a row and one of a column, that are nearly all of the sound and have lasted some 36 ms;
// one of 40 ms is heard, one of 23 ms never (ITU-T Q.24). Speech has its power in more places, or not for as
// long.
class KeyDetector {
public:
    // The keys that begin in these samples.
    std::vector<char> hear(const pj_int16_t *samples, unsigned count);

private:
    static const unsigned BLOCK = 102; // a row's distance from the next is a little less than the filters' width
    static const unsigned STEP = BLOCK / 2;

    char sounding() const;
    char settle(char found);

    pj_int16_t block[BLOCK] = {};
    unsigned filled = 0;
    char last = 0, pressed = 0;
    unsigned alike = 0, missed = 0; // blocks that had `last`, and that did not have `pressed`
};

} // namespace telefoon
