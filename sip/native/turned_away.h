// What was turned away, in sums that take no more memory the more there is.
#pragma once

#include <map>
#include <utility>

#include "front_door.hpp"

namespace telefoon {

class TurnedAwaySums {
public:
    static const unsigned MOST_CALLS = 64; // told apart until they are taken
    static const unsigned LONGEST_NUMBER = 64;

    void add(const char *reason, const std::string &method) { ++sums[std::make_pair(reason, method)]; }
    void add_call(const std::string &source, const std::string &number);

    // What there is since these were last asked.
    std::vector<TurnedAway> take();
    std::vector<UnheardCalls> take_calls();

private:
    std::map<std::pair<std::string, std::string>, double> sums, calls;
};

// A method that is known by name, else "other": whoever makes one up gets no sum of its own.
std::string known_method(const pj_str_t &method);

} // namespace telefoon
