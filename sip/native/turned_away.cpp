#include "turned_away.h"

namespace telefoon {

namespace {

const char *METHODS[] = {"ACK",     "BYE",   "CANCEL",  "INFO",  "INVITE",   "MESSAGE",   "NOTIFY",
                         "OPTIONS", "PRACK", "PUBLISH", "REFER", "REGISTER", "SUBSCRIBE", "UPDATE"};

} // namespace

void TurnedAwaySums::add_call(const std::string &source, const std::string &number)
{
    std::pair<std::string, std::string> call(source, number.substr(0, LONGEST_NUMBER));
    if (!calls.count(call) && calls.size() >= MOST_CALLS)
        call = std::pair<std::string, std::string>();
    ++calls[call];
}

std::vector<TurnedAway> TurnedAwaySums::take()
{
    std::vector<TurnedAway> taken;
    for (const auto &each : sums) {
        taken.push_back(TurnedAway());
        taken.back().reason = each.first.first;
        taken.back().method = each.first.second;
        taken.back().count = each.second;
    }
    sums.clear();
    return taken;
}

std::vector<UnheardCalls> TurnedAwaySums::take_calls()
{
    std::vector<UnheardCalls> taken;
    for (const auto &each : calls) {
        taken.push_back(UnheardCalls());
        taken.back().source = each.first.first;
        taken.back().number = each.first.second;
        taken.back().count = each.second;
    }
    calls.clear();
    return taken;
}

std::string known_method(const pj_str_t &method)
{
    for (const char *each : METHODS)
        if (!pj_strcmp2(&method, each))
            return each;
    return "other";
}

} // namespace telefoon
