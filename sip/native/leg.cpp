#include "leg.h"

#include <algorithm>
#include <cstring>

#include "encoded_mix.h"
#include "encoded_width.h"

namespace telefoon {

void Leg::begin(pjmedia_port *port, pjmedia_stream *created)
{
    pass_to_nobody();
    Guard guard(mutex);
    stream = port;
    made = created;
    form = PacketForm(created);
    passing.speaker = NULL;
    line.begin(created);
    rate = PJMEDIA_PIA_SRATE(&port->info);
    channels = PJMEDIA_PIA_CCNT(&port->info);
    const unsigned capacity = 2 * frame_samples() + 4 * rate / FRAMES_PER_S;
    said.fit(capacity);
    announced.fit(capacity);
    sent.fit(capacity);
    pace.begin(frame_samples(), rate);
    encoded_rate = 0;
    fit_encoder();
    whole.assign(frame_samples(), 0);
    silence.assign(channels * frame_samples(), 0);
    interleaved.assign(channels * std::max(frame_samples(), rate / FRAMES_PER_S), 0);
}

void Leg::end(const pjmedia_port *port)
{
    Guard guard(mutex);
    if (port && port != stream)
        return;
    stream = NULL;
    passing.speaker = NULL;
    line.end();
}

void Leg::sit(bool now)
{
    pass_to_nobody();
    Guard guard(mutex);
    seated = now;
    fit_encoder();
    passing.speaker = NULL;
    std::memset(copy, 0, sizeof copy);
    said.clear();
    announced.clear();
    sent.clear();
}

pj_status_t Leg::send_silence(unsigned tick)
{
    static const char all_silent = 0;
    pjmedia_frame frame;
    frame.type = PJMEDIA_FRAME_TYPE_AUDIO;
    frame.buf = silence.data();
    frame.size = silence.size() * sizeof silence[0];
    frame.timestamp.u64 = pace.needed() ? 0 : Mark::of(&all_silent, tick);
    frame.bit_info = 0;
    return send(frame);
}

void Leg::hear_up_to(unsigned rate_hz)
{
    Guard guard(mutex);
    heard_rate = rate_hz;
    fit_encoder();
}

void Leg::fit_encoder()
{
    const unsigned wanted = seated ? WIDEST : heard_rate;
    if (!stream || wanted == encoded_rate)
        return;
    encode_up_to(made, wanted);
    encoded_rate = wanted;
}

// One frame of the stream into `said`; false where it had none.
bool Leg::pull()
{
    pjmedia_frame frame;
    const unsigned count = frame_samples();
    pj_int16_t *into = said.room_for(count);
    frame.buf = channels == 1 ? into : interleaved.data();
    frame.size = count * channels * sizeof(pj_int16_t);
    frame.type = PJMEDIA_FRAME_TYPE_NONE;
    frame.timestamp.u64 = 0;
    frame.bit_info = 0;
    line.before_taking();
    sounding = pjmedia_port_get_frame(stream, &frame) == PJ_SUCCESS && frame.type == PJMEDIA_FRAME_TYPE_AUDIO;
    if (!sounding)
        std::memset(into, 0, count * sizeof *into);
    else if (channels != 1)
        to_mono(into, interleaved.data(), channels, count);
    said.added(count);
    return sounding;
}

bool Leg::take(pj_int16_t *into)
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

void Leg::push(pj_int16_t *samples, pj_uint64_t mark)
{
    const unsigned count = rate / FRAMES_PER_S;
    if (tapped) {
        to_bridge.set(rate, bridge_rate);
        to_bridge.run(samples, copy);
    }
    if (announced.size()) {
        mark = 0;
        pj_int16_t more[LONGEST];
        announced.take(more, count);
        for (unsigned i = 0; i < count; ++i)
            samples[i] = clipped(samples[i] + more[i]);
    }
    if (frame_samples() == count && sent.size() == 0) {
        put(samples, count, mark);
        return;
    }
    std::memcpy(sent.room_for(count), samples, count * sizeof *samples);
    sent.added(count);
    while (sent.size() >= frame_samples()) {
        sent.take(whole.data(), frame_samples());
        put(whole.data(), frame_samples(), 0);
    }
}

void Leg::put(pj_int16_t *samples, unsigned count, pj_uint64_t mark)
{
    pjmedia_frame frame;
    frame.type = PJMEDIA_FRAME_TYPE_AUDIO;
    frame.buf = samples;
    frame.timestamp.u64 = mark;
    frame.bit_info = 0;
    if (channels != 1) {
        pjmedia_convert_channel_1ton(interleaved.data(), samples, channels, count, 0);
        frame.buf = interleaved.data();
    }
    frame.size = count * channels * sizeof *samples;
    send(frame);
}

pj_status_t Leg::send(const pjmedia_frame &frame)
{
    pjmedia_frame given = frame;
    if (!keys.none()) {
        const std::vector<pj_int16_t> &sound = keys.next(frame_samples(), channels, rate);
        given.type = PJMEDIA_FRAME_TYPE_AUDIO;
        given.buf = (void *)sound.data();
        given.size = sound.size() * sizeof sound[0];
        given.timestamp.u64 = 0;
    }
    if (!pace.needed())
        return pjmedia_port_put_frame(stream, &given);
    pace.add(given);
    if (pace.send_due(stream, Clock::now()))
        send_later(shared_from_this(), pace.next);
    return PJ_SUCCESS;
}

void Leg::send_due()
{
    Guard guard(mutex);
    if (stream && pace.send_due(stream, Clock::now()))
        send_later(shared_from_this(), pace.next);
}

pj_status_t Leg::pass(pjmedia_frame *frame)
{
    line.before_taking();
    return pjmedia_port_get_frame(stream, frame);
}

void Leg::give_bridge(pjmedia_frame *frame)
{
    const unsigned count = frame_samples();
    const bool heard = pull();
    const pj_int16_t *samples = said.room_for(0) - count;
    if (channels == 1)
        std::memcpy(frame->buf, samples, count * sizeof *samples);
    else
        pjmedia_convert_channel_1ton((pj_int16_t *)frame->buf, samples, channels, count, 0);
    frame->size = count * channels * sizeof *samples;
    frame->type = heard ? PJMEDIA_FRAME_TYPE_AUDIO : PJMEDIA_FRAME_TYPE_NONE;
}

void Leg::announce(const pjmedia_frame *frame)
{
    if (frame->type != PJMEDIA_FRAME_TYPE_AUDIO)
        return;
    const unsigned count = (unsigned)(frame->size / sizeof(pj_int16_t)) / channels;
    pj_int16_t *into = announced.room_for(count);
    if (channels == 1)
        std::memcpy(into, frame->buf, count * sizeof *into);
    else
        to_mono(into, (const pj_int16_t *)frame->buf, channels, count);
    announced.added(count);
}

} // namespace telefoon
