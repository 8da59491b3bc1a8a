#include "front_door.hpp"

#include <memory>

#include <pjsua-lib/pjsua.h>

#include "client_certificates.h"
#include "connections.h"
#include "dialog_peers.h"
#include "front_door.h"
#include "library_module.h"
#include "pcm.h"
#include "peer_limits.h"
#include "senders.h"
#include "source_answer.h"
#include "source_limits.h"
#include "turned_away.h"

namespace telefoon {

namespace {

const double PROVED_S = 3600;
const unsigned MOST_PROVED = 4096;
const unsigned PEER_AGAIN_AFTER_S = 1;
const char *WHY[COUNTED] = {"messages", "invites", "wrong-passwords", "malformed"};
const char *BY_HAND = "by-hand";

Allowance in_seconds(double per_s)
{
    return {per_s, 2 * per_s};
}

Allowance in_minutes(double per_min)
{
    return {per_min / 60, per_min};
}

// What the door knows, of one endpoint.
struct FrontDoor {
    explicit FrontDoor(const FrontDoorRules &rules, const LimitRules &limits)
        : refuses(rules.refuses), limits(limits), all_asked(in_seconds(rules.askedPerS)), asked({all_asked.at_once, 0}),
          by_password(false), by_certificate(false),
          peers(in_seconds(rules.peerInvitesPerS), in_seconds(rules.peerWrongNumbersPerS))
    {
    }

    bool refuses;
    Networks known, spared;
    SourceLimits limits;
    Allowance all_asked; // of all strangers together
    TokenBucket asked;
    bool by_password, by_certificate;
    std::unordered_map<Source, double, SourceHash> proved; // and until when
    PeerLimits peers;
    TurnedAwaySums sums, peers_sums; // the latter of calls alone
};

std::unique_ptr<FrontDoor> door;

// Of a machine that has been up for any time: pj_elapsed_usec is of 32 bits, and begins anew after 71 minutes.
double now_s()
{
    pj_timestamp now, second;
    pj_get_timestamp(&now);
    pj_get_timestamp_freq(&second);
    return (double)now.u64 / second.u64;
}

Source source_of(const pjsip_rx_data *rdata)
{
    return Source(sender_of(rdata));
}

bool is_proved(const Source &source, double now)
{
    const auto found = door->proved.find(source);
    return found != door->proved.end() && now < found->second;
}

bool is_spared(const Source &source, double now)
{
    return door->spared.have(source) || is_proved(source, now);
}

// Whether it is still within its limits; whoever is banned for this one loses its connections.
bool take(const Source &source, Counted what, double now)
{
    const size_t before = door->limits.begun_bans();
    const bool within = door->limits.take(source, what, now);
    if (door->limits.begun_bans() != before)
        end_connections_of(source.holder());
    return within;
}

// Whether it is within its limits, and not banned; who is spared has none.
bool may_be_heard(const Source &source, bool invites, double now, const char *&reason)
{
    if (is_spared(source, now))
        return true;
    reason = door->limits.is_banned(source, now) ? "banned" : "limit";
    return take(source, MESSAGES, now) && (!invites || take(source, INVITES, now));
}

// Whether Python is to tell who it is: by the connection's certificate, or by a password that it is asked for.
bool may_prove_itself(pjsip_rx_data *rdata, const Source &source, bool invites, double now)
{
    if (door->by_certificate && !certificates_of(rdata->tp_info.transport).empty())
        return true;
    if (!door->by_password || !invites)
        return false;
    return is_proved(source, now) || door->asked.take(door->all_asked, now);
}

void note_call(TurnedAwaySums &sums, pjsip_rx_data *rdata, const Source &source)
{
    const pjsip_uri *uri = (const pjsip_uri *)pjsip_uri_get_uri(rdata->msg_info.msg->line.req.uri);
    std::string number;
    if (PJSIP_URI_SCHEME_IS_SIP(uri) || PJSIP_URI_SCHEME_IS_SIPS(uri)) {
        const pj_str_t &user = ((const pjsip_sip_uri *)uri)->user;
        number.assign(user.ptr, user.slen);
    }
    sums.add_call(source.text(), number);
}

// Of whoever may call only INVITEs that begin a call are counted.
pj_bool_t on_request_of_peer(pjsip_rx_data *rdata)
{
    if (rdata->msg_info.msg->line.req.method.id != PJSIP_INVITE_METHOD || dialog_of(rdata) || has_transaction(rdata))
        return PJ_FALSE;
    const Source source = source_of(rdata);
    if (door->peers.take(source, now_s()))
        return PJ_FALSE;
    door->sums.add("peer-limit", "INVITE");
    note_call(door->peers_sums, rdata, source);
    ask_to_try_again(rdata, PEER_AGAIN_AFTER_S);
    return PJ_TRUE;
}

pj_bool_t on_request(pjsip_rx_data *rdata)
{
    if (door && !is_from_stranger(rdata))
        return on_request_of_peer(rdata);
    if (!door || dialog_of(rdata) || has_transaction(rdata))
        return PJ_FALSE;
    const pjsip_method &method = rdata->msg_info.msg->line.req.method;
    const bool invites = method.id == PJSIP_INVITE_METHOD;
    const Source source = source_of(rdata);
    const double now = now_s();
    const char *reason = "stranger";
    const bool heard = may_be_heard(source, invites, now, reason);
    if (heard && may_prove_itself(rdata, source, invites, now))
        return PJ_FALSE;
    door->sums.add(heard ? "stranger" : reason, known_method(method.name));
    if (invites)
        note_call(door->sums, rdata, source);
    // A proxy that hears nothing asks another node.
    if ((heard && door->refuses) || is_passed_on(rdata))
        answer_at_source(rdata, PJSIP_SC_FORBIDDEN, NULL);
    return PJ_TRUE;
}

pj_bool_t on_response(pjsip_rx_data *rdata)
{
    if (!door || !is_from_stranger(rdata) || has_transaction(rdata) || dialog_of(rdata))
        return PJ_FALSE;
    door->sums.add("stranger", "response");
    return PJ_TRUE;
}

void on_unreadable(const pjsip_rx_data *rdata, pj_status_t)
{
    if (!door)
        return;
    door->sums.add("malformed", "");
    const Source source = source_of(rdata);
    const double now = now_s();
    if (is_from_stranger(rdata) && !is_spared(source, now))
        take(source, MALFORMED, now);
}

pj_status_t on_answer(pjsip_tx_data *tdata);

// After what writes messages into the log and keeps the last of strangers too (message_trace), and before all else.
pjsip_module made_door()
{
    pjsip_module made = made_module("mod-telefoon-front-door", PJSIP_MOD_PRIORITY_TRANSPORT_LAYER + 1);
    made.on_rx_request = &on_request;
    made.on_rx_response = &on_response;
    made.on_tx_response = &on_answer;
    return made;
}

pjsip_module module = made_door();

// Who gets an answer in the end: also where a proxy of ours passes it on.
const pj_sockaddr &answered(pjsip_tx_data *tdata)
{
    pjsip_dialog *dialog = is_proxy(tdata->tp_info.dst_addr) ? pjsip_tdata_get_dlg(tdata) : NULL;
    const pj_sockaddr *beyond = dialog ? is_with_beyond_proxies(dialog) : NULL;
    return beyond ? *beyond : tdata->tp_info.dst_addr;
}

pj_status_t on_answer(pjsip_tx_data *tdata)
{
    const int code = tdata->msg->line.status.code;
    if (!door || (code != PJSIP_SC_NOT_FOUND && code != PJSIP_SC_OK))
        return PJ_SUCCESS;
    const pj_sockaddr &caller = answered(tdata);
    if (is_stranger(caller))
        return PJ_SUCCESS;
    const pjsip_cseq_hdr *cseq = PJSIP_MSG_CSEQ_HDR(tdata->msg);
    void *&counted = tdata->mod_data[module.id]; // until it is acknowledged it is sent again and again
    if (counted || !cseq || cseq->method.id != PJSIP_INVITE_METHOD)
        return PJ_SUCCESS;
    counted = tdata;
    const Source source(caller);
    if (code == PJSIP_SC_OK)
        door->peers.called_right_number(source, now_s());
    else
        door->peers.called_wrong_number(source, now_s());
    return PJ_SUCCESS;
}

std::vector<SourceBan> told(const std::vector<Ban> &bans)
{
    const double now = now_s();
    std::vector<SourceBan> all;
    for (const Ban &each : bans) {
        SourceBan ban;
        ban.source = each.holder.text();
        ban.leftS = each.until_s - now;
        ban.times = each.times;
        ban.why = each.why < COUNTED ? WHY[each.why] : BY_HAND;
        all.push_back(ban);
    }
    return all;
}

} // namespace

bool is_stranger(const pj_sockaddr &address)
{
    return door && !door->known.have(Source(address));
}

bool is_from_stranger(const pjsip_rx_data *rdata)
{
    return is_stranger(sender_of(rdata));
}

void open_front_door(const FrontDoorRules &rules)
{
    const LimitRules limits = {{in_seconds(rules.messagesPerS), in_seconds(rules.invitesPerS),
                                in_minutes(rules.wrongPasswordsPerMin), in_minutes(rules.malformedPerMin)},
                               rules.mostSources};
    door.reset(new FrontDoor(rules, limits));
    module.id = -1; // it may have stood before an endpoint that has ended
    check(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &module), "open_front_door");
    pjsip_tpmgr_set_unreadable_cb(pjsip_endpt_get_tpmgr(pjsua_get_pjsip_endpt()), &on_unreadable);
}

