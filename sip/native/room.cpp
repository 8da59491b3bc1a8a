#include "room.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

#include <pjsua-lib/pjsua.h>

namespace telefoon {

namespace {

const unsigned FRAMES_PER_S = 50;
const unsigned NARROWBAND = 8000;
const unsigned WIDEST = 48000;
const unsigned LONGEST = WIDEST / FRAMES_PER_S;

// A mean amplitude of about -44 dBov, for 60 ms, is talk; it is over after 800 ms below.
const int TALK_LEVEL = 200;
const int TALK_AFTER = 3;
const int SILENT_AFTER = 40;

typedef std::lock_guard<std::mutex> Guard;

inline pj_int16_t clipped(pj_int32_t sample)
{
    return (pj_int16_t)(sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample);
}

void scale(pj_int16_t *samples, unsigned count, float factor)
{
    for (unsigned i = 0; i < count; ++i)
        samples[i] = clipped((pj_int32_t)(samples[i] * factor));
}

int mean_level(const pj_int16_t *samples, unsigned count)
{
    pj_int32_t sum = 0;
    for (unsigned i = 0; i < count; ++i)
        sum += samples[i] < 0 ? -samples[i] : samples[i];
    return (int)(sum / (pj_int32_t)count);
}

// Samples that wait to be taken, a few frames at most: what is too late is dropped, oldest first.
class Fifo {
public:
    unsigned size() const { return count; }
    void clear() { count = 0; }

    // Empty, for so many samples; a frame of a stream may be of any length, as the far end describes it.
    void fit(unsigned capacity)
    {
        samples.assign(capacity, 0);
        count = 0;
    }

    // Where so many may be written, before they are `added`. There must be at most as many as it fits.
    pj_int16_t *room_for(unsigned more)
    {
        if (count + more > samples.size())
            drop(count + more - (unsigned)samples.size());
        return samples.data() + count;
    }

    void added(unsigned more) { count += more; }

    void drop(unsigned some)
    {
        some = std::min(some, count);
        std::memmove(samples.data(), samples.data() + some, (count - some) * sizeof(pj_int16_t));
        count -= some;
    }

    void take(pj_int16_t *into, unsigned wanted)
    {
        unsigned some = std::min(wanted, count);
        std::memcpy(into, samples.data(), some * sizeof *into);
        std::memset(into + some, 0, (wanted - some) * sizeof *into);
        drop(some);
    }

private:
    std::vector<pj_int16_t> samples;
    unsigned count = 0;
};

// From one rate to another, 20 ms at a time; nothing where they are the same.
class Resampler {
public:
    ~Resampler() { close(); }

    void set(unsigned from, unsigned to)
    {
        if (from == rate_in && to == rate_out)
            return;
        close();
        rate_in = from;
        rate_out = to;
        if (from == to)
            return;
        pool = pjsua_pool_create("resample%p", 4000, 4000);
        if (!pool || pjmedia_resample_create(pool, PJ_TRUE, PJ_FALSE, 1, from, to, from / FRAMES_PER_S, &resample))
            resample = NULL;
    }

    void run(const pj_int16_t *in, pj_int16_t *out)
    {
        if (rate_in == rate_out)
            std::memcpy(out, in, rate_in / FRAMES_PER_S * sizeof *out);
        else if (resample)
            pjmedia_resample_run(resample, in, out);
        else
            std::memset(out, 0, rate_out / FRAMES_PER_S * sizeof *out);
    }

private:
    void close()
    {
        if (resample)
            pjmedia_resample_destroy(resample);
        if (pool)
            pj_pool_release(pool);
        resample = NULL;
        pool = NULL;
    }

