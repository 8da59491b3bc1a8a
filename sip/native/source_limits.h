// How much whoever is no trunk's may send, and for how long nothing is heard of whoever sent more: token buckets for
// each holder of addresses, and bans that double.
#pragma once

#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "source.h"

namespace telefoon {

// What is counted, each in a bucket of its own.
enum Counted { MESSAGES, INVITES, WRONG_PASSWORDS, MALFORMED, COUNTED };

// So many in a second, and so many at once.
struct Allowance {
    double per_s, at_once;
};

struct TokenBucket {
    double left, filled_s;

    double left_at(const Allowance &allowed, double now_s);
    // Whether there is one left, which is taken.
    bool take(const Allowance &allowed, double now_s);
};

struct LimitRules {
    Allowance allowed[COUNTED];
    unsigned most_holders; // that are kept; whoever was heard of the longest ago makes room
};

struct Ban {
    Source holder;
    double until_s;
    unsigned times; // that it was banned, one after the other
    Counted why;
};

// Belongs to one thread. Times are seconds of a clock that never goes back.
class SourceLimits {
public:
    static const int FIRST_BAN_S = 60, LONGEST_BAN_S = 86400;

    explicit SourceLimits(const LimitRules &rules) : rules(rules), banned(0) {}

    // Whether it is still within its limits, one more of these counted, and not banned. The first that is too much
    // begins a ban; but where half of the table are bans it is left at that, so that forged sources don't fill it.
    bool take(const Source &source, Counted what, double now_s);

    bool is_banned(const Source &source, double now_s);

    // Ban it until a moment, whatever it has sent; a moment that has passed lifts its ban, and all is forgotten.
    void ban(const Source &source, double until_s, unsigned times, Counted why);
    bool lift(const Source &source);

    std::vector<Ban> bans(double now_s);
    // Those that have begun by `take` since this was last asked.
    std::vector<Ban> new_bans();
    // How many those are.
    size_t begun_bans() const { return begun.size(); }
    size_t size() const { return holders.size(); }

private:
    struct Holder {
        Source source;
        TokenBucket buckets[COUNTED];
        double until_s; // 0 where it never was banned
        unsigned times;
        Counted why;
        bool is_banned;
    };
    typedef std::list<Holder> Holders; // the one that anything was heard of last is the last

    Holder *found(const Source &source, double now_s);
    Holder &heard_of(const Source &source, double now_s);
    void make_room();
    void end_if_over(Holder &holder, double now_s);

    LimitRules rules;
    Holders holders;
    std::unordered_map<Source, Holders::iterator, SourceHash> by_source;
    std::vector<Ban> begun;
    size_t banned;
};

} // namespace telefoon
