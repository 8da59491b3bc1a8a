#include "message_trace.hpp"

#include <list>
#include <unordered_map>

#include <pjsua-lib/pjsua.h>

#include "library_module.h"
#include "pcm.h"

namespace telefoon {

namespace {

struct TracedCall {
    TracedCall(const std::string &call_id, bool taken) : call_id(call_id), bytes(0), taken(taken) {}

    void keep(const TracedMessage &message, unsigned most)
    {
        messages.push_back(message);
        bytes += message.text.size();
        // A call's beginning and its end tell most.
        while (bytes > most && messages.size() > 2) {
            std::vector<TracedMessage>::iterator middle = messages.begin() + messages.size() / 2;
            bytes -= middle->text.size();
            messages.erase(middle);
        }
    }

    std::string call_id;
    std::vector<TracedMessage> messages;
    size_t bytes;
    bool taken; // we have dialled it, or have said that it is kept
};

typedef std::list<TracedCall> Calls;

Calls calls, strangers; // in each, the one that anything was heard of last is the last
std::unordered_map<std::string, Calls::iterator> by_call_id;
unsigned most_calls = 0, most_strangers = 0, most_bytes = 0;

Calls &those(bool taken)
{
    return taken ? calls : strangers;
}

void make_room(bool taken)
{
    Calls &full = those(taken);
    if (full.size() < (taken ? most_calls : most_strangers))
        return;
    by_call_id.erase(full.front().call_id);
    full.pop_front();
}

// The call that a message belongs to; NULL for what is no call's. One that begins is a stranger's unless we send.
TracedCall *call_of(const pjsip_msg *message, const pjsip_cid_hdr *header, bool sent)
{
    if (!header)
        return NULL;
    const std::string call_id(header->id.ptr, header->id.slen);
    const std::unordered_map<std::string, Calls::iterator>::iterator found = by_call_id.find(call_id);
    if (found != by_call_id.end()) {
        Calls &kept = those(found->second->taken);
        kept.splice(kept.end(), kept, found->second);
        return &kept.back();
    }
    if (message->type != PJSIP_REQUEST_MSG || message->line.req.method.id != PJSIP_INVITE_METHOD)
        return NULL;
    make_room(sent);
    by_call_id[call_id] = those(sent).insert(those(sent).end(), TracedCall(call_id, sent));
    return &those(sent).back();
}

std::string printed(const pj_sockaddr &address)
{
    char text[PJ_INET6_ADDRSTRLEN + 10];
    pj_sockaddr_print(&address, text, sizeof(text), 3);
    return text;
}

std::string name_of(const pjsip_transport *transport)
{
    const pj_str_t &host = transport->local_name.host;
    const std::string name(host.ptr, host.slen), port = std::to_string(transport->local_name.port);
    return (name.find(':') == std::string::npos ? name : "[" + name + "]") + ":" + port;
}

void keep(TracedCall &call, bool sent, const pjsip_transport *transport, const pj_sockaddr &remote, const char *text,
          size_t length)
{
    pj_time_val now;
    pj_gettimeofday(&now);
    TracedMessage message;
    message.at = (double)now.sec + (double)now.msec / 1000;
    message.sent = sent;
    message.transport = transport->type_name;
    message.local = name_of(transport);
    message.remote = printed(remote);
    message.text.assign(text, length);
    call.keep(message, most_bytes);
}

pj_bool_t on_received(pjsip_rx_data *rdata)
{
    TracedCall *call = call_of(rdata->msg_info.msg, rdata->msg_info.cid, false);
    if (call)
        keep(*call, false, rdata->tp_info.transport, rdata->pkt_info.src_addr, rdata->msg_info.msg_buf,
             rdata->msg_info.len);
    return PJ_FALSE;
}

pj_status_t on_sent(pjsip_tx_data *tdata)
{
    const pjsip_cid_hdr *header = (const pjsip_cid_hdr *)pjsip_msg_find_hdr(tdata->msg, PJSIP_H_CALL_ID, NULL);
    TracedCall *call = call_of(tdata->msg, header, true);
    if (call)
        keep(*call, true, tdata->tp_info.transport, tdata->tp_info.dst_addr, tdata->buf.start,
             tdata->buf.cur - tdata->buf.start);
    return PJ_SUCCESS;
}

// Before all who might take a message, and after the one that writes it as text.
pjsip_module made_trace()
{
    pjsip_module made = made_module("mod-telefoon-trace", PJSIP_MOD_PRIORITY_TRANSPORT_LAYER - 1);
    made.on_rx_request = made.on_rx_response = &on_received;
    made.on_tx_request = made.on_tx_response = &on_sent;
    return made;
}

pjsip_module module = made_trace();

} // namespace

void open_message_trace(unsigned calls_kept, unsigned strangers_kept, unsigned bytes)
{
    by_call_id.clear();
    calls.clear();
    strangers.clear();
    most_calls = calls_kept;
    most_strangers = strangers_kept;
    most_bytes = bytes;
    if (!most_calls)
        return;
    module.id = -1; // it may have stood before an endpoint that has ended
    check(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &module), "open_message_trace");
}

void keep_traced(const std::string &call_id)
{
    const std::unordered_map<std::string, Calls::iterator>::iterator found = by_call_id.find(call_id);
    if (found == by_call_id.end() || found->second->taken)
        return;
    make_room(true);
    calls.splice(calls.end(), strangers, found->second);
    found->second->taken = true;
}

std::vector<TracedMessage> traced_messages(const std::string &call_id)
{
    const std::unordered_map<std::string, Calls::iterator>::const_iterator found = by_call_id.find(call_id);
    return found == by_call_id.end() ? std::vector<TracedMessage>() : found->second->messages;
}

} // namespace telefoon
