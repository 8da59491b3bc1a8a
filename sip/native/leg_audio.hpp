// A leg between its stream and the bridge.
//
// Everything is called on the SIP thread but for the two frame functions, which the bridge's clock calls.
#pragma once

#include <memory>
#include <pjsua2.hpp>
#include <string>

#include "figures.hpp"

namespace telefoon {

struct Leg;

// What a leg says and is given to hear. It outlives the leg's streams, which every re-INVITE makes anew.
class LegAudio {
public:
    LegAudio();

    // Stand between a stream that was just made and the bridge; from Call::onStreamCreated.
    // Throws pj::Error.
    void wrap(pj::OnStreamCreatedParam &prm) PJSUA2_THROW(pj::Error);

    // From the next stream on, listen for keys in the sound of the far end; they are told as the library's call `call`.
    void listen_for_keys(int call);

    // Send the far end these keys as tones, in place of all else that it would be sent meanwhile.
    void sound_keys(const std::string &keys);

    // The leg's stream is about to go; from Call::onStreamDestroyed.
    void unwrap();

    // What the line was like so far.
    Figures figures() const;

    // Have what this leg says sent to `listener` packet by packet, as it comes in, in place of all that the bridge has
    // for it. False, and nothing is done, where the two lines differ. It ends by itself when a stream of either ends.
    bool pass_to(LegAudio &listener);

    // Leave what it says to the bridge again.
    void pass_to_nobody();

    // What it hears from now on, but in a room, is no wider than sound at this rate: its far end is sent no wider.
    void hear_up_to(unsigned rate_hz);

    // Of what it says, in samples a second; 0 while there is no stream.
    unsigned rate() const;

    // A number that changes with each RTP packet and each RTCP report that comes in; -1 while there is no stream.
    long life() const;

    // How many packets of RTP and RTCP have come that were not the far end's.
    unsigned strange() const;

private:
    friend class Room;
    friend class SentToLeg;
    std::shared_ptr<Leg> leg;
    int call_with_keys = -1;
};

} // namespace telefoon
