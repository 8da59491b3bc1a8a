#include "passing.h"

#include <algorithm>

#include "leg.h"

namespace telefoon {

namespace {

// After so many frames without a packet the far end is sent silence, as it is by the bridge: by that it knows that the
// call is there, and its way through a NAT stays open.
const unsigned PATIENCE = 10;

const unsigned OPUS_CLOCK = 48000;

std::string lower(const pj_str_t &text)
{
    std::string made(text.ptr, text.slen);
    std::transform(made.begin(), made.end(), made.begin(), [](unsigned char each) { return std::tolower(each); });
    return made;
}

std::string lower(const pjmedia_codec_fmtp &parameters)
{
    std::string made;
    for (unsigned i = 0; i < parameters.cnt; ++i)
        made += lower(parameters.param[i].name) + "=" + lower(parameters.param[i].val) + ";";
    return made;
}

const pjmedia_stream_common &common(const pjmedia_stream *stream)
{
    return *(const pjmedia_stream_common *)stream;
}

} // namespace

PacketForm::PacketForm(pjmedia_stream *stream)
{
    pjmedia_stream_info info;
    if (!stream || pjmedia_stream_get_info(stream, &info) != PJ_SUCCESS || !info.param)
        return;
    // It is there where far end and we have different packet times.
    if (common(stream).enc_buf)
        return;
    const std::string name = lower(info.fmt.encoding_name);
    const unsigned rate = info.fmt.clock_rate;
    const unsigned samples = PJMEDIA_PIA_SPF(&common(stream).port.info) / std::max(1u, info.fmt.channel_cnt);
    clock_rate = name == "opus" ? OPUS_CLOCK : name == "g722" ? NARROWBAND : rate;
    packet_ts = (unsigned)((pj_uint64_t)samples * clock_rate / rate);
    const pjmedia_codec_param &param = *info.param;
    text = name + "/" + std::to_string(rate) + "/" + std::to_string(info.fmt.channel_cnt) + "/" +
           std::to_string(samples) + " " + lower(param.setting.enc_fmtp) + " " + lower(param.setting.dec_fmtp);
    receives = info.dir & PJMEDIA_DIR_DECODING;
    sends = info.dir & PJMEDIA_DIR_ENCODING;
}

bool PacketForm::suits(const PacketForm &heard) const
{
    return receives && heard.sends && text == heard.text;
}

bool Leg::pass_to(const std::shared_ptr<Leg> &heard)
{
    pass_to_nobody();
    PacketForm mine;
    {
        Guard guard(mutex);
        if (!stream || seated)
            return false;
        mine = form;
    }
    {
        Guard guard(heard->mutex);
        if (!heard->stream || heard->seated || heard->pace.needed() || !mine.suits(heard->form))
            return false;
        heard->passing.speaker = this;
        heard->passing.numbering.begin(mine.clock_rate);
        heard->passing.silent = 0;
    }
    Guard guard(listener_mutex);
    listener = heard;
    return true;
}

void Leg::pass_to_nobody()
{
    std::shared_ptr<Leg> heard;
    {
        Guard guard(listener_mutex);
        heard = listener.lock();
        listener.reset();
    }
    if (!heard)
        return;
    Guard guard(heard->mutex);
    if (heard->passing.speaker == this)
        heard->passing.speaker = NULL;
}

pj_bool_t Leg::offered(void *leg, const pjmedia_rtp_hdr *header, const void *payload, unsigned length)
{
    Leg &self = *static_cast<Leg *>(leg);
    std::shared_ptr<Leg> heard;
    {
        Guard guard(self.listener_mutex);
        heard = self.listener.lock();
    }
    return heard && heard->send_passed(self, *header, payload, length);
}

bool Leg::send_passed(const Leg &speaker, const pjmedia_rtp_hdr &header, const void *payload, unsigned length)
{
    Guard guard(mutex);
    if (passing.speaker != &speaker || !stream)
        return false;
    if (!payload) {
        passing.numbering.settle_anew();
        return false;
    }
    if (!keys.none()) {
        passing.numbering.settle_anew();
        return true;
    }
    const Arrived packet = {pj_ntohl(header.ssrc), pj_ntohs(header.seq), pj_ntohl(header.ts), header.m != 0};
    const pjmedia_rtp_session &session = common(made).enc->rtp;
    const Numbers last = {session.out_extseq, pj_ntohl(session.out_hdr.ts)};
    const unsigned frames = passing.silent < PATIENCE ? std::max(1u, passing.silent) : 1;
    Numbers given;
    bool begins;
    if (passing.numbering.number(packet, last, frames * form.packet_ts, &given, &begins) &&
        pjmedia_stream_send_encoded(made, given.seq, given.ts, begins || packet.marker, payload, length) == PJ_SUCCESS)
        passing.silent = 0;
    return true;
}

bool Leg::waits_for_packets()
{
    if (!passing.speaker || passing.silent >= PATIENCE || !keys.none())
        return false;
    pjmedia_rtp_session &session = common(made).enc->rtp;
    const pj_uint32_t before = session.out_extseq;
    pjmedia_stream_put_nothing(made);
    if (session.out_extseq != before)
        passing.silent = 0;
    else if (++passing.silent == PATIENCE)
        pjmedia_rtp_encode_rtp(&session, 0, 0, 0, PATIENCE * form.packet_ts, NULL, NULL);
    return true;
}

} // namespace telefoon
