#include <doctest/doctest.h>

#include "encoded_mix.h"
#include "fake_stream.h"
#include "mix.h"

using namespace telefoon;

namespace {

// A room without its door: who is in it, and time that goes by on demand.
class Room {
public:
    Seat &seat(FakeStream &stream)
    {
        stream.leg->sit(true);
        Seat *made = new Seat();
        made->leg = stream.leg;
        mix.seats[mix.next++].reset(made);
        return *made;
    }

    void ticks(unsigned count = 1)
    {
        pjmedia_frame nothing = pjmedia_frame();
        for (unsigned i = 0; i < count; ++i)
            mix.tick(nothing);
    }

    // As the bridge does where something is played to the room.
    void announce(pj_int16_t level)
    {
        std::vector<pj_int16_t> samples(mix.bridge_rate / FRAMES_PER_S, level);
        pjmedia_frame frame = pjmedia_frame();
        frame.type = PJMEDIA_FRAME_TYPE_AUDIO;
        frame.buf = samples.data();
        frame.size = samples.size() * sizeof samples[0];
        mix.tick(frame);
    }

    Mix mix;
};

const unsigned A_SECOND = FRAMES_PER_S;

} // namespace

TEST_CASE("each is sent what the others say and not itself")
{
    FakeStream ann(1000), ben(300), cem(50);
    Room room;
    room.seat(ann);
    room.seat(ben);
    room.seat(cem);

    room.ticks();

    CHECK(ann.heard() == 350);
    CHECK(ben.heard() == 1050);
    CHECK(cem.heard() == 1300);
}

TEST_CASE("the room itself says what all say")
{
    FakeStream ann(1000), ben(300);
    Room room;
    room.seat(ann);
    room.seat(ben);

    room.ticks();

    CHECK(room.mix.sounds);
    CHECK(room.mix.all[0] == 1300);
}

TEST_CASE("a sum beyond 16 bits is clipped and does not wrap")
{
    FakeStream ann(30000), ben(30000), listener(0);
    Room room;
    room.seat(ann);
    room.seat(ben);
    room.seat(listener);

    room.ticks();

    CHECK(listener.heard() == 32767);
    CHECK(ann.heard() == 30000); // its own part is taken from the whole sum, not from the clipped one
}

TEST_CASE("who is muted is neither heard nor decoded")
{
    FakeStream ann(1000), ben(0);
    Room room;
    room.seat(ann).speaks = false;
    room.seat(ben);

    room.ticks();

    CHECK(ben.heard() == 0);
    CHECK(ann.asked == 0);
}

TEST_CASE("who shall not hear is sent silence")
{
    FakeStream ann(1000), ben(0);
    Room room;
    room.seat(ann);
    room.seat(ben).hears = false;

    room.ticks();

    REQUIRE(ben.frames.size() == 1);
    CHECK(ben.heard() == 0);
}

TEST_CASE("a coach is heard by the one who is coached alone")
{
    FakeStream agent(100), customer(300), coach(1000);
    Room room;
    room.seat(agent); // seat 0
    room.seat(customer);
    room.seat(coach).coached = 0;

    room.ticks();

    CHECK(agent.heard() == 1300);
    CHECK(customer.heard() == 100);
    CHECK(coach.heard() == 400);
}

TEST_CASE("a coach of a seat that is empty is heard by nobody")
{
    FakeStream customer(300), coach(1000);
    Room room;
    room.seat(customer);
    room.seat(coach).coached = 7;

    room.ticks();

    CHECK(customer.heard() == 0);
}

TEST_CASE("what is announced is heard by all")
{
    FakeStream ann(0), ben(1000);
    Room room;
    room.seat(ann);
    room.seat(ben);

    room.announce(200);

    CHECK(ann.heard() == 1200);
    CHECK(ben.heard() == 200);
}

TEST_CASE("a line that is next to silent for a second is left out of the sum")
{
    FakeStream hum(10), ann(0);
    Room room;
    room.seat(hum);
    room.seat(ann);

    room.ticks();
    const pj_int16_t first = ann.heard();
    room.ticks(A_SECOND);
    const pj_int16_t later = ann.heard();
    hum.level = 1000;
    room.ticks();

    CHECK(first == 10);
    CHECK(later == 0);
    CHECK(ann.heard() == 1000); // and the first frame above is heard
}

TEST_CASE("a room is as wide as its widest leg")
{
    FakeStream narrow(1000), wide(0, 16000);
    Room room;
    room.seat(narrow);
    room.seat(wide);

    room.ticks();

    CHECK(room.mix.rate == 16000);
    CHECK(wide.frames.back().size() == 320);
    CHECK(narrow.frames.back().size() == 160);
}

TEST_CASE("a room is no wider than it may be")
{
    FakeStream widest(0, 48000);
    Room room;
    room.mix.widest = 16000;
    room.seat(widest);

    room.ticks();

    CHECK(room.mix.rate == 16000);
    CHECK(widest.frames.back().size() == 960);
}

TEST_CASE("a leg whose stream has gone keeps its seat and is passed over")
{
    FakeStream ann(1000), ben(300);
    Room room;
    room.seat(ann);
    room.seat(ben);

    ann.leg->end();
    room.ticks();

    CHECK(ben.heard() == 0);
    CHECK(ann.frames.empty());
}

TEST_CASE("a re-INVITE in a room lets a leg go on with its new stream")
{
    FakeStream before(1000), after(700), ben(0);
    Room room;
    room.seat(before);
    room.seat(ben);
    room.ticks();

    before.leg->begin(&after.port, NULL);
    room.ticks();

    CHECK(ben.heard() == 700);
}

TEST_CASE("all who only listen are sent frames with one mark")
{
    FakeStream ann(1000), ben(0), cem(0);
    ben.level = cem.level = 0;
    Room room;
    room.seat(ann);
    room.seat(ben);
    room.seat(cem);

    room.ticks(A_SECOND + 4);

    CHECK(ben.marks.back() != 0);
    CHECK(ben.marks.back() == cem.marks.back());
    CHECK(ann.marks.back() == 0);
    CHECK(Mark::tick(ben.marks.back()) == A_SECOND + 4);
}

TEST_CASE("who hears the room louder than it is shares no frame")
{
    FakeStream ann(1000), ben(0);
    Room room;
    room.seat(ann);
    room.seat(ben).heard_gain = 2;

    room.ticks(A_SECOND + 4);

    CHECK(ben.heard() == 2000);
    CHECK(ben.marks.back() == 0);
}
