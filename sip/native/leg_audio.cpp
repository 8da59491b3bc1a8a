#include "leg_audio.hpp"

#include "door.h"
#include "leg.h"
#include "packet_ear.h"
#include "rate_filter.h"

namespace telefoon {

namespace {

// Stands between a stream and the bridge, at the bridge's rate where it can: the bridge's own way from rate to rate
// takes longer than all else that it does for a leg.
struct Between {
    pjmedia_port port;
    pj_pool_t *pool;
    pjmedia_port *stream;
    std::shared_ptr<Leg> leg;
    Resampler said, heard;
    std::vector<pj_int16_t> at_own_rate; // a frame; empty where that is the bridge's

    bool converts() const { return !at_own_rate.empty(); }

    void convert(unsigned bridge_rate)
    {
        const unsigned own_rate = PJMEDIA_PIA_SRATE(&stream->info), count = PJMEDIA_PIA_SPF(&stream->info);
        const unsigned bridge_count = (unsigned)((pj_uint64_t)count * bridge_rate / own_rate);
        if (PJMEDIA_PIA_CCNT(&stream->info) != 1 || !RateFilter::fits(own_rate, bridge_rate) ||
            (pj_uint64_t)bridge_count * own_rate != (pj_uint64_t)count * bridge_rate)
            return;
        said.set(own_rate, bridge_rate, count);
        heard.set(bridge_rate, own_rate, bridge_count);
        at_own_rate.assign(count, 0);
        const pj_str_t name = port.info.name;
        pjmedia_port_info_init(&port.info, &name, port.info.signature, bridge_rate, 1, 16, bridge_count);
    }

    // The frame to ask the stream for, where the bridge asks for `frame`.
    pjmedia_frame asked(const pjmedia_frame &frame)
    {
        pjmedia_frame own = frame;
        own.type = PJMEDIA_FRAME_TYPE_NONE;
        if (converts()) {
            own.buf = at_own_rate.data();
            own.size = at_own_rate.size() * sizeof(pj_int16_t);
        }
        return own;
    }

    void give(const pjmedia_frame &own, pjmedia_frame *frame)
    {
        void *buffer = frame->buf;
        *frame = own;
        frame->buf = buffer;
        if (!converts())
            return;
        frame->size = PJMEDIA_PIA_SPF(&port.info) * sizeof(pj_int16_t);
        if (own.type == PJMEDIA_FRAME_TYPE_AUDIO)
            said.run(at_own_rate.data(), (pj_int16_t *)buffer);
        else
            said.forget();
    }

    // What the bridge has, for the stream.
    pjmedia_frame taken(const pjmedia_frame &frame)
    {
        pjmedia_frame own = frame;
        if (frame.type != PJMEDIA_FRAME_TYPE_AUDIO) {
            heard.forget();
        } else if (converts()) {
            heard.run((const pj_int16_t *)frame.buf, at_own_rate.data());
            own.buf = at_own_rate.data();
            own.size = at_own_rate.size() * sizeof(pj_int16_t);
        }
        return own;
    }
};

Between &between(pjmedia_port *port)
{
    return *static_cast<Between *>(port->port_data.pdata);
}

pj_status_t leg_get_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    Between &self = between(port);
    Leg &leg = *self.leg;
    pjmedia_frame own = self.asked(*frame);
    pj_status_t status = PJ_SUCCESS;
    {
        Guard guard(leg.mutex);
        if (leg.stream != self.stream) {
            frame->type = PJMEDIA_FRAME_TYPE_NONE;
            return PJ_SUCCESS;
        }
        if (leg.seated)
            leg.give_bridge(&own);
        else
            status = leg.pass(&own);
    }
    self.give(own, frame);
    return status;
}

pj_status_t leg_put_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    Between &self = between(port);
    Leg &leg = *self.leg;
    pjmedia_frame own = self.taken(*frame);
    const pj_uint64_t tick = frame->timestamp.u64 / PJMEDIA_PIA_SPF(&port->info);
    Guard guard(leg.mutex);
    if (leg.stream != self.stream)
        return PJ_SUCCESS;
    if (leg.waits_for_packets())
        return PJ_SUCCESS;
    if (!leg.seated && own.type != PJMEDIA_FRAME_TYPE_AUDIO)
        return leg.send_silence((unsigned)tick);
    if (!leg.seated) {
        // The bridge's times would be taken for the mark of a room's mix (encoded_mix.h); a stream reads none.
        own.timestamp.u64 = 0;
        return leg.send(own);
    }
    leg.announce(&own);
    return PJ_SUCCESS;
}

