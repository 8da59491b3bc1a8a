#include "host_table.hpp"

#include <map>
#include <tuple>
#include <vector>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "pcm.h"

namespace telefoon {

namespace {

typedef std::vector<pj_sockaddr> Found;
typedef std::tuple<std::string, int, int> Host; // its port and its transport

std::map<Host, Found> table;
pjsip_ext_resolver resolver; // the library keeps a pointer to it

std::string lower(const char *text, pj_ssize_t length)
{
    std::string lowered(text, length);
    for (unsigned i = 0; i < lowered.size(); ++i)
        lowered[i] = (char)pj_tolower(lowered[i]);
    return lowered;
}

pjsip_transport_type_e transport_of(const pjsip_host_info &target)
{
    if (target.type != PJSIP_TRANSPORT_UNSPECIFIED)
        return target.type;
    if (target.flag & PJSIP_TRANSPORT_SECURE)
        return PJSIP_TRANSPORT_TLS;
    return target.flag & PJSIP_TRANSPORT_RELIABLE ? PJSIP_TRANSPORT_TCP : PJSIP_TRANSPORT_UDP;
}

// An address is its own; a name that is not in the table is the system's.
Found looked_up(const pj_str_t &host, bool ipv6)
{
    Found found;
    pj_sockaddr address;
    for (int family : {pj_AF_INET(), pj_AF_INET6()}) {
        pj_bzero(&address, sizeof(address));
        address.addr.sa_family = (pj_uint16_t)family;
        if (pj_inet_pton(family, &host, pj_sockaddr_get_addr(&address)) == PJ_SUCCESS) {
            found.push_back(address);
            return found;
        }
    }
    pj_addrinfo infos[PJSIP_MAX_RESOLVED_ADDRESSES];
    unsigned count = PJSIP_MAX_RESOLVED_ADDRESSES;
    if (pj_getaddrinfo(ipv6 ? pj_AF_INET6() : pj_AF_UNSPEC(), &host, &count, infos) == PJ_SUCCESS)
        for (unsigned i = 0; i < count; ++i)
            found.push_back(infos[i].ai_addr);
    return found;
}

void resolve(pjsip_resolver_t *, pj_pool_t *, const pjsip_host_info *target, void *token, pjsip_resolver_callback *tell)
{
    const pj_str_t &host = target->addr.host;
    int type = transport_of(*target) & ~PJSIP_TRANSPORT_IPV6;
    std::map<Host, Found>::const_iterator known = table.find(Host(lower(host.ptr, host.slen), target->addr.port, type));
    const Found found = known != table.end() ? known->second
                                             : looked_up(host, (target->type & PJSIP_TRANSPORT_IPV6) != 0);

    pjsip_server_addresses addresses;
    pj_bzero(&addresses, sizeof(addresses));
    for (unsigned i = 0; i < found.size() && i < PJSIP_MAX_RESOLVED_ADDRESSES; ++i) {
        const bool ipv6 = found[i].addr.sa_family == pj_AF_INET6();
        pjsip_server_address_record &entry = addresses.entry[addresses.count++];
        entry.name = host;
        entry.type = (pjsip_transport_type_e)(type | (ipv6 ? PJSIP_TRANSPORT_IPV6 : 0));
        pj_sockaddr_cp(&entry.addr, &found[i]);
        entry.addr_len = pj_sockaddr_get_len(&entry.addr);
        if (known == table.end())
            pj_sockaddr_set_port(&entry.addr, target->addr.port
                                                  ? (pj_uint16_t)target->addr.port
                                                  : (pj_uint16_t)pjsip_transport_get_default_port_for_type(entry.type));
    }
    if (addresses.count)
        (*tell)(PJ_SUCCESS, token, &addresses);
    else
        (*tell)(PJ_ERESOLVE, token, NULL);
}

} // namespace

void open_host_table()
{
    table.clear(); // of an endpoint that has ended
    resolver.resolve = &resolve;
    check(pjsip_endpt_set_ext_resolver(pjsua_get_pjsip_endpt(), &resolver), "open_host_table");
}

void lead_host(const std::string &name, int port, int transport, const pj::StringVector &addresses)
{
    Found &found = table[Host(lower(name.data(), name.size()), port, transport)];
    found.clear();
    for (unsigned i = 0; i < addresses.size(); ++i) {
        const pj_str_t written = {(char *)addresses[i].data(), (pj_ssize_t)addresses[i].size()};
        pj_sockaddr address;
        if (pj_sockaddr_parse(pj_AF_UNSPEC(), 0, &written, &address) == PJ_SUCCESS)
            found.push_back(address);
    }
}

void forget_host(const std::string &name, int port, int transport)
{
    table.erase(Host(lower(name.data(), name.size()), port, transport));
}

} // namespace telefoon
