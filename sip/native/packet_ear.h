#pragma once

#include <memory>
#include <vector>

#include <pjmedia/rtp.h>

#include "key_detector.h"
#include "rate_filter.h"

namespace telefoon {

// Hears keys in the packets of one stream, with a decoder of its own: the stream decodes nothing of whom nobody hears,
// or whose packets go on as they are. One thread at a time, that which reads the stream's packets; it locks nothing.
class PacketEar {
public:
    // None where the stream's codec can't be had once more, or carries no tones. Keys are told as heard by the
    // library's call `call`.
    static std::unique_ptr<PacketEar> of(pjmedia_stream *stream, pjsua_call_id call);
    ~PacketEar();

    void hear(const pjmedia_rtp_hdr &header, const void *payload, unsigned length);

private:
    PacketEar() = default;
    PacketEar(const PacketEar &);
    PacketEar &operator=(const PacketEar &);

    bool open(const pjmedia_stream_info &info);
    bool is_late(const pjmedia_rtp_hdr &header);
    void begin_anew();
    void hear_sound(const pj_int16_t *samples, unsigned count);

    pjsua_call_id call = PJSUA_INVALID_ID;
    pj_pool_t *pool = NULL;
    pjmedia_codec *codec = NULL;
    pjmedia_codec_param *param = NULL;
    bool opened = false, goes_by_what_was = false;
    unsigned rate = NARROWBAND, channels = 1;
    std::vector<pj_uint8_t> packet;
    std::vector<pj_int16_t> decoded, narrow;
    std::unique_ptr<RateFilter> to_narrow; // none where the sound has that rate already
    KeyDetector detector;
    bool begun = false;
    pj_uint16_t last_seq = 0;
};

} // namespace telefoon
