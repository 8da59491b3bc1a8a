#pragma once

#include <cstring>
#include <memory>

#include "pcm.h"
#include "rate_filter.h"

namespace telefoon {

// From one rate to another, a frame at a time; nothing where they are the same.
class Resampler {
public:
    ~Resampler() { close(); }

    // For frames of 20 ms.
    void set(unsigned from, unsigned to) { set(from, to, from / FRAMES_PER_S); }

    void set(unsigned from, unsigned to, unsigned frame_samples)
    {
        if (from == rate_in && to == rate_out && frame_samples == count)
            return;
        close();
        rate_in = from;
        rate_out = to;
        count = frame_samples;
        if (RateFilter::fits(from, to))
            filter = std::make_unique<RateFilter>(from, to);
        else if (from != to)
            open();
    }

    void run(const pj_int16_t *in, pj_int16_t *out)
    {
        if (filter)
            filter->run(in, count, out);
        else if (rate_in == rate_out)
            std::memcpy(out, in, count * sizeof *out);
        else if (resample)
            pjmedia_resample_run(resample, in, out);
        else
            std::memset(out, 0, (size_t)count * rate_out / rate_in * sizeof *out);
    }

    // What comes next follows silence. The library's resampler has no word for that.
    void forget()
    {
        if (filter)
            filter->forget();
    }

private:
    // The library's, for rates that are no multiples of each other.
    void open()
    {
        pool = pjsua_pool_create("resample%p", 4000, 4000);
        if (!pool || pjmedia_resample_create(pool, PJ_TRUE, PJ_FALSE, 1, rate_in, rate_out, count, &resample))
            resample = NULL;
    }

    void close()
    {
        if (resample)
            pjmedia_resample_destroy(resample);
        if (pool)
            pj_pool_release(pool);
        filter.reset();
        resample = NULL;
        pool = NULL;
    }

    unsigned rate_in = 0, rate_out = 0, count = 0;
    std::unique_ptr<RateFilter> filter;
    pj_pool_t *pool = NULL;
    pjmedia_resample *resample = NULL;
};

} // namespace telefoon
