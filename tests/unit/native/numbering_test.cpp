#include <doctest/doctest.h>

#include "numbering.h"

using namespace telefoon;

namespace {

const pj_uint32_t STEP = 160;

// A line on which packets of another are sent, and others by the line itself.
struct Receiver {
    Numbering numbering;
    Numbers last = {5000, 90000};
    bool begins = false;

    bool gets(pj_uint16_t seq, pj_uint32_t ts, bool marker = false, pj_uint32_t ssrc = 1)
    {
        const bool in_time = numbering.number({ssrc, seq, ts, marker}, last, STEP, &given, &begins);
        if (in_time && (pj_int32_t)(given.seq - last.seq) > 0)
            last = given;
        return in_time;
    }

    Numbers given = {0, 0};
};

} // namespace

TEST_CASE("what is passed goes on from what was sent before")
{
    Receiver line;

    CHECK(line.gets(77, 1000));

    CHECK(line.given.seq == 5001);
    CHECK(line.given.ts == 90000 + STEP);
    CHECK(line.begins);
}

TEST_CASE("a lost packet leaves a gap, and one out of order keeps its place")
{
    Receiver line;
    line.gets(77, 1000);

    line.gets(80, 1000 + 3 * STEP);
    CHECK(line.given.seq == 5004);
    CHECK(line.given.ts == 90000 + 4 * STEP);
    CHECK(line.gets(79, 1000 + 2 * STEP));
    CHECK(line.given.seq == 5003);
    CHECK_FALSE(line.begins);
}

TEST_CASE("a packet from before the first has no number of its own any more")
{
    Receiver line;
    line.gets(77, 1000);

    CHECK_FALSE(line.gets(76, 1000 - STEP));
    CHECK(line.gets(78, 1000 + STEP));
    CHECK(line.given.seq == 5002);
}

TEST_CASE("numbers run over")
{
    Receiver line;
    line.last = {0x1FFFE, 0xFFFFFFF0};
    line.gets(0xFFFF, 0xFFFFFF80);

    line.gets(0, 0x20);

    CHECK(line.given.seq == 0x20000);
    CHECK(line.given.ts == 0xFFFFFFF0 + 2 * STEP);
}

TEST_CASE("it begins anew where the line itself has sent, and where the sender does")
{
    Receiver line;
    line.gets(77, 1000);
    line.last.seq += 3;
    line.last.ts += 3 * STEP;
    const Numbers before = line.last;

    SUBCASE("others sent between")
    {
        line.gets(78, 1000 + STEP);
    }
    SUBCASE("no audio between")
    {
        line.numbering.settle_anew();
        line.gets(99, 1000 + STEP);
    }
    SUBCASE("another source")
    {
        line.gets(78, 1000 + STEP, false, 2);
    }

    CHECK(line.begins);
    CHECK(line.given.seq == before.seq + 1);
    CHECK(line.given.ts == before.ts + STEP);
}

TEST_CASE("a pause, a leap in numbers and one in time are no loss")
{
    Receiver line;
    line.gets(77, 1000);

    SUBCASE("a talkspurt begins")
    {
        line.gets(90, 1000 + 13 * STEP, true);
    }
    SUBCASE("numbers leap")
    {
        line.gets(30000, 1000 + STEP);
    }
    SUBCASE("time leaps")
    {
        line.gets(78, 1000 + 9000);
    }
    SUBCASE("time leaps back")
    {
        line.gets(78, 1000 - 9000);
    }

    CHECK(line.begins);
    CHECK(line.given.seq == 5002);
    CHECK(line.given.ts == 90000 + 2 * STEP);
}
