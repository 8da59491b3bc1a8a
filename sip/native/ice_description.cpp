#include "ice_description.h"

#include <sstream>

namespace telefoon {

namespace {

const unsigned HOST = 126, PREFERENCE = 65535; // RFC 8445 section 5.1.2
const unsigned NO_PORT_YET = 9;                // of who will tell its candidates later (RFC 8840 section 4.1.1)

const pjmedia_sdp_attr *found(unsigned count, pjmedia_sdp_attr *const *in, const char *name)
{
    return pjmedia_sdp_attr_find2(count, in, name, NULL);
}

// Of the line, or else of the whole description.
std::string value(const pjmedia_sdp_session *description, unsigned line, const char *name)
{
    const pjmedia_sdp_media *media = description->media[line];
    const pjmedia_sdp_attr *attribute = found(media->attr_count, media->attr, name);
    if (!attribute)
        attribute = found(description->attr_count, description->attr, name);
    return attribute ? std::string(attribute->value.ptr, attribute->value.slen) : std::string();
}

void say(pj_pool_t *pool, unsigned *count, pjmedia_sdp_attr **in, const char *name, const std::string &what)
{
    const pj_str_t text = pj_str((char *)what.c_str());
    if (*count < PJMEDIA_MAX_SDP_ATTR)
        pjmedia_sdp_attr_add(count, in, pjmedia_sdp_attr_create(pool, name, what.empty() ? NULL : &text));
}

std::string candidate(unsigned component, const pj_sockaddr &at)
{
    char address[PJ_INET6_ADDRSTRLEN];
    const unsigned priority = (HOST << 24) + (PREFERENCE << 8) + (256 - component);
    std::ostringstream line;
    line << "1 " << component << " UDP " << priority << ' ' << pj_sockaddr_print(&at, address, sizeof address, 0) << ' '
         << pj_sockaddr_get_port(&at) << " typ host";
    return line.str();
}

struct Destination {
    std::string address;
    unsigned port;
};

// Empty for a name of a host, which is not looked up.
std::string bytes_of(const std::string &address)
{
    const pj_str_t text = pj_str((char *)address.c_str());
    pj_in_addr v4;
    pj_in6_addr v6;
    if (pj_inet_pton(pj_AF_INET(), &text, &v4) == PJ_SUCCESS)
        return std::string((const char *)&v4, sizeof v4);
    if (pj_inet_pton(pj_AF_INET6(), &text, &v6) == PJ_SUCCESS)
        return std::string((const char *)&v6, sizeof v6);
    return std::string();
}

// foundation, component, transport, priority, address, port (RFC 8839 section 5.1)
bool leads_to(const pjmedia_sdp_attr *candidate, const Destination &destination)
{
    std::istringstream words(std::string(candidate->value.ptr, candidate->value.slen));
    std::string foundation, transport, priority, address;
    unsigned component = 0, port = 0;
    words >> foundation >> component >> transport >> priority >> address >> port;
    return component == 1 && bytes_of(address) == bytes_of(destination.address) && port == destination.port;
}

// Or where nobody here can tell: at a host with a name.
bool is_nowhere(const Destination &destination)
{
    const std::string bytes = bytes_of(destination.address);
    return destination.port == NO_PORT_YET || bytes.find_first_not_of('\0') == std::string::npos;
}

} // namespace

bool speaks_ice(const pjmedia_sdp_session *description, unsigned line)
{
    return line < description->media_count && !value(description, line, "ice-ufrag").empty() &&
           !value(description, line, "ice-pwd").empty();
}

bool is_mismatched(const pjmedia_sdp_session *description, unsigned line)
{
    const pjmedia_sdp_media *media = description->media[line];
    const pjmedia_sdp_conn *conn = media->conn ? media->conn : description->conn;
    if (!conn)
        return false;
    const Destination destination = {std::string(conn->addr.ptr, conn->addr.slen), media->desc.port};
    bool any = false;
    for (unsigned each = 0; each < media->attr_count; ++each) {
        if (pj_strcmp2(&media->attr[each]->name, "candidate"))
            continue;
        if (leads_to(media->attr[each], destination))
            return false;
        any = true;
    }
    return any && !is_nowhere(destination);
}

IceCredentials checking_far_end(const pjmedia_sdp_session *description, unsigned line)
{
    IceCredentials read;
    if (speaks_ice(description, line) && !found(description->attr_count, description->attr, "ice-lite") &&
        !found(description->media[line]->attr_count, description->media[line]->attr, "ice-mismatch") &&
        !is_mismatched(description, line)) {
        read.ufrag = value(description, line, "ice-ufrag");
        read.pwd = value(description, line, "ice-pwd");
    }
    return read;
}

void say_lite(pj_pool_t *pool, pjmedia_sdp_session *ours)
{
    say(pool, &ours->attr_count, ours->attr, "ice-lite", "");
    say(pool, &ours->attr_count, ours->attr, "ice-options", "ice2");
}

void say_candidates(pj_pool_t *pool, pjmedia_sdp_media *ours, const IceCredentials &known_by,
                    const pjmedia_sock_info &ports)
{
    say(pool, &ours->attr_count, ours->attr, "ice-ufrag", known_by.ufrag);
    say(pool, &ours->attr_count, ours->attr, "ice-pwd", known_by.pwd);
    say(pool, &ours->attr_count, ours->attr, "candidate", candidate(1, ports.rtp_addr_name));
    say(pool, &ours->attr_count, ours->attr, "candidate", candidate(2, ports.rtcp_addr_name));
}

void say_mismatch(pj_pool_t *pool, pjmedia_sdp_media *ours)
{
    say(pool, &ours->attr_count, ours->attr, "ice-mismatch", "");
}

} // namespace telefoon
