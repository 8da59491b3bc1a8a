// Connections over TCP and TLS that others begin: how many there may be, and how long one may say nothing.
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

// What strangers are held to, and all together. A stranger is who is one to the front door, until a request on the
// connection was let in.
struct ConnectionLimits {
    ConnectionLimits() : all(0), strangers(0), eachStranger(0), strangerSeconds(0), messageSeconds(0), idleSeconds(0) {}

    unsigned all;             // connections that others have begun
    unsigned strangers;       // those of strangers among them
    unsigned eachStranger;    // those of one address; of a network of 64 bits with IPv6
    unsigned strangerSeconds; // from a stranger's connection until a request on it was let in
    unsigned messageSeconds;  // from the first byte of a message to its last, whoever sends it
    unsigned idleSeconds;     // in which nothing was said in either direction, whoever's it is
};

// How connections stand, and how many were closed since the endpoint was opened.
struct ConnectionFigures {
    ConnectionFigures() : known(0), strangers(0), refused(0), timedOut(0) {}

    unsigned known, strangers;
    unsigned refused;  // as there were too many
    unsigned timedOut; // as they said nothing, or no end of it
};

// From now on, until the endpoint ends, connections are held to these limits. To be called once, on the SIP thread,
// after libInit and before anybody listens.
void limit_connections(const ConnectionLimits &limits) PJSUA2_THROW(pj::Error);

// Close what has said nothing for too long; to be called about once a second, on the SIP thread.
void close_idle_connections();

ConnectionFigures connection_figures();

} // namespace telefoon
