#include <doctest/doctest.h>

#include <thread>

#include "encoded_mix.h"
#include "fake_stream.h"

using namespace telefoon;

namespace {

void push(FakeStream &stream, pj_int16_t level, unsigned times = 1)
{
    std::vector<pj_int16_t> samples(stream.leg->rate / FRAMES_PER_S, level);
    for (unsigned i = 0; i < times; ++i) {
        Guard guard(stream.leg->mutex);
        stream.leg->push(samples.data(), 0);
    }
}

bool take(FakeStream &stream, pj_int16_t *into)
{
    Guard guard(stream.leg->mutex);
    return stream.leg->take(into);
}

} // namespace

TEST_CASE("a leg of 40 ms a packet is asked for every second frame")
{
    FakeStream stream(500, NARROWBAND, 40);
    pj_int16_t samples[LONGEST];

    for (unsigned i = 0; i < 4; ++i)
        CHECK(take(stream, samples));

    CHECK(stream.asked == 2);
    CHECK(samples[0] == 500);
}

TEST_CASE("a leg of 40 ms a packet is sent whole packets")
{
    FakeStream stream(0, NARROWBAND, 40);

    push(stream, 100);
    const size_t early = stream.frames.size();
    push(stream, 200);

    CHECK(early == 0);
    REQUIRE(stream.frames.size() == 1);
    CHECK(stream.frames[0].size() == 320);
    CHECK(stream.frames[0].front() == 100);
    CHECK(stream.frames[0].back() == 200);
}

TEST_CASE("a leg of two channels is one voice")
{
    FakeStream stream(300, 48000, 20, 2);
    pj_int16_t samples[LONGEST];

    CHECK(take(stream, samples));
    push(stream, 70);

    CHECK(samples[0] == 300); // no louder than each
    REQUIRE(stream.frames.size() == 1);
    CHECK(stream.frames[0].size() == 1920);
    CHECK(stream.frames[0].back() == 70);
}

TEST_CASE("packets of 10 ms go out at even distances")
{
    FakeStream stream(0, NARROWBAND, 10);

    push(stream, 100);
    size_t at_once, later;
    {
        Guard guard(stream.leg->mutex);
        at_once = stream.frames.size();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    {
        Guard guard(stream.leg->mutex);
        later = stream.frames.size();
    }

    CHECK(at_once == 1);
    CHECK(later == 2);
}

TEST_CASE("a stream that ends while packets wait is sent no more of them")
{
    FakeStream stream(0, NARROWBAND, 10);

    push(stream, 100);
    stream.leg->end();
    const size_t sent = stream.frames.size();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));

    CHECK(stream.frames.size() == sent);
}

TEST_CASE("a leg that has gone while its packets wait is missed by nobody")
{
    for (unsigned i = 0; i < 50; ++i) {
        FakeStream stream(0, NARROWBAND, 10);
        push(stream, 100);
    }

    std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

TEST_CASE("the end of another stream than the leg has changes nothing")
{
    FakeStream stream(500), other(0);

    stream.leg->end(&other.port);
    pj_int16_t samples[LONGEST];

    CHECK(take(stream, samples));
}

TEST_CASE("what the bridge announces to a leg in a room is added once")
{
    FakeStream stream(0);
    std::vector<pj_int16_t> said(160, 40);
    pjmedia_frame frame = pjmedia_frame();
    frame.type = PJMEDIA_FRAME_TYPE_AUDIO;
    frame.buf = said.data();
    frame.size = said.size() * sizeof said[0];
    stream.leg->sit(true);

    stream.leg->announce(&frame);
    push(stream, 100);
    push(stream, 100);

    REQUIRE(stream.frames.size() == 2);
    CHECK(stream.frames[0].front() == 140);
    CHECK(stream.frames[1].front() == 100);
}

TEST_CASE("legs that hear nothing are sent the same silence at each tick")
{
    FakeStream one, other;

    for (FakeStream *stream : {&one, &other})
        for (unsigned tick = 1; tick <= 2; ++tick) {
            Guard guard(stream->leg->mutex);
            stream->leg->send_silence(tick);
        }

    CHECK(one.heard() == 0);
    CHECK(one.marks == other.marks);
    REQUIRE(one.marks.size() == 2);
    CHECK(Mark::tick(one.marks[0]) == 1);
    CHECK(Mark::tick(one.marks[1]) == 2);
    CHECK(Mark::mix(one.marks[0]) == Mark::mix(one.marks[1]));
}

TEST_CASE("silence of a line that is paced is its own")
{
    FakeStream stream(0, NARROWBAND, 10);

    {
        Guard guard(stream.leg->mutex);
        stream.leg->send_silence(1);
    }

    REQUIRE(stream.marks.size() == 1);
    CHECK(stream.marks[0] == 0);
}
