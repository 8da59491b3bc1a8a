#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "rate_filter.h"
#include "resampler.h"

using namespace telefoon;

namespace {

const double LOUDNESS = 10000;

// A second of a tone, through a filter; the first frames are left out, in which it begins.
std::vector<pj_int16_t> filtered(double hz, unsigned from, unsigned to)
{
    const unsigned count = from / FRAMES_PER_S, made = to / FRAMES_PER_S;
    RateFilter filter(from, to);
    std::vector<pj_int16_t> in(count), out(FRAMES_PER_S * made);
    for (unsigned frame = 0; frame < FRAMES_PER_S; ++frame) {
        for (unsigned i = 0; i < count; ++i)
            in[i] = (pj_int16_t)std::lround(LOUDNESS * std::sin(2 * M_PI * hz * (frame * count + i) / from));
        filter.run(in.data(), count, out.data() + frame * made);
    }
    out.erase(out.begin(), out.begin() + 3 * made);
    return out;
}

// Against the tone's own.
double decibels(const std::vector<pj_int16_t> &samples)
{
    double energy = 1e-9;
    for (pj_int16_t each : samples)
        energy += (double)each * each;
    return 10 * std::log10(energy / samples.size() / (LOUDNESS * LOUDNESS / 2));
}

// What is left of the samples when the tone itself is taken out of them.
double residue(const std::vector<pj_int16_t> &samples, double hz, unsigned rate)
{
    double sine = 0, cosine = 0;
    for (size_t i = 0; i < samples.size(); ++i) {
        sine += samples[i] * std::sin(2 * M_PI * hz * i / rate) * 2 / samples.size();
        cosine += samples[i] * std::cos(2 * M_PI * hz * i / rate) * 2 / samples.size();
    }
    std::vector<pj_int16_t> left(samples);
    for (size_t i = 0; i < left.size(); ++i) {
        const double at = 2 * M_PI * hz * i / rate;
        left[i] = (pj_int16_t)std::lround(left[i] - sine * std::sin(at) - cosine * std::cos(at));
    }
    return decibels(left);
}

} // namespace

TEST_CASE("a tone of the telephone's band is as loud at another rate, and alone")
{
    const unsigned rates[][2] = {{8000, 16000}, {16000, 8000}, {8000, 48000}, {48000, 8000}, {16000, 48000}};

    for (const unsigned *rate : rates)
        for (double hz : {300., 1000., 3400.}) {
            const std::vector<pj_int16_t> heard = filtered(hz, rate[0], rate[1]);

            CHECK(std::abs(decibels(heard)) < 0.1);
            CHECK(residue(heard, hz, rate[1]) < -60);
        }
}

TEST_CASE("what a lower rate can't carry is not heard as another tone")
{
    for (double hz : {4600., 5000., 7000.})
        CHECK(decibels(filtered(hz, 16000, 8000)) < -60);
}

TEST_CASE("a click comes out 2 ms later, both to a higher rate and from it")
{
    std::vector<pj_int16_t> click(160), raised(320), lowered(160);
    click[40] = 10000;

    RateFilter(8000, 16000).run(click.data(), 160, raised.data());
    RateFilter(16000, 8000).run(raised.data(), 320, lowered.data());

    CHECK(std::max_element(raised.begin(), raised.end()) - raised.begin() == 2 * 40 + 31);
    CHECK(std::max_element(lowered.begin(), lowered.end()) - lowered.begin() == 40 + 31);
}

TEST_CASE("how sound is cut into frames makes no difference to it")
{
    std::vector<pj_int16_t> in(480), whole(960), cut(960);
    for (unsigned i = 0; i < in.size(); ++i)
        in[i] = (pj_int16_t)(i * 7919 % 20000 - 10000);
    RateFilter once(8000, 16000), often(8000, 16000);

    once.run(in.data(), 480, whole.data());
    for (unsigned at = 0; at < 480; at += 80)
        often.run(in.data() + at, 80, cut.data() + 2 * at);

    CHECK(whole == cut);
}

TEST_CASE("where the loudest sound there is begins, what is beyond 16 bits is clipped")
{
    const std::vector<pj_int16_t> loudest(960, 32767);
    std::vector<pj_int16_t> raised(960), lowered(960);

    for (unsigned factor = 2; factor <= 6; ++factor) {
        RateFilter(8000, 8000 * factor).run(loudest.data(), 160, raised.data());
        RateFilter(8000 * factor, 8000).run(loudest.data(), 160 * factor, lowered.data());

        // It has come through after 2 ms.
        CHECK(*std::min_element(raised.begin() + 17 * factor, raised.begin() + 160 * factor) > 25000);
        CHECK(*std::min_element(lowered.begin() + 17, lowered.begin() + 160) > 25000);
    }
}

TEST_CASE("rates that are no multiples of each other are left to the library")
{
    CHECK(RateFilter::fits(8000, 48000));
    CHECK(RateFilter::fits(16000, 8000));
    CHECK_FALSE(RateFilter::fits(16000, 16000));
    CHECK_FALSE(RateFilter::fits(16000, 24000));
    CHECK_FALSE(RateFilter::fits(0, 8000));
}

TEST_CASE("a resampler takes frames of another length than 20 ms")
{
    std::vector<pj_int16_t> in(240, 1000), out(481, -1);
    Resampler resampler;
    resampler.set(8000, 16000, 240);

    resampler.run(in.data(), out.data());

    CHECK(std::abs(out[479] - 1000) <= 2);
    CHECK(out[480] == -1);
}

TEST_CASE("a resampler that forgets goes on as after silence")
{
    const std::vector<pj_int16_t> loud(160, 10000), quiet(160, 0);
    std::vector<pj_int16_t> out(320);
    Resampler resampler;
    resampler.set(8000, 16000);
    resampler.run(loud.data(), out.data());

    resampler.forget();
    resampler.run(quiet.data(), out.data());

    CHECK(out == std::vector<pj_int16_t>(320, 0));
}
