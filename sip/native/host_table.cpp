#include "host_table.hpp"

#include <map>
#include <tuple>
#include <vector>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "pcm.h"
#include "waker.hpp"

namespace telefoon {

namespace {

typedef std::vector<pj_sockaddr> Found;
typedef std::tuple<std::string, int, int> Host; // its port and its transport

// Who has asked for a name that is not known, and is told later.
struct Asker {
    void *token;
    pjsip_resolver_callback *tell;
};

std::map<Host, Found> table;
std::map<Host, std::vector<Asker>> asking;
std::vector<WantedHost> wanted; // names that nobody was told of yet
pjsip_ext_resolver resolver;    // the library keeps a pointer to it

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

// An address is its own.
Found itself(const pj_str_t &host, pj_uint16_t port)
{
    Found found;
    pj_sockaddr address;
    for (int family : {pj_AF_INET(), pj_AF_INET6()}) {
        pj_bzero(&address, sizeof(address));
        address.addr.sa_family = (pj_uint16_t)family;
        if (pj_inet_pton(family, &host, pj_sockaddr_get_addr(&address)) == PJ_SUCCESS) {
            pj_sockaddr_set_port(&address, port);
            found.push_back(address);
        }
    }
    return found;
}

Found read(const pj::StringVector &addresses)
{
    Found found;
    for (const std::string &each : addresses) {
        const pj_str_t written = {(char *)each.data(), (pj_ssize_t)each.size()};
        pj_sockaddr address;
        if (pj_sockaddr_parse(pj_AF_UNSPEC(), 0, &written, &address) == PJ_SUCCESS)
            found.push_back(address);
    }
    return found;
}

void tell_found(const Asker &asker, const Host &host, const Found &found)
{
    if (found.empty()) {
        (*asker.tell)(PJ_ERESOLVE, asker.token, NULL);
        return;
    }
    const std::string &name = std::get<0>(host);
    pjsip_server_addresses addresses;
    pj_bzero(&addresses, sizeof(addresses));
    for (unsigned i = 0; i < found.size() && i < PJSIP_MAX_RESOLVED_ADDRESSES; ++i) {
        const bool ipv6 = found[i].addr.sa_family == pj_AF_INET6();
        pjsip_server_address_record &entry = addresses.entry[addresses.count++];
        entry.name = pj_str((char *)name.c_str());
        const int transport = std::get<2>(host) & ~PJSIP_TRANSPORT_IPV6;
        entry.type = (pjsip_transport_type_e)(transport | (ipv6 ? PJSIP_TRANSPORT_IPV6 : 0));
        pj_sockaddr_cp(&entry.addr, &found[i]);
        entry.addr_len = pj_sockaddr_get_len(&entry.addr);
    }
    (*asker.tell)(PJ_SUCCESS, asker.token, &addresses);
}

void resolve(pjsip_resolver_t *, pj_pool_t *, const pjsip_host_info *target, void *token, pjsip_resolver_callback *tell)
{
    const pj_str_t &written = target->addr.host;
    const int type = transport_of(*target) & ~PJSIP_TRANSPORT_IPV6;
    const Host host(lower(written.ptr, written.slen), target->addr.port, type);
    const Asker asker = {token, tell};
    const std::map<Host, Found>::const_iterator known = table.find(host);
    if (known != table.end()) {
        tell_found(asker, host, known->second);
        return;
    }
    const int port = target->addr.port ? target->addr.port
                                       : pjsip_transport_get_default_port_for_type((pjsip_transport_type_e)type);
    const Found address = itself(written, (pj_uint16_t)port);
    if (!address.empty()) {
        tell_found(asker, host, address);
        return;
    }
    const int of_family = type | (target->type & PJSIP_TRANSPORT_IPV6);
    std::vector<Asker> &askers = asking[Host(std::get<0>(host), target->addr.port, of_family)];
    askers.push_back(asker);
    if (askers.size() > 1)
        return;
    wanted.push_back(WantedHost(std::get<0>(host), target->addr.port, of_family));
    wake();
}

} // namespace

void open_host_table()
{
    table.clear(); // of an endpoint that has ended, as all of it
    asking.clear();
    wanted.clear();
    resolver.resolve = &resolve;
    check(pjsip_endpt_set_ext_resolver(pjsua_get_pjsip_endpt(), &resolver), "open_host_table");
}

void lead_host(const std::string &name, int port, int transport, const pj::StringVector &addresses)
{
    table[Host(lower(name.data(), name.size()), port, transport)] = read(addresses);
}

void forget_host(const std::string &name, int port, int transport)
{
    table.erase(Host(lower(name.data(), name.size()), port, transport));
}

std::vector<WantedHost> take_wanted_hosts()
{
    std::vector<WantedHost> taken;
    taken.swap(wanted);
    return taken;
}

void tell_wanted_host(const WantedHost &host, const pj::StringVector &addresses)
{
    const Host key(host.name, host.port, host.transport);
    std::vector<Asker> told;
    told.swap(asking[key]);
    asking.erase(key); // first: who is told may ask for the same again
    const Found found = read(addresses);
    for (const Asker &each : told)
        tell_found(each, key, found);
}

} // namespace telefoon