    unsigned rate_in = 0, rate_out = 0;
    pj_pool_t *pool = NULL;
    pjmedia_resample *resample = NULL;
};

} // namespace

// The stream of a leg, and what waits between it, the bridge and a room.
struct Leg {
    std::mutex mutex;
    pjmedia_port *stream = NULL;
    unsigned rate = NARROWBAND;
    unsigned channels = 1;
    bool seated = false;
    bool sounding = false;
    bool tapped = false; // somebody reads `copy`
    unsigned bridge_rate = NARROWBAND;
    Resampler to_bridge;
    pj_int16_t copy[LONGEST]; // of what a room sent last, at the bridge's rate
    Fifo said;      // at the stream's rate, where a room takes it
    Fifo announced; // what the bridge has for the leg while it sits in a room
    Fifo sent;      // for the stream, until there is a whole frame of its own length
    std::vector<pj_int16_t> whole, interleaved; // such a frame, and one in all its channels

    void set_stream(pjmedia_port *made)
    {
        Guard guard(mutex);
        stream = made;
        rate = PJMEDIA_PIA_SRATE(&made->info);
        channels = PJMEDIA_PIA_CCNT(&made->info);
        const unsigned capacity = 2 * frame_samples() + 4 * rate / FRAMES_PER_S;
        said.fit(capacity);
        announced.fit(capacity);
        sent.fit(capacity);
        whole.assign(frame_samples(), 0);
        interleaved.assign(channels * std::max(frame_samples(), rate / FRAMES_PER_S), 0);
    }

    unsigned frame_samples() const { return PJMEDIA_PIA_SPF(&stream->info) / channels; }

    // One frame of the stream into `said`; false where it had none.
    bool pull()
    {
        pjmedia_frame frame;
        const unsigned count = frame_samples();
        pj_int16_t *into = said.room_for(count);
        frame.buf = channels == 1 ? into : interleaved.data();
        frame.size = count * channels * sizeof(pj_int16_t);
        frame.type = PJMEDIA_FRAME_TYPE_NONE;
        frame.timestamp.u64 = 0;
        frame.bit_info = 0;
        sounding = pjmedia_port_get_frame(stream, &frame) == PJ_SUCCESS && frame.type == PJMEDIA_FRAME_TYPE_AUDIO;
        if (!sounding)
            std::memset(into, 0, count * sizeof *into);
        else if (channels != 1)
            pjmedia_convert_channel_nto1(into, interleaved.data(), channels, count * channels, PJMEDIA_STEREO_MIX, 0);
        said.added(count);
        return sounding;
    }

    // 20 ms of what it says, at its rate; false for silence.
    bool take(pj_int16_t *into)
    {
        const unsigned count = rate / FRAMES_PER_S;
        bool heard = said.size() > 0 && sounding;
        while (said.size() < count)
            heard = pull() || heard;
        said.take(into, count);
        // What is left beyond a frame of the stream would stay behind for ever, as delay.
        if (said.size() > frame_samples())
            said.drop(said.size() - frame_samples());
        return heard;
    }

    // Send 20 ms, with what the bridge has announced since.
    void push(pj_int16_t *samples)
    {
        const unsigned count = rate / FRAMES_PER_S;
        if (tapped) {
            to_bridge.set(rate, bridge_rate);
            to_bridge.run(samples, copy);
        }
        if (announced.size()) {
            pj_int16_t more[LONGEST];
            announced.take(more, count);
            for (unsigned i = 0; i < count; ++i)
                samples[i] = clipped(samples[i] + more[i]);
        }
        if (frame_samples() == count && sent.size() == 0) {
            put(samples, count);
            return;
        }
        std::memcpy(sent.room_for(count), samples, count * sizeof *samples);
        sent.added(count);
        while (sent.size() >= frame_samples()) {
            sent.take(whole.data(), frame_samples());
            put(whole.data(), frame_samples());
        }
    }

    void put(pj_int16_t *samples, unsigned count)
    {
        pjmedia_frame frame;
        frame.type = PJMEDIA_FRAME_TYPE_AUDIO;
        frame.buf = samples;
        frame.timestamp.u64 = 0;
        frame.bit_info = 0;
        if (channels != 1) {
            pjmedia_convert_channel_1ton(interleaved.data(), samples, channels, count, 0);
            frame.buf = interleaved.data();
        }
        frame.size = count * channels * sizeof *samples;
        pjmedia_port_put_frame(stream, &frame);
    }

