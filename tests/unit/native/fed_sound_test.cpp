#include <doctest/doctest.h>

#include "fed_sound.h"

using namespace telefoon;

namespace {

typedef std::vector<std::pair<std::string, bool>> Marks;

// Those that come back.
Marks returned_by(FedSound &fed)
{
    Marks returned;
    for (FedSound::Returned back; fed.give_back(back);)
        returned.emplace_back(back.mark, back.cleared);
    return returned;
}

// 8 kHz of samples that count up, so that each can be told from all others.
struct Fixture {
    unsigned told = 0;
    FedSound fed;
    pj_int16_t next = 1;
    unsigned clears = 0;

    explicit Fixture(unsigned cushion_ms = 40, unsigned rate = 8000)
        : fed(StreamFormat::named("l16", rate), cushion_ms, [this] { ++told; })
    {
        fed.flow();
    }

    bool add(unsigned samples)
    {
        std::string sound;
        for (; samples; --samples, ++next)
            sound += {(char)(next & 255), (char)(next >> 8)};
        return fed.add(sound);
    }

    // What one tick takes; empty where there is nothing.
    std::vector<pj_int16_t> tick()
    {
        std::vector<pj_int16_t> frame(160);
        return fed.take(frame.data(), clears) ? frame : std::vector<pj_int16_t>();
    }
};

} // namespace

TEST_CASE("sound leaves in order and without a gap however it came")
{
    Fixture fixture;
    for (unsigned piece : {1u, 333u, 500u, 20000u, 7u, 159u})
        CHECK(fixture.add(piece));

    pj_int16_t expected = 1;
    for (std::vector<pj_int16_t> frame = fixture.tick(); !frame.empty(); frame = fixture.tick())
        for (pj_int16_t sample : frame)
            if (expected < fixture.next)
                CHECK(sample == expected++);
            else
                CHECK(sample == 0);
    CHECK(expected == fixture.next);
}

TEST_CASE("sound waits for its cushion, for a mark, or for as long as the cushion lasts")
{
    Fixture full, marked, late;
    full.add(319);
    marked.add(10);
    late.add(10);

    CHECK(full.tick().empty());
    full.add(1);
    CHECK(!full.tick().empty());
    CHECK(marked.tick().empty());
    marked.fed.mark("\"m\"");
    CHECK(!marked.tick().empty());
    CHECK(late.tick().empty());
    CHECK(late.tick().empty());
    CHECK(!late.tick().empty());
}

TEST_CASE("a mark comes back in the tick in which the last sample before it leaves")
{
    Fixture fixture;
    fixture.add(320);
    fixture.fed.mark("\"a\"");
    fixture.add(1);
    fixture.fed.mark("\"b\"");
    fixture.fed.mark("\"c\"");

    fixture.tick();
    CHECK(returned_by(fixture.fed).empty());
    fixture.tick();
    CHECK(returned_by(fixture.fed) == Marks{{"\"a\"", false}});
    fixture.tick();
    CHECK(returned_by(fixture.fed) == Marks{{"\"b\"", false}, {"\"c\"", false}});
    CHECK(fixture.told == 2);
    fixture.fed.mark("\"nothing waits\"");
    CHECK(returned_by(fixture.fed).size() == 1);
    CHECK(fixture.told == 3);
}

TEST_CASE("a clear takes hold of the next tick and gives all marks back in order")
{
    Fixture fixture;
    fixture.add(3200);
    fixture.fed.mark("\"a\"");
    fixture.add(3200);
    fixture.fed.mark("\"b\"");
    fixture.tick();

    fixture.fed.clear();

    CHECK(fixture.tick().empty());
    CHECK(returned_by(fixture.fed) == Marks{{"\"a\"", true}, {"\"b\"", true}});
    CHECK(fixture.clears == 1);
    CHECK(fixture.fed.waiting_ms() == 0);
    const pj_int16_t first = fixture.next;
    fixture.add(320);
    CHECK(fixture.tick().at(0) == first);
}

TEST_CASE("before sound may leave marks wait, also where nothing else does")
{
    FedSound fed(StreamFormat::named("mulaw", 8000), 40, [] {});
    fed.mark("\"a\"");
    CHECK(returned_by(fed).empty());

    fed.flow();

    CHECK(returned_by(fed) == Marks{{"\"a\"", false}});
}

TEST_CASE("ten minutes may wait and the newest beyond them are refused")
{
    Fixture fixture;
    const std::string minute(60 * 8000 * 2, '\0');
    for (unsigned each = 0; each < 10; ++each)
        CHECK(fixture.fed.add(minute));

    CHECK(!fixture.fed.add(std::string(2, '\0')));
    CHECK(fixture.fed.waiting_ms() == 600000);
    fixture.tick();
    CHECK(fixture.fed.add(std::string(2, '\0')));
}

TEST_CASE("so many marks may wait, and no more")
{
    Fixture fixture;
    fixture.add(160);
    unsigned kept = 0;
    while (kept < 100000 && fixture.fed.mark("\"m\""))
        ++kept;

    CHECK(kept == 32768);
    fixture.fed.clear();
    CHECK(!fixture.fed.mark("\"until they were given back\""));
    CHECK(fixture.told == 1);
    CHECK(returned_by(fixture.fed).size() == kept);
    CHECK(fixture.fed.mark("\"m\""));
}

TEST_CASE("a gap within sound is an underrun, and the end of what was said is none")
{
    Fixture broken, marked, later;
    for (Fixture *each : {&broken, &marked, &later})
        each->add(320);
    marked.fed.mark("\"end\"");
    for (Fixture *each : {&broken, &marked, &later})
        for (unsigned tick = 0; tick < 4; ++tick)
            each->tick();
    for (unsigned tick = 0; tick < 50; ++tick)
        later.tick();

    for (Fixture *each : {&broken, &marked, &later})
        each->add(320);

    CHECK(broken.fed.underruns() == 1);
    CHECK(marked.fed.underruns() == 0);
    CHECK(later.fed.underruns() == 0);
}

TEST_CASE("after its end nothing waits, leaves or comes back")
{
    Fixture fixture;
    fixture.add(3200);
    fixture.fed.mark("\"a\"");

    fixture.fed.end();

    CHECK(fixture.add(320));
    CHECK(fixture.tick().empty());
    CHECK(returned_by(fixture.fed).empty());
}

TEST_CASE("every format gives back what it was given")
{
    pj_int16_t samples[480], back[480];
    for (int each = 0; each < 480; ++each)
        samples[each] = (pj_int16_t)(each * 60 - 14000);
    for (const StreamFormat &format :
         {StreamFormat::named("mulaw", 8000), StreamFormat::named("alaw", 8000), StreamFormat::named("l16", 24000)}) {
        std::string bytes;
        format.encode(samples, format.frame_samples(), bytes);
        CHECK(bytes.size() == format.frame_bytes());
        format.decode(bytes.data(), format.frame_samples(), back);
        for (unsigned each = 0; each < format.frame_samples(); ++each)
            CHECK(std::abs(back[each] - samples[each]) <= (format.sample_bytes() == 2 ? 0 : 600));
    }
    std::string first;
    StreamFormat::named("l16", 8000).encode(samples + 300, 1, first);
    CHECK(first == std::string("\xa0\x0f", 2)); // 4000
    for (const char *name : {"mulaw", "opus"})
        CHECK_THROWS_AS(StreamFormat::named(name, 16000), pj::Error);
}
