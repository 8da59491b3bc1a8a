#include <doctest/doctest.h>

#include "fake_stream.h"
#include "seat.h"

using namespace telefoon;

namespace {

void listen(Seat &seat, unsigned times, const Sound &sound = Sound())
{
    for (unsigned i = 0; i < times; ++i)
        seat.listen(NARROWBAND, sound);
}

} // namespace

TEST_CASE("60 ms above the level are talk")
{
    FakeStream stream(1000);
    Seat seat;
    seat.leg = stream.leg;

    listen(seat, 2);
    const bool early = seat.talks();
    listen(seat, 1);

    CHECK_FALSE(early);
    CHECK(seat.talks());
}

TEST_CASE("talk is over after 800 ms below the level")
{
    FakeStream stream(1000);
    Seat seat;
    seat.leg = stream.leg;
    listen(seat, 3);
    stream.level = 100;

    listen(seat, 39);
    const bool pausing = seat.talks();
    listen(seat, 1);

    CHECK(pausing);
    CHECK_FALSE(seat.talks());
}

TEST_CASE("a seat says as loud as it is adjusted to be")
{
    FakeStream stream(1000);
    Seat seat;
    seat.leg = stream.leg;
    seat.said_gain = 0.5;

    listen(seat, 1);

    CHECK(seat.voice[0] == 500);
}

TEST_CASE("automatic gain raises a soft voice")
{
    FakeStream stream(0);
    Seat seat;
    seat.leg = stream.leg;
    Sound sound;
    sound.automatic_gain = true;

    int before = 0, after = 0;
    for (unsigned i = 0; i < 3 * FRAMES_PER_S; ++i) {
        stream.level = i % 2 ? 500 : -500; // a square wave, which is no hum that a filter takes away
        seat.listen(NARROWBAND, sound);
        (i ? after : before) = mean_level(seat.voice, NARROWBAND / FRAMES_PER_S);
    }

    CHECK(after > before);
}

TEST_CASE("whispers of several coaches add up and are gone with the next frame")
{
    FakeStream stream(0);
    Seat seat;
    seat.leg = stream.leg;
    const std::vector<pj_int16_t> voice(NARROWBAND / FRAMES_PER_S, 20000);
    listen(seat, 1);

    seat.be_whispered(voice.data(), (unsigned)voice.size());
    seat.be_whispered(voice.data(), (unsigned)voice.size());
    const int both = seat.whisper[0];
    listen(seat, 1);
    const bool still = seat.whispered;
    seat.be_whispered(voice.data(), (unsigned)voice.size());

    CHECK(both == 40000);
    CHECK_FALSE(still);
    CHECK(seat.whisper[0] == 20000);
}

TEST_CASE("a leg without a stream says nothing and is sent nothing")
{
    Seat seat;
    seat.leg = std::make_shared<Leg>();
    pj_int16_t mixed[LONGEST] = {};

    listen(seat, 1);
    seat.send(mixed, NARROWBAND, 0);

    CHECK_FALSE(seat.sounds);
}
