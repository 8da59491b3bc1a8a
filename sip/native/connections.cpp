#include "connections.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "connections.h"
#include "dialog_peers.h"
#include "front_door.h"
#include "library_module.h"
#include "pcm.h"
#include "source.h"

namespace telefoon {

namespace {

typedef void (*StateCallback)(pjsip_transport *, pjsip_transport_state, const pjsip_transport_state_info *);

struct Connection {
    Connection() : begun_ms(0), message_ms(0), said_ms(0), admitted(false), closing(false), held(false) {}

    pj_uint64_t begun_ms, message_ms; // when the message began that is not whole yet; 0 if there is none
    pj_uint64_t said_ms;              // when we said anything last, or it was begun
    bool admitted, closing;
    bool held; // by us, so that the library's own time of 600 s does not end it
};

typedef std::map<pjsip_transport *, Connection> Connections;

StateCallback next = NULL;
ConnectionLimits limits;
Connections connections;
unsigned refused = 0, timed_out = 0;
std::vector<Source> banned; // whose connections are to be ended
pj_timer_entry soon;

pj_uint64_t now_ms()
{
    pj_time_val now;
    pj_gettickcount(&now);
    return (pj_uint64_t)now.sec * 1000 + (pj_uint64_t)now.msec;
}

bool is_strangers(const Connections::value_type &each)
{
    return !each.second.admitted && is_stranger(each.first->key.rem_addr);
}

// Whether one more stranger at this address is too many.
bool is_one_too_many(const pj_sockaddr &address)
{
    const Source holder = Source(address).holder();
    unsigned strangers = 0, same = 0;
    for (const Connections::value_type &each : connections) {
        if (!is_strangers(each))
            continue;
        ++strangers;
        same += Source(each.first->key.rem_addr).holder() == holder;
    }
    return strangers >= limits.strangers || same >= limits.eachStranger;
}

void begin(pjsip_transport *transport)
{
    const pj_sockaddr &address = transport->key.rem_addr;
    if (connections.size() >= limits.all || (is_stranger(address) && is_one_too_many(address))) {
        ++refused;
        pjsip_transport_shutdown(transport);
        return;
    }
    Connection &connection = connections[transport];
    connection.begun_ms = connection.said_ms = now_ms();
    connection.held = pjsip_transport_add_ref(transport) == PJ_SUCCESS;
}

void let_go(Connections::value_type &each)
{
    if (!each.second.held)
        return;
    each.second.held = false;
    pjsip_transport_dec_ref(each.first);
}

// It goes once nobody uses it any more.
void end(pjsip_transport *transport)
{
    const Connections::iterator found = connections.find(transport);
    if (found != connections.end())
        let_go(*found);
}

void on_state(pjsip_transport *transport, pjsip_transport_state state, const pjsip_transport_state_info *info)
{
    if (transport->dir == PJSIP_TP_DIR_INCOMING && !(transport->flag & PJSIP_TRANSPORT_DATAGRAM)) {
        if (state == PJSIP_TP_STATE_CONNECTED)
            begin(transport);
        else if (state == PJSIP_TP_STATE_SHUTDOWN || state == PJSIP_TP_STATE_DISCONNECTED)
            end(transport);
        if (state == PJSIP_TP_STATE_DISCONNECTED || state == PJSIP_TP_STATE_DESTROY)
            connections.erase(transport);
    }
    if (next)
        (*next)(transport, state, info);
}

Connection *connection_of(pjsip_transport *transport)
{
    const Connections::iterator found = connections.find(transport);
    return found == connections.end() ? NULL : &found->second;
}

// Called with what has come and is read by nobody yet, which may be no whole message.
pj_status_t on_bytes(pjsip_tp_rx_data *data)
{
    Connection *connection = connection_of(data->tp);
    if (connection && !connection->message_ms)
        connection->message_ms = now_ms();
    return PJ_SUCCESS;
}

pj_bool_t on_message(pjsip_rx_data *rdata)
{
    if (Connection *connection = connection_of(rdata->tp_info.transport))
        connection->message_ms = 0;
    return PJ_FALSE;
}

pj_bool_t on_let_in(pjsip_rx_data *rdata)
{
    if (Connection *connection = connection_of(rdata->tp_info.transport))
        connection->admitted = true;
    return PJ_FALSE;
}

pj_status_t on_sent(pjsip_tx_data *tdata)
{
    if (Connection *connection = connection_of(tdata->tp_info.transport)) {
        connection->said_ms = now_ms();
        // Strangers are answered nothing of success.
        if (tdata->msg->type == PJSIP_RESPONSE_MSG && tdata->msg->line.status.code / 100 == 2)
            connection->admitted = true;
    }
    return PJ_SUCCESS;
}

pj_status_t let_all_go()
{
    for (Connections::value_type &each : connections)
        let_go(each);
    return PJ_SUCCESS;
}

pjsip_module made_messages()
{
    pjsip_module made = made_module("mod-telefoon-conn-bytes", PJSIP_MOD_PRIORITY_TRANSPORT_LAYER - 2);
    made.on_rx_request = made.on_rx_response = &on_message;
    made.on_tx_request = made.on_tx_response = &on_sent;
    made.unload = &let_all_go;
    return made;
}

// After the gate, which stands one before.
pjsip_module made_let_in()
{
    pjsip_module made = made_module("mod-telefoon-conn-let-in", PJSIP_MOD_PRIORITY_UA_PROXY_LAYER);
    made.on_rx_request = &on_let_in;
    return made;
}

pjsip_module messages = made_messages(), let_in = made_let_in();

// Keep-alives are something said too; the library alone sees them.
pj_uint64_t quiet_ms(const Connections::value_type &each, pj_uint64_t now)
{
    pj_uint64_t quiet = now - each.second.said_ms;
    if (each.first->last_recv_ts.u64) {
        pj_timestamp at;
        pj_get_timestamp(&at);
        quiet = std::min<pj_uint64_t>(quiet, pj_elapsed_msec64(&each.first->last_recv_ts, &at));
    }
    return quiet;
}

bool is_over(const Connections::value_type &each, pj_uint64_t now)
{
    const Connection &connection = each.second;
    if (connection.message_ms && now - connection.message_ms > limits.messageSeconds * 1000ULL)
        return true;
    const bool used = pj_atomic_get(each.first->ref_cnt) > (connection.held ? 1 : 0);
    if (!used && quiet_ms(each, now) > limits.idleSeconds * 1000ULL)
        return true;
    return is_strangers(each) && now - connection.begun_ms > limits.strangerSeconds * 1000ULL;
}

bool carries_a_call(const pj_sockaddr &address)
{
    for (unsigned each = 0; each < pjsua_var.ua_cfg.max_calls; ++each) {
        const pjsip_inv_session *session = pjsua_var.calls[each].inv;
        if (session && is_with(session->dlg, address))
            return true;
    }
    return false;
}

void end_those_of_banned(pj_timer_heap_t *, pj_timer_entry *)
{
    std::vector<Source> sources;
    sources.swap(banned);
    std::vector<pjsip_transport *> over;
    for (Connections::value_type &each : connections) {
        const pj_sockaddr &address = each.first->key.rem_addr;
        const Source holder = Source(address).holder();
        if (!each.second.closing && is_stranger(address) && !carries_a_call(address) &&
            std::find(sources.begin(), sources.end(), holder) != sources.end()) {
            each.second.closing = true;
            over.push_back(each.first);
        }
    }
    for (pjsip_transport *each : over)
        pjsip_transport_shutdown2(each, PJ_TRUE);
}

} // namespace

void limit_connections(const ConnectionLimits &given)
{
    limits = given;
    connections.clear(); // of an endpoint that has ended
    refused = timed_out = 0;
    banned.clear();
    pj_timer_entry_init(&soon, 0, NULL, &end_those_of_banned);
    next = pjsua_var.ua_cfg.cb.on_transport_state;
    pjsua_var.ua_cfg.cb.on_transport_state = &on_state;
    messages.id = let_in.id = -1;
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    check(pjsip_tpmgr_set_recv_data_cb(pjsip_endpt_get_tpmgr(endpoint), &on_bytes), "limit_connections");
    check(pjsip_endpt_register_module(endpoint, &messages), "limit_connections");
    check(pjsip_endpt_register_module(endpoint, &let_in), "limit_connections");
}

void close_idle_connections()
{
    const pj_uint64_t now = now_ms();
    std::vector<pjsip_transport *> over;
    for (Connections::value_type &each : connections)
        if (!each.second.closing && is_over(each, now)) {
            each.second.closing = true;
            over.push_back(each.first);
        }
    timed_out += (unsigned)over.size();
    for (pjsip_transport *each : over)
        pjsip_transport_shutdown(each);
}

// Within the reading of a message its connection must stay, so it is done by a timer.
void end_connections_of(const Source &holder)
{
    banned.push_back(holder);
    const pj_time_val at_once = {0, 0};
    if (!pj_timer_entry_running(&soon))
        pjsip_endpt_schedule_timer(pjsua_get_pjsip_endpt(), &soon, &at_once);
}

ConnectionFigures connection_figures()
{
    ConnectionFigures figures;
    for (const Connections::value_type &each : connections)
        ++(is_strangers(each) ? figures.strangers : figures.known);
    figures.refused = refused;
    figures.timedOut = timed_out;
    return figures;
}

} // namespace telefoon
