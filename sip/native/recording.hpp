// Recording into memory: what is wired to a track stays there until it is taken, and silence where nothing is.
#pragma once

#include <memory>
#include <string>

#include <pjsua2.hpp>

namespace telefoon {

class Heard;

#ifdef SWIG
%typemap(out) std::string telefoon::Recording::take "$result = PyBytes_FromStringAndSize($1.data(), $1.size());"
#endif

// The samples of all tracks. Any thread may use it, and let go of it.
class Recording {
public:
    explicit Recording(unsigned tracks);

    // At most so many frames that all tracks have, a 16-bit sample of each; bytes in Python.
    std::string take(unsigned most);

    // Keep nothing that is heard from now on.
    void end();

private:
    friend class RecordedTrack;
    std::shared_ptr<Heard> heard;
};

// A track as media of the bridge, at its rate; on the SIP thread.
class RecordedTrack : public pj::AudioMedia {
public:
    // Throws pj::Error.
    RecordedTrack(Recording &recording, unsigned number) PJSUA2_THROW(pj::Error);
    virtual ~RecordedTrack();

private:
    RecordedTrack(const RecordedTrack &);
    RecordedTrack &operator=(const RecordedTrack &);

    pjmedia_port *port;
};

} // namespace telefoon
