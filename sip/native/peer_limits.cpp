#include "peer_limits.h"

namespace telefoon {

bool PeerLimits::take(const Source &source, double now_s)
{
    Peer &known = peer(source, now_s);
    if (is_in_doubt(known, now_s) && !known.wrong_numbers.take(wrong_numbers, now_s))
        return false;
    return known.invites.take(invites, now_s);
}

void PeerLimits::called_wrong_number(const Source &source, double now_s)
{
    Peer &known = peer(source, now_s);
    if (!is_in_doubt(known, now_s))
        known.wrong_numbers.take(wrong_numbers, now_s);
}

void PeerLimits::called_right_number(const Source &source, double now_s)
{
    Peer &known = peer(source, now_s);
    if (is_in_doubt(known, now_s))
        known.wrong_numbers.left += 1;
}

bool PeerLimits::is_in_doubt(Peer &peer, double now_s) const
{
    return peer.wrong_numbers.left_at(wrong_numbers, now_s) < wrong_numbers.at_once / 2;
}

PeerLimits::Peer &PeerLimits::peer(const Source &source, double now_s)
{
    const Source holder = source.holder();
    const auto known = by_source.find(holder);
    if (known != by_source.end())
        return known->second;
    if (by_source.size() >= MOST_PEERS)
        by_source.clear();
    return by_source[holder] = {{invites.at_once, now_s}, {wrong_numbers.at_once, now_s}};
}

} // namespace telefoon
