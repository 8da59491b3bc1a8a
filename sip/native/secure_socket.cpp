#include "secure_socket.h"

#include <cerrno>
#include <cstring>
#include <map>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

namespace telefoon {

namespace {

// In bytes, of what is still to be sent. The system would keep megabytes for a server that does not read: minutes of
// sound that nobody could count or drop any more.
const int SYSTEM_KEEPS = 32 * 1024;

typedef std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> Context;

std::string words_of_system(int error)
{
    char words[128];
    return strerror_r(error, words, sizeof(words));
}

Context new_context(const std::string &authorities)
{
    Context context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    if (!context)
        return context;
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    // What TLS says for itself ends a reading, so that a server that has no end of it takes no more than its turns.
    SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);
    const int loaded = authorities.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                           : SSL_CTX_load_verify_locations(context.get(), authorities.c_str(), NULL);
    if (loaded != 1)
        context.reset();
    return context;
}

// One for each file, made when it is first asked for; on the thread of all connections.
SSL_CTX *context_of(const std::string &authorities)
{
    static std::map<std::string, Context> *contexts = new std::map<std::string, Context>();
    auto found = contexts->find(authorities);
    if (found == contexts->end()) {
        Context made = new_context(authorities);
        if (!made)
            return NULL;
        found = contexts->emplace(authorities, std::move(made)).first;
    }
    return found->second.get();
}

bool is_address(const std::string &name)
{
    unsigned char bits[16];
    return inet_pton(AF_INET, name.c_str(), bits) == 1 || inet_pton(AF_INET6, name.c_str(), bits) == 1;
}

// Of either version; its length, or 0 where it is no address.
socklen_t read_address(const ServerPlace &place, sockaddr_storage &address)
{
    std::memset(&address, 0, sizeof(address));
    sockaddr_in &four = reinterpret_cast<sockaddr_in &>(address);
    sockaddr_in6 &six = reinterpret_cast<sockaddr_in6 &>(address);
    if (inet_pton(AF_INET, place.address.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons((uint16_t)place.port);
        return sizeof(four);
    }
    if (inet_pton(AF_INET6, place.address.c_str(), &six.sin6_addr) == 1) {
        six.sin6_family = AF_INET6;
        six.sin6_port = htons((uint16_t)place.port);
        return sizeof(six);
    }
    return 0;
}

} // namespace

SecureSocket::SecureSocket(const ServerPlace &place) : place(place), tls(NULL, &SSL_free)
{
    begin();
}

SecureSocket::~SecureSocket()
{
    tls.reset();
    if (socket >= 0)
        close(socket);
}

void SecureSocket::begin()
{
    sockaddr_storage address;
    const socklen_t length = read_address(place, address);
    if (!length) {
        fail(place.address + " is no address");
        return;
    }
    socket = ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        fail_by_system();
        return;
    }
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &SYSTEM_KEEPS, sizeof(SYSTEM_KEEPS));
    if (::connect(socket, reinterpret_cast<sockaddr *>(&address), length) && errno != EINPROGRESS)
        fail_by_system();
}

SecureSocket::Step SecureSocket::connect()
{
    if (!found.empty())
        return Step::FAILED;
    if (!connected) {
        int error = 0;
        socklen_t size = sizeof(error);
        sockaddr_storage peer;
        socklen_t peer_size = sizeof(peer);
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error)
            return fail(words_of_system(error));
        if (getpeername(socket, reinterpret_cast<sockaddr *>(&peer), &peer_size))
            return Step::WAITS;
        connected = true;
        awaits_writing = false;
    }
    return place.secure && !secured ? secure() : Step::DONE;
}

SecureSocket::Step SecureSocket::secure()
{
    if (!tls && !prepare_tls())
        return fail("TLS can't begin: " +
                    std::string(place.authorities.empty() ? "no authorities" : place.authorities));
    ERR_clear_error();
    const Step step = after_tls(SSL_connect(tls.get()));
    secured = step == Step::DONE;
    return step;
}

bool SecureSocket::prepare_tls()
{
    SSL_CTX *context = context_of(place.authorities);
    if (!context)
        return false;
    tls.reset(SSL_new(context));
    if (!tls || SSL_set_fd(tls.get(), socket) != 1)
        return false;
    X509_VERIFY_PARAM *wanted = SSL_get0_param(tls.get());
    if (is_address(place.name))
        return X509_VERIFY_PARAM_set1_ip_asc(wanted, place.name.c_str()) == 1;
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(tls.get(), place.name.c_str()) == 1 &&
           SSL_set_tlsext_host_name(tls.get(), place.name.c_str()) == 1;
}

SecureSocket::Step SecureSocket::read(char *into, size_t most, size_t &count)
{
    count = 0;
    if (tls) {
        ERR_clear_error();
        const Step step = after_tls(SSL_read_ex(tls.get(), into, most, &count));
        reading_awaits_writing = step == Step::WAITS && awaits_writing;
        return step;
    }
    const ssize_t got = recv(socket, into, most, 0);
    if (got > 0) {
        count = (size_t)got;
        return Step::DONE;
    }
    return got ? fail_by_system() : fail("the server has ended the connection");
}

SecureSocket::Step SecureSocket::write(const char *bytes, size_t length, size_t &count)
{
    count = 0;
    if (tls) {
        ERR_clear_error();
        return after_tls(SSL_write_ex(tls.get(), bytes, length, &count));
    }
    const ssize_t sent = send(socket, bytes, length, MSG_NOSIGNAL);
    if (sent < 0)
        return fail_by_system();
    count = (size_t)sent;
    return Step::DONE;
}

SecureSocket::Step SecureSocket::after_tls(int done)
{
    awaits_writing = false;
    if (done == 1)
        return Step::DONE;
    const int error = SSL_get_error(tls.get(), done);
    awaits_writing = error == SSL_ERROR_WANT_WRITE;
    if (awaits_writing || error == SSL_ERROR_WANT_READ)
        return Step::WAITS;
    const long verified = SSL_get_verify_result(tls.get());
    if (!secured && verified != X509_V_OK)
        return fail(std::string("the certificate is not believed: ") + X509_verify_cert_error_string(verified));
    if (error == SSL_ERROR_ZERO_RETURN || (error == SSL_ERROR_SYSCALL && !ERR_peek_error()))
        return fail("the server has ended the connection");
    char words[256];
    ERR_error_string_n(ERR_get_error(), words, sizeof(words));
    return fail(std::string("TLS: ") + words);
}

SecureSocket::Step SecureSocket::fail_by_system()
{
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return Step::WAITS;
    return fail(words_of_system(errno));
}

SecureSocket::Step SecureSocket::fail(const std::string &why)
{
    found = why;
    return Step::FAILED;
}

} // namespace telefoon
