// Samples of 16 bits, 20 ms at a time.
#pragma once

#include <mutex>

#include <pjsua-lib/pjsua.h>
#include <pjsua2.hpp>

namespace telefoon {

const unsigned FRAMES_PER_S = 50;
const unsigned NARROWBAND = 8000;
const unsigned WIDEST = 48000;
const unsigned LONGEST = WIDEST / FRAMES_PER_S;

typedef std::lock_guard<std::mutex> Guard;

inline pj_int16_t clipped(pj_int32_t sample)
{
    return (pj_int16_t)(sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample);
}

inline void scale(pj_int16_t *samples, unsigned count, float factor)
{
    for (unsigned i = 0; i < count; ++i)
        samples[i] = clipped((pj_int32_t)(samples[i] * factor));
}

// One voice of several interleaved channels: their mean, so that what all of them say is as loud as each says it.
// `mono` may be where `interleaved` is.
inline void to_mono(pj_int16_t *mono, const pj_int16_t *interleaved, unsigned channels, unsigned count)
{
    for (unsigned i = 0; i < count; ++i, interleaved += channels) {
        pj_int32_t sum = 0;
        for (unsigned channel = 0; channel < channels; ++channel)
            sum += interleaved[channel];
        mono[i] = (pj_int16_t)(sum / (pj_int32_t)channels);
    }
}

inline int mean_level(const pj_int16_t *samples, unsigned count)
{
    pj_int32_t sum = 0;
    for (unsigned i = 0; i < count; ++i)
        sum += samples[i] < 0 ? -samples[i] : samples[i];
    return (int)(sum / (pj_int32_t)count);
}

// Throws pj::Error unless the library has done `what`.
inline void check(pj_status_t status, const char *what)
{
    if (status != PJ_SUCCESS)
        throw pj::Error(status, what, "", __FILE__, __LINE__);
}

} // namespace telefoon
