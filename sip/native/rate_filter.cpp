#include "rate_filter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace telefoon {

namespace {

const unsigned GREATEST_FACTOR = 6; // 8 to 48 kHz
const unsigned TAPS = 32;           // of each phase, so of so many samples at the lower rate
const int UNIT_BITS = 14;           // the sum of all weights' amounts is below 2, and that of all products below 2^31
const double PI = 3.14159265358979323846;

// A Kaiser window with 70 dB of stop band: with TAPS, what is below 3.46 kHz passes, what is above 4.54 does not.
const double KAISER_BETA = 6.755;

double bessel(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; k < 40; ++k) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

// The filter at the higher rate; its gain is 1.
std::vector<double> low_pass(unsigned factor)
{
    const unsigned length = TAPS * factor;
    std::vector<double> made(length);
    double sum = 0;
    for (unsigned i = 0; i < length; ++i) {
        const double at = i - (length - 1) / 2.0, along = 2 * at / (length - 1);
        const double x = PI * at / factor;
        const double sinc = at == 0 ? 1 : std::sin(x) / x;
        made[i] = sinc * bessel(KAISER_BETA * std::sqrt(1 - along * along));
        sum += made[i];
    }
    for (double &each : made)
        each /= sum;
    return made;
}

pj_int16_t weight(double value)
{
    return (pj_int16_t)std::lround(value * (1 << UNIT_BITS));
}

typedef std::array<std::vector<pj_int16_t>, GREATEST_FACTOR + 1> Weights;

// Phase after phase, each from the oldest sample to the newest.
Weights weights_to_raise()
{
    Weights made;
    for (unsigned factor = 2; factor <= GREATEST_FACTOR; ++factor) {
        const std::vector<double> filter = low_pass(factor);
        for (unsigned phase = 0; phase < factor; ++phase)
            for (unsigned back = TAPS; back-- > 0;)
                made[factor].push_back(weight(filter[phase + back * factor] * factor));
    }
    return made;
}

Weights weights_to_lower()
{
    Weights made;
    for (unsigned factor = 2; factor <= GREATEST_FACTOR; ++factor)
        for (double each : low_pass(factor)) // it is symmetric
            made[factor].push_back(weight(each));
    return made;
}

const std::vector<pj_int16_t> &known_weights(unsigned factor, bool raises)
{
    static const Weights raising = weights_to_raise(), lowering = weights_to_lower();
    return (raises ? raising : lowering)[factor];
}

inline pj_int32_t product(const pj_int16_t *samples, const pj_int16_t *weights)
{
    pj_int32_t sum = 0;
    for (unsigned i = 0; i < TAPS; ++i)
        sum += samples[i] * weights[i];
    return sum;
}

inline pj_int16_t rounded(pj_int32_t sum)
{
    return clipped((sum + (1 << (UNIT_BITS - 1))) >> UNIT_BITS);
}

} // namespace

bool RateFilter::fits(unsigned from, unsigned to)
{
    const unsigned lower = std::min(from, to), higher = std::max(from, to);
    return lower && lower < higher && higher % lower == 0 && higher / lower <= GREATEST_FACTOR;
}

RateFilter::RateFilter(unsigned from, unsigned to)
    : factor(std::max(from, to) / std::min(from, to)), raises(from < to), weights(known_weights(factor, raises)),
      before((raises ? TAPS : TAPS * factor) - 1)
{
    heard.assign(before, 0);
}

void RateFilter::run(const pj_int16_t *in, unsigned count, pj_int16_t *out)
{
    heard.resize(before + count);
    std::memcpy(heard.data() + before, in, count * sizeof *in);
    if (raises)
        raise(count, out);
    else
        lower(count / factor, out);
    std::memmove(heard.data(), heard.data() + count, before * sizeof *in);
}

void RateFilter::forget()
{
    std::fill_n(heard.begin(), before, 0);
}

void RateFilter::raise(unsigned count, pj_int16_t *out) const
{
    for (unsigned i = 0; i < count; ++i)
        for (unsigned phase = 0; phase < factor; ++phase)
            *out++ = rounded(product(heard.data() + i, weights.data() + phase * TAPS));
}

void RateFilter::lower(unsigned count, pj_int16_t *out) const
{
    for (unsigned i = 0; i < count; ++i) {
        pj_int32_t sum = 0;
        for (unsigned part = 0; part < factor; ++part)
            sum += product(heard.data() + i * factor + part * TAPS, weights.data() + part * TAPS);
        out[i] = rounded(sum);
    }
}

} // namespace telefoon
