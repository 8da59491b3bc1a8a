// A stream to a server over TLS that writes each message by itself, or keeps its client busy with the protocol's own.
#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <thread>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream_socket.h"

using namespace telefoon;

namespace {

// A certificate for 127.0.0.1 that is its own authority, as a file too.
struct Certificate {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    char file[32] = "/tmp/telefoon-tls-XXXXXX";

    Certificate()
    {
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_set_version(certificate, 2);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_NAME *name = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
        X509_set_issuer_name(certificate, name);
        X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
        X509_add_ext(certificate, names, -1);
        X509_EXTENSION_free(names);
        X509_sign(certificate, key, EVP_sha256());
        FILE *written = fdopen(mkstemp(file), "w");
        PEM_write_X509(written, certificate);
        fclose(written);
    }

    ~Certificate()
    {
        unlink(file);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
};

// Answers one handshake, then does what it is told to, again and again until that is false, and reads nothing.
class Server {
public:
    Server(const Certificate &own, std::function<bool(SSL *)> then)
        : listening(socket(AF_INET, SOCK_STREAM, 0)), then(std::move(then))
    {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        const int little = 4096;
        setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
        const int on = 1;
        setsockopt(listening, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        REQUIRE(bind(listening, reinterpret_cast<sockaddr *>(&address), size) == 0);
        REQUIRE(listen(listening, 1) == 0);
        getsockname(listening, reinterpret_cast<sockaddr *>(&address), &size);
        port = ntohs(address.sin_port);
        SSL_CTX_use_certificate(context, own.certificate);
        SSL_CTX_use_PrivateKey(context, own.key);
        serving = std::thread([this] { serve(); });
    }

    ~Server()
    {
        over = true;
        serving.join();
        SSL_CTX_free(context);
        close(listening);
    }

    unsigned port;

private:
    void serve()
    {
        signal(SIGPIPE, SIG_IGN);
        const int one = accept(listening, NULL, NULL);
        SSL *tls = SSL_new(context);
        SSL_set_fd(tls, one);
        std::string request;
        char bytes[4096];
        for (int count = SSL_accept(tls); count > 0 && request.find("\r\n\r\n") == std::string::npos;) {
            count = SSL_read(tls, bytes, sizeof(bytes));
            request.append(bytes, count > 0 ? (size_t)count : 0);
        }
        const std::string name = "Sec-WebSocket-Key: ";
        const std::string answer = "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                   "Sec-WebSocket-Accept: " +
                                   accepted_as(request.substr(request.find(name) + name.size(), 24)) + "\r\n\r\n";
        SSL_write(tls, answer.data(), (int)answer.size());
        pollfd writable = {one, POLLOUT, 0};
        while (!over)
            if (poll(&writable, 1, 10) > 0 && !then(tls))
                break;
        while (!over)
            poll(NULL, 0, 10);
        SSL_free(tls);
        close(one);
    }

    const int listening;
    const std::function<bool(SSL *)> then;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    std::atomic<bool> over{false};
    std::thread serving;
};

const size_t TURN = 64 * 1024; // in bytes that may be read

StreamPlan plan_to(unsigned port, const Certificate &authority)
{
    StreamPlan plan;
    plan.address = plan.host = "127.0.0.1";
    plan.port = port;
    plan.path = "/";
    plan.authorities = authority.file;
    plan.sid = "MZ1";
    return plan;
}

} // namespace

TEST_CASE("a server that asks TLS for answers and reads none is waited for, not read again and again")
{
    Certificate own;
    Server server(
        own, [](SSL *tls) { return SSL_key_update(tls, SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(tls) == 1; });
    const std::shared_ptr<LiveStream> stream = std::make_shared<LiveStream>(1, plan_to(server.port, own));
    stream->woken = true; // it has no thread here
    StreamSocket socket(stream, Clock::now());

    for (unsigned each = 0; each < 20000 && !socket.ended() && socket.wants_to_read(); ++each) {
        pollfd ready = {socket.descriptor(), (short)(POLLIN | (socket.wants_to_write() ? POLLOUT : 0)), 0};
        poll(&ready, 1, 1000);
        socket.run(Clock::now(), ready.revents & POLLIN, TURN);
    }

    CHECK(stream->opened);
    CHECK(!socket.ended());
    CHECK(!socket.wants_to_read());
    CHECK(socket.wants_to_write());
    pollfd full = {socket.descriptor(), POLLOUT, 0};
    CHECK(poll(&full, 1, 0) == 0);
    streams_told();
}

TEST_CASE("messages that were each written by themselves are read in one turn")
{
    const unsigned MESSAGES = 500;
    Certificate own;
    std::atomic<unsigned> written{0};
    Server server(own, [&](SSL *tls) {
        const char frame[] = "\x81\x02no";
        return SSL_write(tls, frame, 4) == 4 && ++written < MESSAGES;
    });
    const std::shared_ptr<LiveStream> stream = std::make_shared<LiveStream>(1, plan_to(server.port, own));
    stream->woken = true; // it has no thread here
    StreamSocket socket(stream, Clock::now());
    for (unsigned each = 0; each < 1000 && !stream->opened; ++each, usleep(1000))
        socket.run(Clock::now(), true, 0);
    for (unsigned each = 0; each < 5000 && written < MESSAGES; ++each)
        usleep(1000);
    usleep(100000); // the last of them is on its way

    CHECK(!socket.run(Clock::now(), true, TURN));

    CHECK(stream->received_messages == MESSAGES);
    streams_told();
}