    void sit(bool now)
    {
        Guard guard(mutex);
        seated = now;
        std::memset(copy, 0, sizeof copy);
        said.clear();
        announced.clear();
        sent.clear();
    }
};

namespace {

// Stands between a stream and the bridge.
struct Between {
    pjmedia_port port;
    pj_pool_t *pool;
    pjmedia_port *stream;
    std::shared_ptr<Leg> leg;
};

Between &between(pjmedia_port *port)
{
    return *static_cast<Between *>(port->port_data.pdata);
}

pj_status_t leg_get_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    Between &self = between(port);
    Leg &leg = *self.leg;
    Guard guard(leg.mutex);
    frame->type = PJMEDIA_FRAME_TYPE_NONE;
    if (leg.stream != self.stream)
        return PJ_SUCCESS;
    if (!leg.seated)
        return pjmedia_port_get_frame(self.stream, frame);
    // The room's clock comes after the bridge has read, and takes the same frame.
    const unsigned count = leg.frame_samples();
    const bool heard = leg.pull();
    const pj_int16_t *samples = leg.said.room_for(0) - count;
    if (leg.channels == 1)
        std::memcpy(frame->buf, samples, count * sizeof *samples);
    else
        pjmedia_convert_channel_1ton((pj_int16_t *)frame->buf, samples, leg.channels, count, 0);
    frame->size = count * leg.channels * sizeof *samples;
    frame->type = heard ? PJMEDIA_FRAME_TYPE_AUDIO : PJMEDIA_FRAME_TYPE_NONE;
    return PJ_SUCCESS;
}

pj_status_t leg_put_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    Between &self = between(port);
    Leg &leg = *self.leg;
    Guard guard(leg.mutex);
    if (leg.stream != self.stream)
        return PJ_SUCCESS;
    if (!leg.seated)
        return pjmedia_port_put_frame(self.stream, frame);
    if (frame->type != PJMEDIA_FRAME_TYPE_AUDIO)
        return PJ_SUCCESS;
    const unsigned count = (unsigned)(frame->size / sizeof(pj_int16_t)) / leg.channels;
    pj_int16_t *into = leg.announced.room_for(count);
    if (leg.channels == 1)
        std::memcpy(into, frame->buf, count * sizeof *into);
    else
        pjmedia_convert_channel_nto1(into, (pj_int16_t *)frame->buf, leg.channels, count * leg.channels,
                                     PJMEDIA_STEREO_MIX, 0);
    leg.announced.added(count);
    return PJ_SUCCESS;
}

pj_status_t leg_destroyed(pjmedia_port *port)
{
    Between &self = between(port);
    pj_pool_t *pool = self.pool;
    {
        Guard guard(self.leg->mutex);
        if (self.leg->stream == self.stream)
            self.leg->stream = NULL;
    }
    if (self.stream->grp_lock)
        pj_grp_lock_dec_ref(self.stream->grp_lock);
    self.~Between();
    pj_pool_release(pool);
    return PJ_SUCCESS;
}

void check(pj_status_t status, const char *what)
{
    if (status != PJ_SUCCESS)
        throw pj::Error(status, what, "", __FILE__, __LINE__);
}

} // namespace

LegAudio::LegAudio() : leg(std::make_shared<Leg>())
{
}

void LegAudio::wrap(pj::OnStreamCreatedParam &prm)
{
    pjmedia_port *stream = (pjmedia_port *)prm.pPort;
    const unsigned rate = PJMEDIA_PIA_SRATE(&stream->info);
    // No codec of ours has such a rate; a stream that has it goes to the bridge alone, and sits silent in a room.
    if (rate > WIDEST || rate % FRAMES_PER_S)
        return;
    pj_pool_t *pool = pjsua_pool_create("leg%p", 1000, 1000);
    check(pool ? PJ_SUCCESS : PJ_ENOMEM, "LegAudio::wrap");
    Between *made = new (pj_pool_zalloc(pool, sizeof(Between))) Between();
    made->pool = pool;
    made->stream = stream;
    made->leg = leg;
    pj_str_t name = pj_str((char *)"leg");
    pjmedia_port_info_init2(&made->port.info, &name, PJMEDIA_SIG_CLASS_APP('T', 'L', 'G'),
                            PJMEDIA_DIR_ENCODING_DECODING, &stream->info.fmt);
    made->port.port_data.pdata = made;
    made->port.get_frame = &leg_get_frame;
    made->port.put_frame = &leg_put_frame;
    made->port.on_destroy = &leg_destroyed;
    check(pjmedia_port_init_grp_lock(&made->port, pool, NULL), "LegAudio::wrap");
    // The bridge lets go of a port some time after the stream was destroyed; until then it must stay in memory.
    if (stream->grp_lock)
        pj_grp_lock_add_ref(stream->grp_lock);
    leg->set_stream(stream);
    prm.pPort = &made->port;
    prm.destroyPort = true;
}