void use_known_sources(const KnownSources &known)
{
    door->known.use(known.networks);
    door->spared.use(known.spared);
    door->by_password = known.byPassword;
    door->by_certificate = known.byCertificate;
}

void source_proved(const std::string &address)
{
    if (!door)
        return;
    if (door->proved.size() >= MOST_PROVED)
        door->proved.clear(); // they prove it again
    door->proved[Source::read(address)] = now_s() + PROVED_S;
}

void source_mistook(const std::string &address)
{
    const Source source = Source::read(address);
    if (door && !door->known.have(source) && !is_spared(source, now_s()))
        take(source, WRONG_PASSWORDS, now_s());
}

void ban_source(const SourceBan &ban)
{
    unsigned why = 0;
    while (why < COUNTED && ban.why != WHY[why])
        ++why;
    const Source source = Source::read(ban.source);
    door->limits.ban(source, now_s() + ban.leftS, ban.times, (Counted)why);
    if (ban.leftS > 0)
        end_connections_of(source.holder());
}

bool lift_ban(const std::string &address)
{
    return door->limits.lift(Source::read(address));
}

std::vector<SourceBan> source_bans()
{
    return door ? told(door->limits.bans(now_s())) : std::vector<SourceBan>();
}

std::vector<SourceBan> take_new_bans()
{
    return door ? told(door->limits.new_bans()) : std::vector<SourceBan>();
}

std::vector<TurnedAway> take_turned_away()
{
    return door ? door->sums.take() : std::vector<TurnedAway>();
}

std::vector<UnheardCalls> take_strangers_calls()
{
    return door ? door->sums.take_calls() : std::vector<UnheardCalls>();
}

std::vector<UnheardCalls> take_peers_calls()
{
    return door ? door->peers_sums.take_calls() : std::vector<UnheardCalls>();
}

} // namespace telefoon
