#include "tls_peers.hpp"

#include <map>
#include <vector>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "pcm.h"

namespace telefoon {

namespace {

typedef void (*StateCallback)(pjsip_transport *, pjsip_transport_state, const pjsip_transport_state_info *);

const unsigned MOST_FAULTS = 256; // of so many hosts

StateCallback next = NULL;
std::map<std::string, std::string> faults;

std::string text(const pj_str_t &given)
{
    return std::string(given.ptr, given.slen);
}

std::string joined(const std::vector<std::string> &names)
{
    std::string all;
    for (unsigned i = 0; i < names.size(); ++i)
        all += (i ? ", " : "") + names[i];
    return all;
}

// Whom a certificate is for (RFC 5922 section 7.1): SIP domains, else hosts, and only without either the common name.
std::vector<std::string> names_of(const pj_ssl_cert_info &certificate)
{
    std::vector<std::string> domains, hosts;
    for (unsigned i = 0; i < certificate.subj_alt_name.cnt; ++i) {
        const std::string name = text(certificate.subj_alt_name.entry[i].name);
        switch (certificate.subj_alt_name.entry[i].type) {
        case PJ_SSL_CERT_NAME_URI:
            // One with a user is no domain.
            if (!pj_ansi_strnicmp(name.c_str(), "sip:", 4) && name.find('@') == std::string::npos)
                domains.push_back(name.substr(4));
            break;
        case PJ_SSL_CERT_NAME_DNS:
        case PJ_SSL_CERT_NAME_IP:
            hosts.push_back(name);
            break;
        default:
            break;
        }
    }
    if (!domains.empty())
        return domains;
    if (hosts.empty() && certificate.subject.cn.slen)
        hosts.push_back(text(certificate.subject.cn));
    return hosts;
}

bool is_named(const std::vector<std::string> &names, const std::string &host)
{
    for (unsigned i = 0; i < names.size(); ++i)
        if (!pj_ansi_stricmp(names[i].c_str(), host.c_str()))
            return true;
    return false;
}

std::string fault_in(const std::string &host, const pj_ssl_sock_info &socket)
{
    const pj_uint32_t flaws = socket.verify_status;
    if (flaws & (PJ_SSL_CERT_EISSUER_NOT_FOUND | PJ_SSL_CERT_EUNTRUSTED))
        return "TLS certificate verification: the certificate of " + host + " is from an issuer that we do not trust";
    if (flaws & PJ_SSL_CERT_EVALIDITY_PERIOD)
        return "TLS certificate verification: the certificate of " + host + " has expired, or is not valid yet";
    if (socket.remote_cert_info->version) {
        const std::vector<std::string> names = names_of(*socket.remote_cert_info);
        if (!is_named(names, host))
            return "TLS certificate verification: the certificate is not for " + host + ", but for " +
                   (names.empty() ? "nobody" : joined(names));
    }
    if (flaws & ~(pj_uint32_t)PJ_SSL_CERT_EIDENTITY_NOT_MATCH)
        return "TLS certificate verification: the certificate of " + host + " is not valid";
    return "";
}

std::string words_of(pj_status_t status)
{
    char buffer[PJ_ERR_MSG_SIZE];
    return "TLS: " + text(pj_strerror(status, buffer, sizeof(buffer)));
}

void note(const std::string &host, const std::string &fault)
{
    if (fault.empty())
        faults.erase(host);
    else if (faults.size() < MOST_FAULTS || faults.count(host))
        faults[host] = fault;
}

void on_state(pjsip_transport *transport, pjsip_transport_state state, const pjsip_transport_state_info *info)
{
    if ((transport->flag & PJSIP_TRANSPORT_SECURE) && transport->dir == PJSIP_TP_DIR_OUTGOING) {
        const pjsip_tls_state_info *tls = (const pjsip_tls_state_info *)info->ext_info;
        const std::string host = text(transport->remote_name.host);
        if (state == PJSIP_TP_STATE_CONNECTED) {
            // Without a CA there is always a flaw, which nobody minds. The library takes a common name beside others.
            const bool checked = tls && !tls->ssl_sock_info->verify_status;
            const std::string fault = checked ? fault_in(host, *tls->ssl_sock_info) : "";
            note(host, fault);
            if (!fault.empty())
                pjsip_transport_shutdown(transport);
        } else if (state == PJSIP_TP_STATE_DISCONNECTED) {
            const bool mistrusted = tls && info->status == PJSIP_TLS_ECERTVERIF;
            if (transport->last_recv_ts.u64)
                note(host, ""); // it has spoken SIP: this is its end, and no fault of TLS
            else
                note(host, mistrusted ? fault_in(host, *tls->ssl_sock_info) : words_of(info->status));
        }
    }
    if (next)
        (*next)(transport, state, info);
}

} // namespace

void watch_tls()
{
    faults.clear(); // of an endpoint that has ended
    next = pjsua_var.ua_cfg.cb.on_transport_state;
    pjsua_var.ua_cfg.cb.on_transport_state = &on_state;
}

std::string tls_fault(const std::string &name)
{
    std::map<std::string, std::string>::const_iterator found = faults.find(name);
    return found == faults.end() ? "" : found->second;
}

void forget_tls_fault(const std::string &name)
{
    faults.erase(name);
}

} // namespace telefoon
