#include "ice_lite.hpp"

#include <set>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "ice_description.h"
#include "ice_session.h"

namespace telefoon {

namespace {

std::set<int> spoken_by;

void (*next_described)(pjsua_call_id, pjmedia_sdp_session *, pj_pool_t *, const pjmedia_sdp_session *) = NULL;
void (*next_agreed)(pjsua_call_id) = NULL;

// ICE on a transport of media, for as long as that is there.
struct IceLine {
    explicit IceLine(pjmedia_transport *of) : transport(of)
    {
        pjmedia_transport_info info;
        pjmedia_transport_info_init(&info);
        pjmedia_transport_get_info(of, &info);
        ports = info.sock_info;
    }

    pjmedia_transport *transport;
    pjmedia_sock_info ports;
    IceSession session;
};

// On the media's thread.
pjmedia_udp_verdict take(void *data, pj_bool_t is_rtcp, const void *packet, pj_size_t size, const pj_sockaddr *source)
{
    IceLine *line = (IceLine *)data;
    const IceVerdict verdict = line->session.take(is_rtcp, packet, size, *source);
    if (verdict.leads)
        pjmedia_transport_udp_lead(line->transport, is_rtcp, source);
    if (!verdict.answer.empty()) {
        // Who gets no answer asks again.
        pj_ssize_t length = (pj_ssize_t)verdict.answer.size();
        pj_sock_sendto(is_rtcp ? line->ports.rtcp_sock : line->ports.rtp_sock, &verdict.answer[0], &length, 0, source,
                       pj_sockaddr_get_len(source));
    }
    return verdict.packet;
}

void gone(void *line)
{
    delete (IceLine *)line;
}

// Below the transport that encrypts. NULL where there is none.
pjmedia_transport *transport_of(const pjsua_call_media &media)
{
    return media.tp_orig && media.tp_orig->type == PJMEDIA_TRANSPORT_TYPE_UDP ? media.tp_orig : NULL;
}

IceLine *line_of(pjmedia_transport *transport)
{
    return (IceLine *)pjmedia_transport_udp_guard_data(transport);
}

IceLine *begun_on(pjmedia_transport *transport)
{
    IceLine *line = new IceLine(transport);
    pj_grp_lock_add_handler(transport->grp_lock, NULL, line, &gone);
    pjmedia_transport_udp_set_guard(transport, &take, line);
    return line;
}

// A call keeps to what it has begun with, whatever becomes of its trunk.
bool may_begin(const pjsua_call &call)
{
    return spoken_by.count(call.acc_id) && (!call.inv || call.inv->state < PJSIP_INV_STATE_CONFIRMED);
}

// Whether a line of ours speaks of ICE now.
bool describe(pj_pool_t *pool, IceLine *line, pjmedia_sdp_media *ours, const pjmedia_sdp_session *far_end,
              unsigned number)
{
    if (far_end && !speaks_ice(far_end, number))
        return false;
    if (far_end && is_mismatched(far_end, number)) {
        say_mismatch(pool, ours);
        return false;
    }
    const IceCredentials offered = far_end ? checking_far_end(far_end, number) : IceCredentials();
    if (!offered.ufrag.empty())
        line->session.offered(offered);
    say_candidates(pool, ours, line->session.ours(), line->ports);
    return true;
}

void on_described(pjsua_call_id number, pjmedia_sdp_session *ours, pj_pool_t *pool, const pjmedia_sdp_session *far_end)
{
    if (next_described)
        next_described(number, ours, pool, far_end);
    const pjsua_call &call = pjsua_var.calls[number];
    bool any = false;
    for (unsigned each = 0; each < ours->media_count && each < call.med_prov_cnt; ++each) {
        pjmedia_transport *transport = transport_of(call.media_prov[each]);
        if (!transport || !ours->media[each]->desc.port)
            continue;
        IceLine *line = line_of(transport);
        if (!line && may_begin(call))
            line = begun_on(transport);
        any = (line && describe(pool, line, ours->media[each], far_end, each)) || any;
    }
    if (any)
        say_lite(pool, ours);
}

void settle(pjmedia_transport *transport, const pjmedia_sdp_session *far_end, unsigned number)
{
    IceLine *line = line_of(transport);
    if (!line || number >= far_end->media_count)
        return;
    const IceCredentials checking = checking_far_end(far_end, number);
    line->session.agreed(checking);
    if (checking.ufrag.empty())
        for (int is_rtcp = 0; is_rtcp < 2; ++is_rtcp)
            pjmedia_transport_udp_lead(transport, is_rtcp, NULL);
}

void on_agreed(pjsua_call_id number)
{
    const pjsua_call &call = pjsua_var.calls[number];
    const pjmedia_sdp_session *far_end = NULL;
    if (call.inv && call.inv->neg && pjmedia_sdp_neg_get_active_remote(call.inv->neg, &far_end) == PJ_SUCCESS)
        for (unsigned each = 0; each < call.med_cnt; ++each)
            if (pjmedia_transport *transport = transport_of(call.media[each]))
                settle(transport, far_end, each);
    if (next_agreed)
        next_agreed(number);
}

} // namespace

void open_ice_lite()
{
    spoken_by.clear();
    next_described = pjsua_var.ua_cfg.cb.on_call_sdp_created;
    pjsua_var.ua_cfg.cb.on_call_sdp_created = &on_described;
    next_agreed = pjsua_var.ua_cfg.cb.on_call_media_state;
    pjsua_var.ua_cfg.cb.on_call_media_state = &on_agreed;
}

void set_ice_lite(int account, bool spoken)
{
    if (spoken)
        spoken_by.insert(account);
    else
        spoken_by.erase(account);
}

} // namespace telefoon
