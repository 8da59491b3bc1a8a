#include "ice_session.h"

#include <random>

#include "pcm.h"

namespace telefoon {

namespace {

const unsigned UFRAG_LENGTH = 8, PWD_LENGTH = 24; // RFC 8445 section 5.3 wants 24 and 128 bits of chance at least
const unsigned MOST_SOURCES = 8;

// Six bits of chance in each letter (`ice-char`, RFC 8839 section 5.4).
std::string chance(unsigned length)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::random_device device;
    std::string made;
    for (unsigned each = 0; each < length; ++each)
        made += letters[device() & 63];
    return made;
}

} // namespace

IceSession::Round::Round() : nominated(), priorities()
{
    ours.ufrag = chance(UFRAG_LENGTH);
    ours.pwd = chance(PWD_LENGTH);
}

void IceSession::Round::forget_ways()
{
    nominated[0] = nominated[1] = false;
}

bool IceSession::Round::knows(bool is_rtcp, const pj_sockaddr &source) const
{
    for (const pj_sockaddr &each : sources[is_rtcp])
        if (!pj_sockaddr_cmp(&each, &source))
            return true;
    return false;
}

void IceSession::Round::note(bool is_rtcp, const pj_sockaddr &source)
{
    if (knows(is_rtcp, source))
        return;
    if (sources[is_rtcp].size() == MOST_SOURCES)
        sources[is_rtcp].erase(sources[is_rtcp].begin());
    sources[is_rtcp].push_back(source);
}

IceSession::IceSession() : rounds_(1), checks_(false) {}

IceCredentials IceSession::ours()
{
    Guard guard(mutex_);
    return rounds_.front().ours;
}

void IceSession::offered(const IceCredentials &far_end)
{
    Guard guard(mutex_);
    if (!far_end_.ufrag.empty() && far_end_ != far_end) {
        rounds_.resize(1);
        rounds_.insert(rounds_.begin(), Round());
    }
    far_end_ = far_end;
}

void IceSession::agreed(const IceCredentials &far_end)
{
    Guard guard(mutex_);
    const bool other = !far_end_.ufrag.empty() && far_end_ != far_end;
    far_end_ = far_end;
    checks_ = !far_end.ufrag.empty();
    if (other && !checks_)
        rounds_.assign(1, Round());
    else if (other)
        rounds_.front().forget_ways();
}

IceVerdict IceSession::take(bool is_rtcp, const void *packet, pj_size_t size, const pj_sockaddr &source)
{
    Guard guard(mutex_);
    IceVerdict verdict;
    if (is_stun(packet, size)) {
        verdict.packet = PJMEDIA_UDP_DROP;
        std::vector<IceCredentials> ours;
        for (const Round &each : rounds_)
            ours.push_back(each.ours);
        const StunCheck check = read_check(packet, size, source, ours);
        verdict.answer = check.answer;
        if (check.proves >= 0)
            take_check(is_rtcp, check, source, &verdict);
    } else if (checks_) {
        verdict.packet = PJMEDIA_UDP_DROP;
        for (const Round &each : rounds_)
            if (each.knows(is_rtcp, source))
                verdict.packet = PJMEDIA_UDP_KNOWN;
    }
    return verdict;
}

void IceSession::take_check(bool is_rtcp, const StunCheck &check, const pj_sockaddr &source, IceVerdict *verdict)
{
    Round &round = rounds_[check.proves];
    round.note(is_rtcp, source);
    // Of several ways the one of the highest priority is taken, for who nominates as it checks (RFC 5245) names many.
    if (!check.nominates || (round.nominated[is_rtcp] && check.priority < round.priorities[is_rtcp]))
        return;
    round.nominated[is_rtcp] = true;
    round.priorities[is_rtcp] = check.priority;
    verdict->leads = true;
    if (check.proves == 0 && !is_rtcp)
        rounds_.resize(1);
}

} // namespace telefoon
