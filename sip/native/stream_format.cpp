#include "stream_format.h"

#include <pjmedia/alaw_ulaw.h>

namespace telefoon {

namespace {

const unsigned WIDE = 16000, WIDER = 24000; // in Hz

} // namespace

StreamFormat StreamFormat::named(const std::string &name, unsigned rate)
{
    const bool plain = rate == NARROWBAND;
    if (name == "mulaw" && plain)
        return StreamFormat{StreamEncoding::MULAW, rate};
    if (name == "alaw" && plain)
        return StreamFormat{StreamEncoding::ALAW, rate};
    check(name == "l16" && (plain || rate == WIDE || rate == WIDER) ? PJ_SUCCESS : PJ_EINVAL, "StreamFormat::named");
    return StreamFormat{StreamEncoding::L16, rate};
}

void StreamFormat::encode(const pj_int16_t *samples, unsigned count, std::string &into) const
{
    into.resize((size_t)count * sample_bytes());
    char *to = &into[0];
    switch (encoding) {
    case StreamEncoding::MULAW:
        for (unsigned at = 0; at < count; ++at)
            to[at] = (char)pjmedia_linear2ulaw(samples[at]);
        break;
    case StreamEncoding::ALAW:
        for (unsigned at = 0; at < count; ++at)
            to[at] = (char)pjmedia_linear2alaw(samples[at]);
        break;
    case StreamEncoding::L16:
        for (unsigned at = 0; at < count; ++at) {
            to[2 * at] = (char)(samples[at] & 0xff);
            to[2 * at + 1] = (char)(samples[at] >> 8 & 0xff);
        }
    }
}

void StreamFormat::decode(const char *bytes, unsigned count, pj_int16_t *into) const
{
    switch (encoding) {
    case StreamEncoding::MULAW:
        for (unsigned at = 0; at < count; ++at)
            into[at] = (pj_int16_t)pjmedia_ulaw2linear((pj_uint8_t)bytes[at]);
        break;
    case StreamEncoding::ALAW:
        for (unsigned at = 0; at < count; ++at)
            into[at] = (pj_int16_t)pjmedia_alaw2linear((pj_uint8_t)bytes[at]);
        break;
    case StreamEncoding::L16:
        for (unsigned at = 0; at < count; ++at)
            into[at] = (pj_int16_t)((pj_uint8_t)bytes[2 * at] | (pj_uint16_t)(pj_uint8_t)bytes[2 * at + 1] << 8);
    }
}

} // namespace telefoon
