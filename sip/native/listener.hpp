// Listening to a leg: what is wired to a listener waits in memory, ten seconds of it at most, until Python takes it.
#pragma once

#include <memory>
#include <string>

#include <pjsua2.hpp>

namespace telefoon {

class Overheard;

#ifdef SWIG
%typemap(out) std::string telefoon::Listener::take "$result = PyBytes_FromStringAndSize($1.data(), $1.size());"
#endif

// What a listener has heard. Any thread may use it, and let go of it.
class Listener {
public:
    // Made on the SIP thread, since it is at the bridge's rate; `number` is by what it is told of. Throws pj::Error.
    explicit Listener(int number) PJSUA2_THROW(pj::Error);

    // All that waits, 16-bit samples; bytes in Python.
    std::string take();

    // Hear nothing more.
    void end();

    // What was dropped, as it was not taken in time.
    unsigned long dropped_ms() const;

private:
    friend class ListeningPort;
    std::shared_ptr<Overheard> heard;
};

// A listener as media of the bridge, at its rate; on the SIP thread.
class ListeningPort : public pj::AudioMedia {
public:
    // Throws pj::Error.
    explicit ListeningPort(Listener &listener) PJSUA2_THROW(pj::Error);
    virtual ~ListeningPort();

private:
    ListeningPort(const ListeningPort &);
    ListeningPort &operator=(const ListeningPort &);

    pjmedia_port *port;
};

// The numbers of the listeners that have something to take, since this was last asked.
pj::IntVector listeners_told();

// A descriptor that can be read while there is such a listener.
int listeners_told_descriptor();

} // namespace telefoon
