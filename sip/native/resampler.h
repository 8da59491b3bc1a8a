#pragma once

#include <cstring>

#include "pcm.h"

namespace telefoon {

// From one rate to another, 20 ms at a time; nothing where they are the same.
class Resampler {
public:
    ~Resampler() { close(); }

    void set(unsigned from, unsigned to)
    {
        if (from == rate_in && to == rate_out)
            return;
        close();
        rate_in = from;
        rate_out = to;
        if (from == to)
            return;
        pool = pjsua_pool_create("resample%p", 4000, 4000);
        if (!pool || pjmedia_resample_create(pool, PJ_TRUE, PJ_FALSE, 1, from, to, from / FRAMES_PER_S, &resample))
            resample = NULL;
    }

    void run(const pj_int16_t *in, pj_int16_t *out)
    {
        if (rate_in == rate_out)
            std::memcpy(out, in, rate_in / FRAMES_PER_S * sizeof *out);
        else if (resample)
            pjmedia_resample_run(resample, in, out);
        else
            std::memset(out, 0, rate_out / FRAMES_PER_S * sizeof *out);
    }

private:
    void close()
    {
        if (resample)
            pjmedia_resample_destroy(resample);
        if (pool)
            pj_pool_release(pool);
        resample = NULL;
        pool = NULL;
    }

    unsigned rate_in = 0, rate_out = 0;
    pj_pool_t *pool = NULL;
    pjmedia_resample *resample = NULL;
};

} // namespace telefoon
