// How many calls whoever may call begins in a second, so that one peer does not take what is there for all: nobody is
// banned for more, and calls in progress are not counted.
#pragma once

#include <unordered_map>

#include "source_limits.h"

namespace telefoon {

// Belongs to one thread. Times are seconds of a clock that never goes back.
class PeerLimits {
public:
    static const unsigned MOST_PEERS = 4096; // that are kept; with one more, all begin anew

    PeerLimits(const Allowance &invites, const Allowance &wrong_numbers)
        : invites(invites), wrong_numbers(wrong_numbers)
    {
    }

    // Whether an INVITE of the peer is looked at, which is counted. Who has lately called half of the numbers that
    // there are not, of which it may call so many, is in doubt: each of its INVITEs counts as one beforehand, for many
    // come before the first is answered.
    bool take(const Source &source, double now_s);

    // It was told that there is no such number.
    void called_wrong_number(const Source &source, double now_s);

    // It was answered with 200: there is such a number.
    void called_right_number(const Source &source, double now_s);

private:
    struct Peer {
        TokenBucket invites, wrong_numbers;
    };

    bool is_in_doubt(Peer &peer, double now_s) const;
    Peer &peer(const Source &source, double now_s);

    Allowance invites, wrong_numbers;
    std::unordered_map<Source, Peer, SourceHash> by_source;
};

} // namespace telefoon
