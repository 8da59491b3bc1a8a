#include "connections.hpp"

#include <map>
#include <vector>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "front_door.h"
#include "library_module.h"
#include "pcm.h"
#include "source.h"

namespace telefoon {

namespace {

typedef void (*StateCallback)(pjsip_transport *, pjsip_transport_state, const pjsip_transport_state_info *);

struct Connection {
    Connection() : begun_ms(0), message_ms(0), admitted(false), closing(false) {}

    pj_uint64_t begun_ms, message_ms; // when the message began that is not whole yet; 0 if there is none
    bool admitted, closing;
};

typedef std::map<pjsip_transport *, Connection> Connections;

StateCallback next = NULL;
ConnectionLimits limits;
Connections connections;
unsigned refused = 0, timed_out = 0;

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
    connections[transport].begun_ms = now_ms();
}

void on_state(pjsip_transport *transport, pjsip_transport_state state, const pjsip_transport_state_info *info)
{
    if (transport->dir == PJSIP_TP_DIR_INCOMING && !(transport->flag & PJSIP_TRANSPORT_DATAGRAM)) {
        if (state == PJSIP_TP_STATE_CONNECTED)
            begin(transport);
        else if (state == PJSIP_TP_STATE_DISCONNECTED || state == PJSIP_TP_STATE_DESTROY)
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

// Strangers are answered nothing of success.
pj_status_t on_answer(pjsip_tx_data *tdata)
{
    if (tdata->msg->line.status.code / 100 == 2)
        if (Connection *connection = connection_of(tdata->tp_info.transport))
            connection->admitted = true;
    return PJ_SUCCESS;
}

pjsip_module made_messages()
{
    pjsip_module made = made_module("mod-telefoon-conn-bytes", PJSIP_MOD_PRIORITY_TRANSPORT_LAYER - 2);
    made.on_rx_request = made.on_rx_response = &on_message;
    made.on_tx_response = &on_answer;
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

bool is_over(const Connections::value_type &each, pj_uint64_t now)
{
    const Connection &connection = each.second;
    if (connection.message_ms && now - connection.message_ms > limits.messageSeconds * 1000ULL)
        return true;
    return is_strangers(each) && now - connection.begun_ms > limits.strangerSeconds * 1000ULL;
}

} // namespace

void limit_connections(const ConnectionLimits &given)
{
    limits = given;
    connections.clear(); // of an endpoint that has ended
    refused = timed_out = 0;
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