void LegAudio::unwrap()
{
    Guard guard(leg->mutex);
    leg->stream = NULL;
}

namespace {

struct Seat {
    std::shared_ptr<Leg> leg;
    bool speaks = true, hears = true;
    int coached = -1;
    float said_gain = 1, heard_gain = 1;
    bool talking = false;
    int loud = 0, quiet = 0;
    Resampler in, out;

    // Within one tick.
    pj_int16_t voice[LONGEST];
    bool sounds = false, in_sum = false, whispered = false;
    pj_int32_t whisper[LONGEST];
};

} // namespace

struct Mix {
    mutable std::mutex mutex;
    unsigned widest;
    std::map<int, std::unique_ptr<Seat> > seats;
    int next = 0;
    unsigned rate = NARROWBAND;
    unsigned bridge_rate = NARROWBAND;
    Resampler from_bridge, to_bridge;
    pj_int32_t sum[LONGEST];
    pj_int16_t all[LONGEST]; // what the room says, at the bridge's rate
    bool sounds = false;

    unsigned length() const { return rate / FRAMES_PER_S; }

    void tick(const pjmedia_frame &announcement)
    {
        Guard guard(mutex);
        choose_rate();
        std::memset(sum, 0, length() * sizeof *sum);
        sounds = false;
        announce(announcement);
        for (auto &each : seats)
            listen(*each.second);
        for (auto &each : seats)
            add(*each.second);
        hand_to_bridge();
        for (auto &each : seats)
            send(*each.second);
    }

    void choose_rate()
    {
        unsigned wanted = NARROWBAND;
        for (auto &each : seats) {
            Leg &leg = *each.second->leg;
            Guard guard(leg.mutex);
            if (leg.stream)
                wanted = std::max(wanted, std::min(leg.rate, widest));
        }
        rate = wanted;
        from_bridge.set(bridge_rate, rate);
        to_bridge.set(rate, bridge_rate);
    }

    void announce(const pjmedia_frame &frame)
    {
        if (frame.type != PJMEDIA_FRAME_TYPE_AUDIO || frame.size < bridge_rate / FRAMES_PER_S * sizeof(pj_int16_t))
            return;
        pj_int16_t samples[LONGEST];
        from_bridge.run((const pj_int16_t *)frame.buf, samples);
        for (unsigned i = 0; i < length(); ++i)
            sum[i] += samples[i];
        sounds = true;
    }

    void listen(Seat &seat)
    {
        Leg &leg = *seat.leg;
        pj_int16_t native[LONGEST];
        seat.in_sum = seat.whispered = false;
        {
            Guard guard(leg.mutex);
            seat.sounds = leg.stream && leg.take(native);
            seat.in.set(leg.rate, rate);
        }
        if (seat.sounds) {
            seat.in.run(native, seat.voice);
            if (seat.said_gain != 1)
                scale(seat.voice, length(), seat.said_gain);
        }
        seat.loud = seat.sounds && mean_level(seat.voice, length()) > TALK_LEVEL ? seat.loud + 1 : 0;
        seat.quiet = seat.loud ? 0 : seat.quiet + 1;
        if (seat.loud >= TALK_AFTER)
            seat.talking = true;
        else if (seat.quiet >= SILENT_AFTER)
            seat.talking = false;
    }

