// Who is no trunk's and not allowed is turned away before anything else sees the message, and before the library keeps
// anything of it: no transaction, no dialog, no Python.
#pragma once

#include <string>
#include <vector>

#include <pjsua2.hpp>

namespace telefoon {

// What strangers are answered, and how much of theirs is looked at.
struct FrontDoorRules {
    FrontDoorRules()
        : refuses(false), messagesPerS(0), invitesPerS(0), wrongPasswordsPerMin(0), malformedPerMin(0), askedPerS(0),
          mostSources(0), peerInvitesPerS(0), peerWrongNumbersPerS(0)
    {
    }

    bool refuses; // with 403, else nothing is said

    // Of one address, or /64 of IPv6. In a moment may come what is allowed in 2 s, or in a minute; more begins a ban.
    double messagesPerS, invitesPerS, wrongPasswordsPerMin, malformedPerMin;
    double askedPerS;     // INVITEs of all strangers together that are asked for a password
    unsigned mostSources; // that are kept

    // Of each address that may call: INVITEs, and those of them that are answered with 404. In a moment may come what
    // is allowed in 2 s; more is answered with 503 for as long as it is more.
    double peerInvitesPerS, peerWrongNumbersPerS;
};

// What becomes of strangers' messages depends on how trunks are known.
struct KnownSources {
    KnownSources() : byPassword(false), byCertificate(false) {}

    pj::StringVector networks; // of trunks that are known by their addresses, and who else may call
    pj::StringVector spared;   // are never banned
    bool byPassword;           // some trunk is; strangers' INVITEs are asked for one
    bool byCertificate;        // some trunk is; connections that have shown one are heard
};

struct SourceBan {
    SourceBan() : leftS(0), times(0) {}

    std::string source; // an address; of IPv6 where its /64 begins
    double leftS;
    unsigned times;
    std::string why; // "messages", "invites", "wrong-passwords", "malformed" or "by-hand"
};

// What was turned away alike since it was last asked.
struct TurnedAway {
    TurnedAway() : count(0) {}

    std::string reason; // "stranger", "limit", "banned", "malformed", "peer-limit"
    std::string method; // one that is known, else "other"; "response"; empty if it was not read
    double count;
};

// INVITEs of a source to a number; without either where too many are told apart.
struct UnheardCalls {
    UnheardCalls() : count(0) {}

    std::string source, number;
    double count;
};

// All of it is called on the SIP thread. It stands until the endpoint ends; to be opened once, when that is open.
void open_front_door(const FrontDoorRules &rules) PJSUA2_THROW(pj::Error);
void use_known_sources(const KnownSources &known);

// A stranger, by its address, has given the password of a trunk: it is asked before others for an hour, and not banned.
void source_proved(const std::string &address);
// It has given a wrong one.
void source_mistook(const std::string &address);

// Ban an address, or where the /64 of one of IPv6 begins, for so many seconds.
void ban_source(const SourceBan &ban);
bool lift_ban(const std::string &address);
std::vector<SourceBan> source_bans();
std::vector<SourceBan> take_new_bans();

std::vector<TurnedAway> take_turned_away();
std::vector<UnheardCalls> take_strangers_calls();
// Of those who may call, that were more than they may.
std::vector<UnheardCalls> take_peers_calls();

} // namespace telefoon

#ifdef SWIG
%template(SourceBanVector) std::vector<telefoon::SourceBan>;
%template(TurnedAwayVector) std::vector<telefoon::TurnedAway>;
%template(UnheardCallsVector) std::vector<telefoon::UnheardCalls>;
#endif
