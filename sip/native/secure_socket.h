#pragma once

#include <memory>
#include <string>

#include <openssl/ssl.h>

namespace telefoon {

// Where a connection is made to: the address is resolved and checked already. The name is for its certificate.
struct ServerPlace {
    std::string address; // as text, of either IP version
    unsigned port;
    std::string name;
    bool secure;
    std::string authorities; // a file of certificates that are believed; the system's where it is empty
};

// A connection that never waits, over TLS where that is wanted: certificate and name are compared, always. On one
// thread.
class SecureSocket {
public:
    enum class Step { DONE, WAITS, FAILED };

    // Begins to connect.
    explicit SecureSocket(const ServerPlace &place);
    ~SecureSocket();

    int descriptor() const { return socket; }

    // Go on connecting.
    Step connect();

    // Read at most `most` bytes, or write some; `count` tells how many were.
    Step read(char *into, size_t most, size_t &count);
    Step write(const char *bytes, size_t length, size_t &count);

    // Whether what is read at once may end before all that has come does: by TLS, a server's next message is another
    // record.
    bool reads_records() const { return tls != nullptr; }

    // Whether it goes on only when something may be written.
    bool wants_to_write() const { return awaits_writing; }

    // Whether it is read on only when something may be written: TLS has something of its own to answer.
    bool reads_when_writable() const { return reading_awaits_writing; }

    // Why it has failed, in words.
    const std::string &fault() const { return found; }

private:
    SecureSocket(const SecureSocket &);
    SecureSocket &operator=(const SecureSocket &);

    void begin();
    Step secure();
    bool prepare_tls();
    Step after_tls(int done);
    Step fail(const std::string &why);
    Step fail_by_system();

    const ServerPlace place;
    int socket = -1;
    std::unique_ptr<SSL, decltype(&SSL_free)> tls;
    bool connected = false, secured = false, awaits_writing = true, reading_awaits_writing = false;
    std::string found;
};

} // namespace telefoon
