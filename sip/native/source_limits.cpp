#include "source_limits.h"

#include <algorithm>

namespace telefoon {

double TokenBucket::left_at(const Allowance &allowed, double now_s)
{
    left = std::min(allowed.at_once, left + (now_s - filled_s) * allowed.per_s);
    filled_s = now_s;
    return left;
}

bool TokenBucket::take(const Allowance &allowed, double now_s)
{
    if (left_at(allowed, now_s) < 1)
        return false;
    left -= 1;
    return true;
}

bool SourceLimits::take(const Source &source, Counted what, double now_s)
{
    Holder &holder = heard_of(source.holder(), now_s);
    if (holder.is_banned)
        return false;
    if (holder.buckets[what].take(rules.allowed[what], now_s))
        return true;
    if (banned < rules.most_holders / 2) {
        // Whoever behaves for a day after a ban begins anew.
        const bool forgotten = now_s > holder.until_s + LONGEST_BAN_S;
        const unsigned times = forgotten ? 0 : holder.times;
        const double length_s = times < 11 ? (double)FIRST_BAN_S * (1u << times) : (double)LONGEST_BAN_S;
        ban(holder.source, now_s + std::min(length_s, (double)LONGEST_BAN_S), times + 1, what);
        begun.push_back({holder.source, holder.until_s, holder.times, holder.why});
    }
    return false;
}

bool SourceLimits::is_banned(const Source &source, double now_s)
{
    const Holder *holder = found(source.holder(), now_s);
    return holder && holder->is_banned;
}

void SourceLimits::ban(const Source &source, double until_s, unsigned times, Counted why)
{
    Holder &holder = heard_of(source.holder(), 0);
    banned += !holder.is_banned;
    holder.is_banned = true;
    holder.until_s = until_s;
    holder.times = times;
    holder.why = why;
}

bool SourceLimits::lift(const Source &source)
{
    const auto known = by_source.find(source.holder());
    if (known == by_source.end() || !known->second->is_banned)
        return false;
    --banned;
    holders.erase(known->second);
    by_source.erase(known);
    return true;
}

std::vector<Ban> SourceLimits::bans(double now_s)
{
    std::vector<Ban> those;
    for (Holder &each : holders) {
        end_if_over(each, now_s);
        if (each.is_banned)
            those.push_back({each.source, each.until_s, each.times, each.why});
    }
    return those;
}

std::vector<Ban> SourceLimits::new_bans()
{
    std::vector<Ban> taken;
    taken.swap(begun);
    return taken;
}

SourceLimits::Holder *SourceLimits::found(const Source &source, double now_s)
{
    const auto known = by_source.find(source);
    if (known == by_source.end())
        return NULL;
    end_if_over(*known->second, now_s);
    return &*known->second;
}

SourceLimits::Holder &SourceLimits::heard_of(const Source &source, double now_s)
{
    if (Holder *known = found(source, now_s)) {
        holders.splice(holders.end(), holders, by_source[source]);
        return *known;
    }
    make_room();
    Holder holder;
    holder.source = source;
    for (unsigned each = 0; each < COUNTED; ++each)
        holder.buckets[each] = {rules.allowed[each].at_once, now_s};
    holder.until_s = 0;
    holder.times = 0;
    holder.why = MESSAGES;
    holder.is_banned = false;
    by_source[source] = holders.insert(holders.end(), holder);
    return holders.back();
}

void SourceLimits::make_room()
{
    if (holders.size() < rules.most_holders)
        return;
    // Bans stay; they are moved behind those that were heard of later, so that the next one has not to pass them again.
    while (holders.front().is_banned && banned < holders.size())
        holders.splice(holders.end(), holders, holders.begin());
    banned -= holders.front().is_banned;
    by_source.erase(holders.front().source);
    holders.pop_front();
}

void SourceLimits::end_if_over(Holder &holder, double now_s)
{
    if (!holder.is_banned || now_s < holder.until_s)
        return;
    holder.is_banned = false;
    --banned;
}

} // namespace telefoon
