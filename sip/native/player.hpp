// A WAV file that is played. The library's own player tells its end by calling Python on a thread of the library, and
// the process crashes where the player is destroyed just then. Here an end is a number in a list, and the SIP thread is
// woken to fetch it.
#pragma once

#include <string>

#include <pjsua2.hpp>

namespace telefoon {

class Player : public pj::AudioMedia {
public:
    // Unless it loops, `number` is among those that `ended` when the file is over. Throws pj::Error.
    Player(const std::string &file, bool loop, int number) PJSUA2_THROW(pj::Error);
    virtual ~Player();

private:
    Player(const Player &);
    Player &operator=(const Player &);

    int player;
};

// The numbers of players whose files are over, since this was last asked.
pj::IntVector players_ended();

} // namespace telefoon
