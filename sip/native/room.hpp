// Conference rooms: one mix for all who are in it, from which each is sent what the others say.
//
// pjmedia's bridge adds every speaker to every listener, so a room of n costs n * n additions each 20 ms. Here the
// frames of a leg that sits in a room go past the bridge: a room takes one frame from each leg's stream, adds them up
// once, and sends each leg the sum less its own part. A room is as wide as its widest leg, whatever the bridge is.
//
// Everything is called on the SIP thread but for the two frame functions, which the bridge's clock calls.
#pragma once

#include "leg_audio.hpp"

namespace telefoon {

struct Mix;

// A room. As media of the bridge, what is transmitted to it is heard by all in it, and it transmits what all say.
class Room : public pj::AudioMedia {
public:
    // `widest` is the highest rate in Hz at which it may mix: 8000, 16000 or 48000. With automatic gain, soft and loud
    // voices come closer together; `denoise` takes steady noise from each. Throws pj::Error.
    explicit Room(unsigned widest, bool automatic_gain = false, bool denoise = false) PJSUA2_THROW(pj::Error);
    virtual ~Room();

    // Give a leg a seat, in which it speaks and hears; the seat's number.
    int seat(LegAudio &audio);

    void unseat(int seat);

    // Whether the seat is heard by the others, or by seat `coached` alone if that is not -1, and hears them.
    void attend(int seat, bool speaks, bool hears, int coached);

    // Have the seat be a link to another room, which is sent the loudest alone, or an ordinary one.
    void link(int seat, bool is_link);

    // How loud the seat is to others and others are to it; 1.0 leaves it as it is.
    void adjust(int seat, float said, float heard);

    // The seats that are talking now.
    pj::IntVector talking() const;

    // Hz at which it mixes now.
    unsigned rate() const;

private:
    Room(const Room &);
    Room &operator=(const Room &);

    std::shared_ptr<Mix> mix;
    pjmedia_port *port;
};

} // namespace telefoon
