#pragma once

#include <vector>

#include "pcm.h"

namespace telefoon {

// From one rate to a whole multiple of it, or back: a low-pass filter that lets pass what both rates can carry. It
// works out only what is kept, in a form that the compiler makes vector instructions of. Sound comes out 2 ms later
// between 8 kHz and more, 1 ms later between 16 kHz and more.
class RateFilter {
public:
    static bool fits(unsigned from, unsigned to);

    // `fits` must hold.
    RateFilter(unsigned from, unsigned to);

    // `count` samples, of which there is a whole number at the other rate.
    void run(const pj_int16_t *in, unsigned count, pj_int16_t *out);

    // What comes next follows silence.
    void forget();

private:
    void raise(unsigned count, pj_int16_t *out) const;
    void lower(unsigned count, pj_int16_t *out) const;

    unsigned factor;
    bool raises;
    const std::vector<pj_int16_t> &weights;
    std::vector<pj_int16_t> heard; // as many samples of before as the filter looks back to, then the newest
    unsigned before;
};

} // namespace telefoon