pj_status_t leg_destroyed(pjmedia_port *port)
{
    Between &self = between(port);
    pj_pool_t *pool = self.pool;
    self.leg->end(self.stream);
    if (self.stream->grp_lock)
        pj_grp_lock_dec_ref(self.stream->grp_lock);
    self.~Between();
    pj_pool_release(pool);
    return PJ_SUCCESS;
}

// Who is given each packet of a stream.
struct PacketTakers {
    std::shared_ptr<Leg> leg;
    std::unique_ptr<PacketEar> ear; // none where keys come in no sound
};

pj_bool_t take_packet(void *kept, const pjmedia_rtp_hdr *header, const void *payload, unsigned length)
{
    PacketTakers &takers = *static_cast<PacketTakers *>(kept);
    if (takers.ear && payload)
        takers.ear->hear(*header, payload, length);
    return Leg::offered(takers.leg.get(), header, payload, length);
}

// Offer each packet of the stream to its takers, who stay for as long as one of them may be read.
void offer_packets(pjmedia_port *stream, pjmedia_stream *made, std::unique_ptr<PacketTakers> takers)
{
    if (!stream->grp_lock)
        return;
    const pj_status_t status = pj_grp_lock_add_handler(stream->grp_lock, NULL, takers.get(),
                                                       [](void *kept) { delete static_cast<PacketTakers *>(kept); });
    check(status, "LegAudio::wrap");
    pjmedia_stream_set_audio_cb(made, &take_packet, takers.release());
}

} // namespace

LegAudio::LegAudio() : leg(std::make_shared<Leg>()) {}

void LegAudio::wrap(pj::OnStreamCreatedParam &prm)
{
    pjmedia_port *stream = (pjmedia_port *)prm.pPort;
    const unsigned rate = PJMEDIA_PIA_SRATE(&stream->info);
    // No codec of ours has such a rate; a stream that has it goes to the bridge alone, and sits silent in a room.
    if (rate > WIDEST || rate % FRAMES_PER_S)
        return;
    pj_pool_t *pool = pjsua_pool_create("leg%p", 500, 100);
    check(pool ? PJ_SUCCESS : PJ_ENOMEM, "LegAudio::wrap");
    Between *made = new (pj_pool_zalloc(pool, sizeof(Between))) Between();
    made->pool = pool;
    made->stream = stream;
    made->leg = leg;
    pj_str_t name = pj_str((char *)"leg");
    pjmedia_port_info_init2(&made->port.info, &name, PJMEDIA_SIG_CLASS_APP('T', 'L', 'G'),
                            PJMEDIA_DIR_ENCODING_DECODING, &stream->info.fmt);
    made->convert(rate_of_bridge());
    made->port.port_data.pdata = made;
    made->port.get_frame = &leg_get_frame;
    made->port.put_frame = &leg_put_frame;
    made->port.on_destroy = &leg_destroyed;
    check(pjmedia_port_init_grp_lock(&made->port, pool, NULL), "LegAudio::wrap");
    // The bridge lets go of a port some time after the stream was destroyed; until then it must stay in memory.
    if (stream->grp_lock)
        pj_grp_lock_add_ref(stream->grp_lock);
    leg->begin(stream, (pjmedia_stream *)prm.stream);
    std::unique_ptr<PacketTakers> takers(new PacketTakers());
    takers->leg = leg;
    if (call_with_keys >= 0)
        takers->ear = PacketEar::of((pjmedia_stream *)prm.stream, call_with_keys);
    offer_packets(stream, (pjmedia_stream *)prm.stream, std::move(takers));
    prm.pPort = &made->port;
    prm.destroyPort = true;
}

void LegAudio::listen_for_keys(int call)
{
    call_with_keys = call;
}

void LegAudio::sound_keys(const std::string &keys)
{
    Guard guard(leg->mutex);
    leg->keys.add(keys);
}

void LegAudio::unwrap()
{
    leg->end();
}

bool LegAudio::pass_to(LegAudio &listener)
{
    return leg->pass_to(listener.leg);
}

void LegAudio::pass_to_nobody()
{
    leg->pass_to_nobody();
}

void LegAudio::hear_up_to(unsigned rate_hz)
{
    leg->hear_up_to(rate_hz);
}

unsigned LegAudio::rate() const
{
    Guard guard(leg->mutex);
    return leg->stream ? leg->rate : 0;
}

Figures LegAudio::figures() const
{
    Guard guard(leg->mutex);
    return leg->line.figures();
}

long LegAudio::life() const
{
    Guard guard(leg->mutex);
    return leg->stream ? (long)leg->line.life() : -1;
}

unsigned LegAudio::strange() const
{
    Guard guard(leg->mutex);
    return leg->line.strange();
}

} // namespace telefoon
