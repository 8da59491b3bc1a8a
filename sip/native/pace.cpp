#include "pace.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <thread>

#include "leg.h"

namespace telefoon {

namespace {

const std::chrono::microseconds TICK(1000000 / FRAMES_PER_S);

// The clock's own unevenness: what is no later keeps the pace, what is sets it anew.
const std::chrono::milliseconds TOLERANCE(2);

// The thread that sends goes when nobody has needed it for so long.
const std::chrono::seconds IDLE(2);

// Legs by the time at which they have something to send.
class Sender : public std::enable_shared_from_this<Sender> {
public:
    void at(Clock::time_point due, const std::shared_ptr<Leg> &leg)
    {
        Guard guard(mutex);
        waiting.insert(std::make_pair(due, std::weak_ptr<Leg>(leg)));
        if (!running) {
            running = true;
            // It keeps this object for as long as it runs, also past the process's last destructors.
            std::shared_ptr<Sender> self = shared_from_this();
            std::thread([self] { self->run(); }).detach();
        }
        changed.notify_one();
    }

private:
    void run()
    {
        std::unique_lock<std::mutex> lock(mutex);
        while (!waiting.empty() || changed.wait_for(lock, IDLE, [this] { return !waiting.empty(); })) {
            const Clock::time_point due = waiting.begin()->first;
            if (Clock::now() < due) {
                changed.wait_until(lock, due);
                continue;
            }
            const std::shared_ptr<Leg> leg = waiting.begin()->second.lock();
            waiting.erase(waiting.begin());
            lock.unlock();
            if (leg)
                send(*leg);
            lock.lock();
        }
        running = false;
    }

    // The library wants to know each thread that calls it, and forgets them all when it ends.
    static void send(Leg &leg)
    {
        static thread_local pj_thread_desc description;
        pj_thread_t *known;
        if (!pj_thread_is_registered())
            pj_thread_register("pace", description, &known);
        leg.send_due();
    }

    std::mutex mutex;
    std::condition_variable changed;
    std::multimap<Clock::time_point, std::weak_ptr<Leg>> waiting;
    bool running = false;
};

} // namespace

void Pace::begin(unsigned samples, unsigned rate)
{
    step = std::chrono::microseconds((pj_uint64_t)samples * 1000000 / rate);
    uneven = step.count() % TICK.count() != 0;
    most = (size_t)std::max<long>(2, 2 * TICK.count() / std::max<long>(1, step.count()) + 1);
    next = Clock::time_point();
    waiting.clear();
}

void Pace::add(const pjmedia_frame &frame)
{
    waiting.push_back(Waiting());
    Waiting &last = waiting.back();
    last.frame = frame;
    if (frame.buf)
        last.content.assign((const char *)frame.buf, (const char *)frame.buf + frame.size);
}

bool Pace::send_due(pjmedia_port *stream, Clock::time_point now)
{
    while (!waiting.empty() && (now >= next || waiting.size() > most)) {
        Waiting &first = waiting.front();
        if (first.frame.buf)
            first.frame.buf = first.content.data();
        pjmedia_port_put_frame(stream, &first.frame);
        waiting.pop_front();
        sent(now);
    }
    return !waiting.empty();
}

void Pace::sent(Clock::time_point now)
{
    if (now >= next)
        next = (now - next > TOLERANCE ? now : next) + step;
}

void send_later(const std::shared_ptr<Leg> &leg, Clock::time_point due)
{
    static const std::shared_ptr<Sender> sender = std::make_shared<Sender>();
    sender->at(due, leg);
}

} // namespace telefoon