    void add(Seat &seat)
    {
        if (!seat.sounds || !seat.speaks)
            return;
        const unsigned count = length();
        if (seat.coached < 0) {
            for (unsigned i = 0; i < count; ++i)
                sum[i] += seat.voice[i];
            seat.in_sum = sounds = true;
            return;
        }
        auto found = seats.find(seat.coached);
        if (found == seats.end())
            return;
        Seat &coached = *found->second;
        if (!coached.whispered)
            std::memset(coached.whisper, 0, count * sizeof *coached.whisper);
        coached.whispered = true;
        for (unsigned i = 0; i < count; ++i)
            coached.whisper[i] += seat.voice[i];
    }

    void hand_to_bridge()
    {
        pj_int16_t mixed[LONGEST];
        for (unsigned i = 0; i < length(); ++i)
            mixed[i] = clipped(sum[i]);
        to_bridge.run(mixed, all);
    }

    void send(Seat &seat)
    {
        const unsigned count = length();
        pj_int16_t mixed[LONGEST], native[LONGEST];
        if (!seat.hears)
            std::memset(mixed, 0, count * sizeof *mixed);
        else if (seat.in_sum && seat.whispered)
            for (unsigned i = 0; i < count; ++i)
                mixed[i] = clipped(sum[i] - seat.voice[i] + seat.whisper[i]);
        else if (seat.in_sum)
            for (unsigned i = 0; i < count; ++i)
                mixed[i] = clipped(sum[i] - seat.voice[i]);
        else if (seat.whispered)
            for (unsigned i = 0; i < count; ++i)
                mixed[i] = clipped(sum[i] + seat.whisper[i]);
        else
            for (unsigned i = 0; i < count; ++i)
                mixed[i] = clipped(sum[i]);
        if (seat.heard_gain != 1)
            scale(mixed, count, seat.heard_gain);
        Leg &leg = *seat.leg;
        Guard guard(leg.mutex);
        if (!leg.stream)
            return;
        seat.out.set(rate, leg.rate);
        seat.out.run(mixed, native);
        leg.push(native);
    }
};

namespace {

// A port of the bridge, at its rate, before something of ours.
template <class T> struct Door {
    pjmedia_port port;
    pj_pool_t *pool;
    std::shared_ptr<T> behind;

    static T &of(pjmedia_port *port) { return *static_cast<Door *>(port->port_data.pdata)->behind; }

    static pj_status_t destroyed(pjmedia_port *port)
    {
        Door *door = static_cast<Door *>(port->port_data.pdata);
        pj_pool_t *pool = door->pool;
        door->~Door();
        pj_pool_release(pool);
        return PJ_SUCCESS;
    }
};

unsigned rate_of_bridge()
{
    pjsua_conf_port_info bridge;
    check(pjsua_conf_get_port_info(0, &bridge), "rate_of_bridge");
    return bridge.clock_rate;
}

template <class T> Door<T> *opened(std::shared_ptr<T> behind, unsigned rate, const char *called)
{
    pj_pool_t *pool = pjsua_pool_create("door%p", 1000, 1000);
    check(pool ? PJ_SUCCESS : PJ_ENOMEM, called);
    Door<T> *door = new (pj_pool_zalloc(pool, sizeof(Door<T>))) Door<T>();
    door->pool = pool;
    door->behind = behind;
    pj_str_t name = pj_str((char *)called);
    pjmedia_port_info_init(&door->port.info, &name, PJMEDIA_SIG_CLASS_APP('T', 'D', 'R'), rate, 1, 16,
                           rate / FRAMES_PER_S);
    door->port.port_data.pdata = door;
    door->port.on_destroy = &Door<T>::destroyed;
    check(pjmedia_port_init_grp_lock(&door->port, pool, NULL), called);
    return door;
}

pj_status_t room_put_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    // The bridge comes once each 20 ms, with or without anything to say: this is the room's clock.
    Door<Mix>::of(port).tick(*frame);
    return PJ_SUCCESS;
}

