// Media streams: a call's sound to a program behind a WebSocket, and the program's to the call. No frame of it is seen
// by Python: a thread of ours has all sockets, the media clock's puts frames in and takes them out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <pjsua2.hpp>

namespace telefoon {

struct LiveStream;

// What a stream is to be. The address is resolved and allowed already; `host` is what its certificate must name.
struct StreamPlan {
    std::string address; // of either IP version
    unsigned port = 0;
    std::string host;
    std::string path;
    bool secure = true;
    std::string authorities;  // a file of certificates that are believed in place of the system's
    pj::StringVector headers; // whole lines: "Name: value"

    std::string sid;
    std::string encoding = "mulaw"; // or alaw, l16
    unsigned rate = 8000;           // of it, in Hz
    pj::StringVector greeting;      // messages that are sent first; the last has sequence number 1
    bool two_way = false;
    bool marks_tell = false;      // a mark that was cleared comes back with "cleared": true
    unsigned cushion_ms = 40;     // of the program's sound, before the first of it is heard
    unsigned patience_ms = 10000; // for the handshake, for a pong, and for progress of what is sent
    unsigned ping_every_ms = 10000;
};

// What has happened on a stream.
struct StreamTold {
    enum Kind { OPENED, ENDED, UNREADABLE };

    int stream = 0;
    int kind = OPENED;
    int code = 0;     // ENDED: the code of its Close, 1006 without one; refused by HTTP: the status
    std::string text; // ENDED, UNREADABLE: why
};

struct StreamSums {
    unsigned long sent_messages = 0, sent_bytes = 0, dropped_ms = 0;
    unsigned long received_messages = 0, received_bytes = 0, unreadable = 0, refused_ms = 0;
    unsigned long marks = 0; // that went back
    unsigned long waiting_bytes = 0, waiting_ms = 0, underruns = 0;
    long ping_ms = -1; // of the last pong; -1 before there is one
};

// A connection to a program, begun when it is made. Any thread may use it, and let go of it, which closes it.
class Stream {
public:
    // `number` is by what it is told of. Throws pj::Error where the format is none.
    Stream(int number, const StreamPlan &plan) PJSUA2_THROW(pj::Error);
    ~Stream();

    // Send a message of that event with these members more, as JSON.
    void send(const std::string &event, const std::string &members);

    // Throw away all of the program's sound that waits.
    void clear();

    // Send what waits, then close it.
    void close();

    StreamSums sums() const;

private:
    Stream(const Stream &);
    Stream &operator=(const Stream &);

    friend class ForkedTrack;
    friend class FedSource;
    std::shared_ptr<LiveStream> live;
};

// What is wired to it goes to the program, 20 ms a message, as media of the bridge; on the SIP thread.
class ForkedTrack : public pj::AudioMedia {
public:
    // Throws pj::Error.
    ForkedTrack(Stream &stream, const std::string &track) PJSUA2_THROW(pj::Error);
    virtual ~ForkedTrack();

private:
    ForkedTrack(const ForkedTrack &);
    ForkedTrack &operator=(const ForkedTrack &);

    pjmedia_port *port;
};

// What the program says, as media of the bridge; on the SIP thread. Before there is one, its sound and marks wait.
class FedSource : public pj::AudioMedia {
public:
    // Throws pj::Error.
    explicit FedSource(Stream &stream) PJSUA2_THROW(pj::Error);
    virtual ~FedSource();

private:
    FedSource(const FedSource &);
    FedSource &operator=(const FedSource &);

    pjmedia_port *port;
};

// What has happened on all streams since this was last asked.
std::vector<StreamTold> streams_told();

// A descriptor that can be read while there is something to be told.
int streams_told_descriptor();

} // namespace telefoon

#ifdef SWIG
%template(StreamToldVector) std::vector<telefoon::StreamTold>;
#endif
