#include "senders.hpp"

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "dialog_peers.h"
#include "senders.h"
#include "source.h"

namespace telefoon {

namespace {

bool any_proxies = false; // so that nodes without one look at no header
Networks proxies;

const pjsip_generic_string_hdr *told_in(const pjsip_rx_data *rdata, const void *after)
{
    const pj_str_t name = pj_str((char *)"X-Telefoon-Source");
    return (const pjsip_generic_string_hdr *)pjsip_msg_find_hdr_by_name(rdata->msg_info.msg, &name, after);
}

// What the proxy says of who sent it; NULL where it says nothing, or is not believed.
const pjsip_generic_string_hdr *told_by_proxy(const pjsip_rx_data *rdata)
{
    if (!any_proxies || !rdata->msg_info.msg || !is_proxy(rdata->pkt_info.src_addr))
        return NULL;
    return told_in(rdata, NULL);
}

pj_sockaddr nobody()
{
    pj_sockaddr address;
    pj_sockaddr_init(pj_AF_INET(), &address, NULL, 0);
    return address;
}

// Reads "udp:192.0.2.1:5060"; names of hosts are none of it, as nothing may be looked up here.
pj_sockaddr read(const pj_str_t &told)
{
    const char *colon = pj_strchr(&told, ':');
    if (!colon)
        return nobody();
    const pj_str_t place = {(char *)colon + 1, told.slen - (colon + 1 - told.ptr)};
    pj_str_t host;
    pj_uint16_t port;
    int family;
    if (pj_sockaddr_parse2(pj_AF_UNSPEC(), 0, &place, &host, &port, &family) != PJ_SUCCESS)
        return nobody();
    pj_sockaddr address;
    pj_bzero(&address, sizeof(address));
    address.addr.sa_family = (pj_uint16_t)family;
    if (pj_inet_pton(family, &host, pj_sockaddr_get_addr(&address)) != PJ_SUCCESS)
        return nobody();
    pj_sockaddr_set_port(&address, port);
    return address;
}

} // namespace

void believe_proxies(const pj::StringVector &networks)
{
    any_proxies = !networks.empty();
    proxies.use(networks);
}

pj_sockaddr sender_of(const pjsip_rx_data *rdata)
{
    const pjsip_generic_string_hdr *told = told_by_proxy(rdata);
    if (!told)
        return rdata->pkt_info.src_addr;
    return told_in(rdata, told->next) ? nobody() : read(told->hvalue);
}

std::string name_of_sender(const pjsip_rx_data *rdata)
{
    const pj_sockaddr sender = sender_of(rdata);
    char text[PJ_INET6_ADDRSTRLEN + 10];
    return pj_sockaddr_print(&sender, text, sizeof(text), 3);
}

bool is_proxy(const pj_sockaddr &address)
{
    return any_proxies && proxies.have(Source(address));
}

bool is_passed_on(const pjsip_rx_data *rdata)
{
    return told_by_proxy(rdata) != NULL;
}

std::string sender_of_call(int call, const pj::SipRxData &invite)
{
    const pjsip_rx_data *rdata = (const pjsip_rx_data *)invite.pjRxData;
    const pjsip_inv_session *session = pjsua_var.calls[call].inv;
    if (session && is_passed_on(rdata))
        is_with_too(session->dlg, sender_of(rdata));
    return name_of_sender(rdata);
}

} // namespace telefoon