pj_status_t room_get_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    Mix &mix = Door<Mix>::of(port);
    Guard guard(mix.mutex);
    frame->type = mix.sounds ? PJMEDIA_FRAME_TYPE_AUDIO : PJMEDIA_FRAME_TYPE_NONE;
    frame->size = mix.bridge_rate / FRAMES_PER_S * sizeof *mix.all;
    std::memcpy(frame->buf, mix.all, frame->size);
    return PJ_SUCCESS;
}

pj_status_t sent_get_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    Leg &leg = Door<Leg>::of(port);
    Guard guard(leg.mutex);
    frame->type = leg.seated ? PJMEDIA_FRAME_TYPE_AUDIO : PJMEDIA_FRAME_TYPE_NONE;
    frame->size = leg.bridge_rate / FRAMES_PER_S * sizeof *leg.copy;
    std::memcpy(frame->buf, leg.copy, frame->size);
    return PJ_SUCCESS;
}

pj_status_t sent_put_frame(pjmedia_port *, pjmedia_frame *)
{
    return PJ_SUCCESS;
}

} // namespace

SentToLeg::SentToLeg(LegAudio &audio) : leg(audio.leg), port(NULL)
{
    const unsigned rate = rate_of_bridge();
    {
        Guard guard(leg->mutex);
        leg->bridge_rate = rate;
        leg->tapped = true;
    }
    Door<Leg> *door = opened(leg, rate, "sent");
    port = &door->port;
    port->get_frame = &sent_get_frame;
    port->put_frame = &sent_put_frame;
    registerMediaPort2(port, door->pool);
}

SentToLeg::~SentToLeg()
{
    {
        Guard guard(leg->mutex);
        leg->tapped = false;
    }
    try {
        unregisterMediaPort();
    } catch (pj::Error &) {
        // The endpoint has gone first, and has taken its ports with it.
    }
    pjmedia_port_destroy(port);
}

Room::Room(unsigned widest) : mix(std::make_shared<Mix>()), port(NULL)
{
    mix->widest = widest;
    mix->bridge_rate = rate_of_bridge();
    Door<Mix> *door = opened(mix, mix->bridge_rate, "room");
    port = &door->port;
    port->get_frame = &room_get_frame;
    port->put_frame = &room_put_frame;
    registerMediaPort2(port, door->pool);
}

Room::~Room()
{
    {
        Guard guard(mix->mutex);
        for (auto &each : mix->seats)
            each.second->leg->sit(false);
        mix->seats.clear();
    }
    try {
        unregisterMediaPort();
    } catch (pj::Error &) {
        // The endpoint has gone first, and has taken its ports with it.
    }
    pjmedia_port_destroy(port);
}

int Room::seat(LegAudio &audio)
{
    std::unique_ptr<Seat> made(new Seat());
    made->leg = audio.leg;
    audio.leg->sit(true);
    Guard guard(mix->mutex);
    mix->seats[mix->next] = std::move(made);
    return mix->next++;
}

void Room::unseat(int number)
{
    Guard guard(mix->mutex);
    auto found = mix->seats.find(number);
    if (found == mix->seats.end())
        return;
    found->second->leg->sit(false);
    mix->seats.erase(found);
}

void Room::attend(int number, bool speaks, bool hears, int coached)
{
    Guard guard(mix->mutex);
    auto found = mix->seats.find(number);
    if (found == mix->seats.end())
        return;
    found->second->speaks = speaks;
    found->second->hears = hears;
    found->second->coached = coached;
}

void Room::adjust(int number, float said, float heard)
{
    Guard guard(mix->mutex);
    auto found = mix->seats.find(number);
    if (found == mix->seats.end())
        return;
    found->second->said_gain = said;
    found->second->heard_gain = heard;
}

pj::IntVector Room::talking() const
{
    pj::IntVector numbers;
    Guard guard(mix->mutex);
    for (auto &each : mix->seats)
        if (each.second->talking)
            numbers.push_back(each.first);
    return numbers;
}

unsigned Room::rate() const
{
    Guard guard(mix->mutex);
    return mix->rate;
}

} // namespace telefoon
