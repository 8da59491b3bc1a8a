// What a leg is sent by the room that it sits in, as media of the bridge: for recordings.
#pragma once

#include "leg_audio.hpp"

namespace telefoon {

class SentToLeg : public pj::AudioMedia {
public:
    // Throws pj::Error.
    explicit SentToLeg(LegAudio &audio) PJSUA2_THROW(pj::Error);
    virtual ~SentToLeg();

private:
    SentToLeg(const SentToLeg &);
    SentToLeg &operator=(const SentToLeg &);

    std::shared_ptr<Leg> leg;
    pjmedia_port *port;
};

} // namespace telefoon
