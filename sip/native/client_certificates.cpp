#include "client_certificates.h"

#include <map>

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

namespace telefoon {

namespace {

typedef void (*StateCallback)(pjsip_transport *, pjsip_transport_state, const pjsip_transport_state_info *);

StateCallback next = NULL;
std::map<const pjsip_transport *, std::string> shown; // as PEM

// Our end of the connection is the server's, whose chain has the certificates of others alone.
std::string shown_on(SSL *connection)
{
    X509 *own = SSL_get1_peer_certificate(connection);
    BIO *pem = own ? BIO_new(BIO_s_mem()) : NULL;
    std::string text;
    if (pem) {
        STACK_OF(X509) *others = SSL_get_peer_cert_chain(connection);
        PEM_write_bio_X509(pem, own);
        for (int i = 0; i < sk_X509_num(others); ++i)
            PEM_write_bio_X509(pem, sk_X509_value(others, i));
        char *data = NULL;
        const long size = BIO_get_mem_data(pem, &data);
        text.assign(data, size);
    }
    BIO_free(pem);
    X509_free(own);
    return text;
}

void note(const pjsip_transport *connection, pjsip_transport_state state, const pjsip_tls_state_info *tls)
{
    if (state == PJSIP_TP_STATE_CONNECTED && tls && tls->ssl_sock_info->native_ssl) {
        const std::string pem = shown_on((SSL *)tls->ssl_sock_info->native_ssl);
        if (!pem.empty())
            shown[connection] = pem;
    } else if (state == PJSIP_TP_STATE_DISCONNECTED || state == PJSIP_TP_STATE_DESTROY) {
        shown.erase(connection);
    }
}

void on_state(pjsip_transport *transport, pjsip_transport_state state, const pjsip_transport_state_info *info)
{
    if ((transport->flag & PJSIP_TRANSPORT_SECURE) && transport->dir == PJSIP_TP_DIR_INCOMING)
        note(transport, state, (const pjsip_tls_state_info *)info->ext_info);
    if (next)
        (*next)(transport, state, info);
}

} // namespace

void keep_client_certificates()
{
    shown.clear(); // of an endpoint that has ended
    next = pjsua_var.ua_cfg.cb.on_transport_state;
    pjsua_var.ua_cfg.cb.on_transport_state = &on_state;
}

std::string certificates_of(const pjsip_transport *connection)
{
    const std::map<const pjsip_transport *, std::string>::const_iterator found = shown.find(connection);
    return found == shown.end() ? "" : found->second;
}

} // namespace telefoon
