#pragma once

#include <map>
#include <memory>

#include "loudest.h"
#include "pcm.h"
#include "resampler.h"
#include "seat.h"

namespace telefoon {

// So many are heard over a link, and of so many links: the noise of all others' open microphones is not.
const unsigned TALKERS = 3;

// The seats of a room and their sum, made anew each 20 ms. Hold `mutex` for all of it.
struct Mix {
    mutable std::mutex mutex;
    unsigned widest = WIDEST;
    Sound sound;
    std::map<int, std::unique_ptr<Seat>> seats;
    int next = 0;
    unsigned rate = NARROWBAND;
    unsigned bridge_rate = NARROWBAND;
    pj_int16_t all[LONGEST]; // what the room says, at the bridge's rate
    bool sounds = false;

    // NULL where nobody has that seat.
    Seat *find(int number);

    // Listen to all, add up and send each its part. Locks by itself.
    void tick(const pjmedia_frame &announcement);

private:
    unsigned length() const { return rate / FRAMES_PER_S; }
    void choose_rate();
    void announce(const pjmedia_frame &frame);
    void choose_talkers();
    void add(Seat &seat);
    void finish_sum();
    void send(Seat &seat);
    void gather_for_link(const Seat &link, pj_int16_t *mixed) const;

    Resampler from_bridge, to_bridge;
    pj_int32_t sum[LONGEST];
    pj_int32_t announced[LONGEST]; // what is played to all
    Loudest<TALKERS + 1> talkers;  // one more than a link is sent, for it may be among them itself
    pj_int16_t clean[LONGEST];     // the sum, as it is sent to those who only listen
    unsigned ticks = 0;
};

} // namespace telefoon
