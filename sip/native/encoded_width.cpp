#include "encoded_width.h"

#include <algorithm>

namespace telefoon {

namespace {

// Somewhat above what RFC 7587 section 3.1.1 recommends, since what was encoded before loses more.
const unsigned NARROWBAND_BPS = 16000, WIDEBAND_BPS = 24000;
const unsigned LEAST_BPS = 6000; // that may be wished for
const unsigned WIDEBAND = 16000;

// 0 lets the encoder choose.
unsigned bits_per_s(unsigned rate_hz)
{
    return rate_hz <= NARROWBAND ? NARROWBAND_BPS : rate_hz <= WIDEBAND ? WIDEBAND_BPS : 0;
}

// A number that the far end has asked for (RFC 7587 section 6.1); `otherwise` where it has not.
unsigned wished(const pjmedia_codec_param &param, const char *name, unsigned otherwise)
{
    const pjmedia_codec_fmtp &fmtp = param.setting.enc_fmtp;
    for (unsigned i = 0; i < fmtp.cnt; ++i)
        if (!pj_stricmp2(&fmtp.param[i].name, name))
            return (unsigned)pj_strtoul(&fmtp.param[i].val);
    return otherwise;
}

} // namespace

void encode_up_to(pjmedia_stream *stream, unsigned rate_hz)
{
    pjmedia_stream_info info;
    if (!stream || pjmedia_stream_get_info(stream, &info) != PJ_SUCCESS || !info.param ||
        pj_stricmp2(&info.fmt.encoding_name, "opus"))
        return;
    // As the library opens the codec by the same wishes, but for how wide it is and how much that takes.
    pjmedia_codec_param param = *info.param;
    param.info.clock_rate = std::min(rate_hz, wished(param, "maxplaybackrate", WIDEST));
    const unsigned most = wished(param, "maxaveragebitrate", param.info.max_bps);
    param.info.avg_bps = bits_per_s(param.info.clock_rate);
    if (most < param.info.max_bps && (most < param.info.avg_bps || !param.info.avg_bps))
        param.info.avg_bps = std::max(most, LEAST_BPS);
    param.setting.plc = wished(param, "useinbandfec", 0) != 0;
    param.setting.vad = wished(param, "usedtx", 0) != 0;
    param.setting.cbr = wished(param, "cbr", param.setting.cbr) != 0;
    pjmedia_stream_modify_codec_param(stream, &param);
}

} // namespace telefoon
