#include "packet_ear.h"

#include "waker.hpp"

namespace telefoon {

namespace {

const unsigned MOST_FRAMES = 16;                     // of 10 ms or more, in a packet
const unsigned LONGEST_FRAME = 6 * LONGEST;          // samples: 120 ms of the widest, more than any codec's
const pj_int16_t PAUSE[NARROWBAND * 60 / 1000] = {}; // so long that a key which sounds again is another

pjmedia_codec_mgr *codecs()
{
    return pjmedia_endpt_get_codec_mgr(pjsua_get_pjmedia_endpt());
}

} // namespace

std::unique_ptr<PacketEar> PacketEar::of(pjmedia_stream *stream, pjsua_call_id call)
{
    pjmedia_stream_info info;
    if (pjmedia_stream_get_info(stream, &info) != PJ_SUCCESS || !info.param)
        return nullptr;
    std::unique_ptr<PacketEar> made(new PacketEar());
    made->call = call;
    return made->open(info) ? std::move(made) : nullptr;
}

PacketEar::~PacketEar()
{
    if (opened)
        pjmedia_codec_close(codec);
    if (codec)
        pjmedia_codec_mgr_dealloc_codec(codecs(), codec);
    if (pool)
        pj_pool_release(pool);
}

bool PacketEar::open(const pjmedia_stream_info &info)
{
    rate = info.param->info.clock_rate;
    channels = info.param->info.channel_cnt;
    if (rate != NARROWBAND && !RateFilter::fits(rate, NARROWBAND))
        return false;
    if (rate != NARROWBAND)
        to_narrow = std::make_unique<RateFilter>(rate, NARROWBAND);
    pool = pjsua_pool_create("ear%p", 4000, 4000);
    if (!pool || pjmedia_codec_mgr_alloc_codec(codecs(), &info.fmt, &codec) != PJ_SUCCESS)
        return false;
    param = pjmedia_codec_param_clone(pool, info.param);
    goes_by_what_was = info.fmt.pt == PJMEDIA_RTP_PT_G722;
    opened = param && pjmedia_codec_init(codec, pool) == PJ_SUCCESS && pjmedia_codec_open(codec, param) == PJ_SUCCESS;
    decoded.resize(LONGEST_FRAME);
    return opened;
}

void PacketEar::hear(const pjmedia_rtp_hdr &header, const void *payload, unsigned length)
{
    if (is_late(header))
        return;
    if (header.m)
        begin_anew();
    pjmedia_frame frames[MOST_FRAMES];
    unsigned count = MOST_FRAMES;
    pj_timestamp ts = {};
    packet.assign((const pj_uint8_t *)payload, (const pj_uint8_t *)payload + length); // Opus is parsed in its place
    if (pjmedia_codec_parse(codec, packet.data(), length, &ts, &count, frames) != PJ_SUCCESS)
        return;
    for (unsigned i = 0; i < count; ++i) {
        pjmedia_frame sound = pjmedia_frame();
        sound.buf = decoded.data();
        const unsigned size = (unsigned)(decoded.size() * sizeof decoded[0]);
        sound.size = size; // Opus reads here for how much there is room
        if (pjmedia_codec_decode(codec, &frames[i], size, &sound) != PJ_SUCCESS)
            continue;
        const unsigned samples = (unsigned)(sound.size / sizeof(pj_int16_t)) / channels;
        if (channels > 1)
            to_mono(decoded.data(), decoded.data(), channels, samples);
        if (!to_narrow) {
            hear_sound(decoded.data(), samples);
            continue;
        }
        narrow.resize(samples);
        to_narrow->run(decoded.data(), samples, narrow.data());
        hear_sound(narrow.data(), samples * NARROWBAND / rate);
    }
}

// What comes late, or twice, would break a tone into two.
bool PacketEar::is_late(const pjmedia_rtp_hdr &header)
{
    const pj_uint16_t seq = pj_ntohs(header.seq), ahead = (pj_uint16_t)(seq - last_seq);
    const bool late = begun && ahead - 1u > 0xFFFF - 100;
    if (!late)
        last_seq = seq;
    begun = true;
    return late;
}

// Silence came before, which was not sent.
void PacketEar::begin_anew()
{
    hear_sound(PAUSE, sizeof PAUSE / sizeof *PAUSE);
    // The far end's encoder is at rest, or another one. G.722's decoder allocates nothing when it is opened once more.
    if (goes_by_what_was)
        pjmedia_codec_open(codec, param);
}

void PacketEar::hear_sound(const pj_int16_t *samples, unsigned count)
{
    for (const char key : detector.hear(samples, count))
        tell_sounded_key(call, key);
}

} // namespace telefoon
