#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "pcm.h"

namespace telefoon {

// Samples that wait to be taken, a few frames at most: what is too late is dropped, oldest first.
class Fifo {
public:
    unsigned size() const { return count; }
    void clear() { count = 0; }

    // Empty, for so many samples; a frame of a stream may be of any length, as the far end describes it.
    void fit(unsigned capacity)
    {
        samples.assign(capacity, 0);
        count = 0;
    }

    // Where so many may be written, before they are `added`. There must be at most as many as it fits.
    pj_int16_t *room_for(unsigned more)
    {
        if (count + more > samples.size())
            drop(count + more - (unsigned)samples.size());
        return samples.data() + count;
    }

    void added(unsigned more) { count += more; }

    void drop(unsigned some)
    {
        some = std::min(some, count);
        std::memmove(samples.data(), samples.data() + some, (count - some) * sizeof(pj_int16_t));
        count -= some;
    }

    void take(pj_int16_t *into, unsigned wanted)
    {
        unsigned some = std::min(wanted, count);
        std::memcpy(into, samples.data(), some * sizeof *into);
        std::memset(into + some, 0, (wanted - some) * sizeof *into);
        drop(some);
    }

private:
    std::vector<pj_int16_t> samples;
    unsigned count = 0;
};

} // namespace telefoon
