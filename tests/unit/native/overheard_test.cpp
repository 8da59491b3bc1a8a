#include <doctest/doctest.h>

#include "overheard.h"

using namespace telefoon;

namespace {

const unsigned FRAME = NARROWBAND / FRAMES_PER_S;

// A listener that counts how often it is told.
struct Listening {
    unsigned told = 0;
    Overheard heard{NARROWBAND, [this] { ++told; }};

    void hear(pj_int16_t level, unsigned frames)
    {
        const std::vector<pj_int16_t> frame(FRAME, level);
        for (unsigned i = 0; i < frames; ++i)
            heard.add(frame.data());
    }

    std::vector<pj_int16_t> taken()
    {
        const std::string bytes = heard.take();
        const pj_int16_t *samples = reinterpret_cast<const pj_int16_t *>(bytes.data());
        return std::vector<pj_int16_t>(samples, samples + bytes.size() / sizeof *samples);
    }
};

} // namespace

TEST_CASE("what is overheard is taken once and in order with silence where nobody was wired")
{
    Listening listening;
    listening.hear(5, 1);
    listening.heard.add(NULL);
    listening.hear(7, 1);

    const std::vector<pj_int16_t> taken = listening.taken();

    REQUIRE(taken.size() == 3 * FRAME);
    CHECK(taken[0] == 5);
    CHECK(taken[FRAME] == 0);
    CHECK(taken[2 * FRAME] == 7);
    CHECK(listening.taken().empty());
}

TEST_CASE("60 ms are told of once until they are taken")
{
    Listening listening;
    listening.hear(0, 2);
    CHECK(listening.told == 0);
    listening.hear(0, 20);
    CHECK(listening.told == 1);

    listening.taken();
    listening.hear(0, 3);

    CHECK(listening.told == 2);
}

TEST_CASE("a voice is told of with its fourth frame though fewer wait")
{
    Listening listening;
    listening.hear(1000, 3);
    listening.taken();

    listening.hear(1000, 1);

    CHECK(listening.told == 2);
    CHECK(listening.taken().size() == FRAME);
}

TEST_CASE("a pause is told of after 200 ms though fewer frames wait")
{
    Listening listening;
    listening.hear(1000, 6);
    listening.hear(0, 9);
    listening.taken();
    const unsigned before = listening.told;

    listening.hear(0, 1);

    CHECK(listening.told == before + 1);
}

TEST_CASE("what nobody takes for longer than ten seconds is dropped and counted and the newest is kept")
{
    Listening listening;
    listening.hear(1, 100);
    listening.hear(2, 500);

    const std::vector<pj_int16_t> taken = listening.taken();

    CHECK(taken.size() == 500 * FRAME);
    CHECK(taken.front() == 2);
    CHECK(listening.heard.dropped_ms() == 2000);
    CHECK(listening.told == 1);
}

TEST_CASE("a listener that has ended keeps nothing and is told of nothing")
{
    Listening listening;
    listening.heard.end();

    listening.hear(1000, 50);

    CHECK(listening.taken().empty());
    CHECK(listening.told == 0);
}
