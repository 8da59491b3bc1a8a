#include "encoded_mix.h"

#include <cstring>

namespace telefoon {

namespace {

const unsigned LONGEST_PACKET = 4000;

// Encoders that may catch up in one tick; that takes KEPT encodings each, and the media clock waits for them.
const unsigned AT_ONCE = 16;

void describe(std::string &text, const pjmedia_codec_fmtp &fmtp)
{
    for (unsigned i = 0; i < fmtp.cnt; ++i) {
        text.append(fmtp.param[i].name.ptr, fmtp.param[i].name.slen).append("=");
        text.append(fmtp.param[i].val.ptr, fmtp.param[i].val.slen).append(";");
    }
    text += "/";
}

std::string describe(const pjmedia_codec_param &p)
{
    std::string text;
    const unsigned numbers[] = {
        p.info.clock_rate,     p.info.channel_cnt,      p.info.avg_bps,   p.info.max_bps,
        p.info.frm_ptime,      p.info.frm_ptime_denum,  p.info.enc_ptime, p.info.enc_ptime_denum,
        p.setting.frm_per_pkt, p.setting.vad,           p.setting.penh,   p.setting.packet_loss,
        p.setting.complexity,  (unsigned)p.setting.cbr,
    };
    for (unsigned number : numbers)
        text += std::to_string(number) + ",";
    describe(text, p.setting.enc_fmtp);
    describe(text, p.setting.dec_fmtp);
    return text;
}

} // namespace

std::string Recipe::settings() const
{
    return name + "/" + describe(*param) + (changed ? describe(*changed) : "");
}

EncodedMix::EncodedMix(const Recipe &made_by) : recipe(made_by), bytes(LONGEST_PACKET)
{
    pjmedia_codec_param asked = *recipe.param;
    pool = pjsua_pool_create("mix%p", 4000, 4000);
    if (!pool || recipe.op->alloc_codec(recipe.factory, &recipe.info, &codec) != PJ_SUCCESS) {
        codec = NULL;
        return;
    }
    if (codec->op->init(codec, pool) != PJ_SUCCESS || codec->op->open(codec, &asked) != PJ_SUCCESS) {
        recipe.op->dealloc_codec(recipe.factory, codec);
        codec = NULL;
    }
    if (codec && recipe.changed)
        codec->op->modify(codec, &*recipe.changed);
}

EncodedMix::~EncodedMix()
{
    if (codec) {
        codec->op->close(codec);
        recipe.op->dealloc_codec(recipe.factory, codec);
    }
    if (pool)
        pj_pool_release(pool);
}

bool EncodedMix::encode(const pjmedia_frame *frame)
{
    Guard guard(mutex);
    const unsigned tick = Mark::tick(frame->timestamp.u64);
    const Sent &last = past[newest];
    if (last.tick == tick)
        return size && last.pcm.size() == frame->size && !std::memcmp(last.pcm.data(), frame->buf, frame->size);
    newest = (newest + 1) % (KEPT + 1);
    past[newest].tick = tick;
    past[newest].pcm.assign((const char *)frame->buf, (const char *)frame->buf + frame->size);
    caught_up = size = 0;
    if (!codec)
        return false;
    // An encoder may change what it is given.
    scratch = past[newest].pcm;
    pjmedia_frame in = *frame, out;
    in.buf = scratch.data();
    std::memset(&out, 0, sizeof out);
    out.buf = bytes.data();
    if (codec->op->encode(codec, &in, LONGEST_PACKET, &out) != PJ_SUCCESS)
        return false;
    size = (unsigned)out.size;
    type = out.type;
    return size > 0;
}

bool EncodedMix::give(unsigned longest, pjmedia_frame *into) const
{
    Guard guard(mutex);
    if (size > longest)
        return false;
    std::memcpy(into->buf, bytes.data(), size);
    into->size = size;
    into->type = type;
    return true;
}

bool EncodedMix::encodes_as(const pjmedia_frame &packet) const
{
    Guard guard(mutex);
    return size && packet.size && *(const pj_uint8_t *)packet.buf >> 3 == (pj_uint8_t)bytes[0] >> 3;
}

void EncodedMix::catch_up(pjmedia_codec *other, const pjmedia_codec_op *op, unsigned tick)
{
    Guard guard(mutex);
    if (++caught_up > AT_ONCE)
        return;
    std::vector<char> nowhere(LONGEST_PACKET);
    for (unsigned i = 1; i <= KEPT + 1; ++i) {
        const Sent &sent = past[(newest + i) % (KEPT + 1)];
        if (sent.tick == ~0u || ((tick - sent.tick) & Mark::LAST_TICK) > KEPT)
            continue;
        scratch = sent.pcm;
        pjmedia_frame in, out;
        std::memset(&in, 0, sizeof in);
        std::memset(&out, 0, sizeof out);
        in.type = PJMEDIA_FRAME_TYPE_AUDIO;
        in.buf = scratch.data();
        in.size = scratch.size();
        out.buf = nowhere.data();
        op->encode(other, &in, LONGEST_PACKET, &out);
    }
}

} // namespace telefoon
