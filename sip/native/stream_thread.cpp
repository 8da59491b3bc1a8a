#include "stream_thread.h"

#include <algorithm>
#include <csignal>
#include <thread>
#include <unordered_map>
#include <vector>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "stream_socket.h"

namespace telefoon {

namespace {

typedef std::vector<std::shared_ptr<LiveStream>> LiveStreams;

const pj_uint64_t WAKER = 0; // among what epoll tells; the others are addresses of streams
const int MOST_EVENTS = 256;
const std::chrono::milliseconds LOOK(250);

// From round to round of all sockets. The clock of media has one frame after the other ready, and programs send all
// their streams' at once: together they cost one turn of this thread, and of the program's, instead of one each.
const std::chrono::milliseconds ROUND(2);

// In bytes, of all sockets: those that have something share it, so that however many programs send as fast as they can,
// a round ends soon and the others' sound is in time. The least share is a message of 20 ms of any sound. A program
// alone may still send a minute of speech within some 30 ms.
const size_t READ_IN_A_ROUND = 64 * 1024, LEAST_SHARE = 1536;

// As those of the library's threads that read and write sound: it is no use when it comes late.
const int NICENESS = -10;

// The sockets of all streams, and how others reach the thread that has them.
class StreamSockets {
public:
    // Throws pj::Error where there are no descriptors left.
    StreamSockets()
    {
        check(epoll < 0 || waker < 0 ? PJ_ETOOMANY : PJ_SUCCESS, "StreamSockets");
        watch(EPOLL_CTL_ADD, waker, EPOLLIN, WAKER);
    }

    void wake(const std::shared_ptr<LiveStream> &stream)
    {
        if (stream->woken.exchange(true))
            return;
        Guard guard(mutex);
        waiting.push_back(stream);
        if (waiting.size() == 1)
            eventfd_write(waker, 1);
    }

    void run()
    {
        pthread_setname_np(pthread_self(), "streams");
        // Where the process may: RLIMIT_NICE, or CAP_SYS_NICE. Never real-time, since programs decide how busy it is.
        setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
        // OpenSSL writes without asking that no signal be sent.
        sigset_t broken_pipe;
        sigemptyset(&broken_pipe);
        sigaddset(&broken_pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL);
        epoll_event events[MOST_EVENTS];
        for (;;) {
            const int found = epoll_wait(epoll, events, MOST_EVENTS, (int)LOOK.count());
            ++round;
            share = std::max(READ_IN_A_ROUND / (size_t)std::max(found, 1), LEAST_SHARE);
            for (int at = 0; at < found; ++at)
                if (events[at].data.u64 != WAKER)
                    run(events[at].data.u64, true);
            run_woken();
            look();
            std::this_thread::sleep_for(ROUND);
        }
    }

private:
    // A socket, and for what epoll watches it.
    struct Watched {
        std::shared_ptr<LiveStream> stream;
        std::unique_ptr<StreamSocket> socket;
        pj_uint32_t events;
        pj_uint64_t read_in_round;
    };

    typedef std::unordered_map<pj_uint64_t, Watched> AllWatched;

    static pj_uint64_t key_of(const LiveStream &stream) { return (pj_uint64_t)(size_t)&stream; }

    void watch(int what, int descriptor, pj_uint32_t events, pj_uint64_t key)
    {
        epoll_event event;
        event.events = events;
        event.data.u64 = key;
        epoll_ctl(epoll, what, descriptor, &event);
    }

    void run_woken()
    {
        LiveStreams woken;
        eventfd_t times;
        eventfd_read(waker, &times); // first: who is added from here on has another round, though it be for nothing
        {
            Guard guard(mutex);
            woken.swap(waiting);
        }
        for (const std::shared_ptr<LiveStream> &stream : woken) {
            stream->woken = false; // before it is looked at: who wakes it later is served later
            if (!watched.count(key_of(*stream)))
                begin(stream);
            run(key_of(*stream), false);
        }
    }

    void begin(const std::shared_ptr<LiveStream> &stream)
    {
        if (stream->ended)
            return;
        std::unique_ptr<StreamSocket> socket(new StreamSocket(stream, Clock::now()));
        watch(EPOLL_CTL_ADD, socket->descriptor(), EPOLLIN | EPOLLOUT, key_of(*stream));
        watched.emplace(key_of(*stream), Watched{stream, std::move(socket), EPOLLIN | EPOLLOUT, 0});
    }

    void run(pj_uint64_t key, bool may_read)
    {
        const auto found = watched.find(key);
        if (found == watched.end())
            return;
        Watched &one = found->second;
        const bool had_its_share = one.read_in_round == round;
        one.read_in_round = round;
        if (one.socket->run(Clock::now(), may_read, had_its_share ? 0 : share))
            wake(one.stream);
        settle(found);
    }

    void look()
    {
        const Clock::time_point now = Clock::now();
        if (now - looked < LOOK)
            return;
        looked = now;
        for (auto each = watched.begin(); each != watched.end();) {
            each->second.socket->look(now);
            settle(each++);
        }
    }

    // After it has done something.
    void settle(AllWatched::iterator each)
    {
        StreamSocket &socket = *each->second.socket;
        if (socket.ended()) {
            watched.erase(each); // its descriptor is closed, and so no longer watched
            return;
        }
        const pj_uint32_t reads = EPOLLIN, writes = EPOLLOUT;
        const pj_uint32_t events = reads * socket.wants_to_read() | writes * socket.wants_to_write();
        if (events == each->second.events)
            return;
        each->second.events = events;
        watch(EPOLL_CTL_MOD, socket.descriptor(), events, each->first);
    }

    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    const int waker = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    AllWatched watched;
    Clock::time_point looked;
    pj_uint64_t round = 0; // counted, as each socket reads once in one
    size_t share = READ_IN_A_ROUND;
    std::mutex mutex;
    LiveStreams waiting;
};

// Kept by the thread, past the end of the process's own objects.
StreamSockets &sockets()
{
    static StreamSockets *kept = [] {
        StreamSockets *made = new StreamSockets();
        std::thread([made] { made->run(); }).detach();
        return made;
    }();
    return *kept;
}

} // namespace

void begin_stream(const std::shared_ptr<LiveStream> &stream)
{
    sockets().wake(stream);
}

void wake_stream(const std::shared_ptr<LiveStream> &stream)
{
    sockets().wake(stream);
}

} // namespace telefoon
