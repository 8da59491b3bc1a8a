#include <doctest/doctest.h>

#include "pcm.h"

using namespace telefoon;

TEST_CASE("a sample beyond 16 bits is the loudest there is")
{
    CHECK(clipped(40000) == 32767);
    CHECK(clipped(-40000) == -32768);
    CHECK(clipped(-5) == -5);
}

TEST_CASE("what is scaled too far is clipped")
{
    pj_int16_t samples[] = {100, -100, 30000};

    scale(samples, 3, 2);

    CHECK(samples[0] == 200);
    CHECK(samples[1] == -200);
    CHECK(samples[2] == 32767);
}

TEST_CASE("the mean level counts both halves of a wave")
{
    const pj_int16_t samples[] = {100, -300};

    CHECK(mean_level(samples, 2) == 200);
}

TEST_CASE("the mean level of the loudest frame overflows nothing")
{
    const std::vector<pj_int16_t> samples(LONGEST, -32768);

    CHECK(mean_level(samples.data(), LONGEST) == 32768);
}
