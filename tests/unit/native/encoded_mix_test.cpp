#include <doctest/doctest.h>

#include <cstring>

#include "encoded_mix.h"

using namespace telefoon;

namespace {

// A codec whose packets are the first sample of each frame, and which keeps what it was given.
struct FakeCodec {
    std::vector<pj_int16_t> encoded;
    bool opens = true;
    unsigned allocated = 0, closed = 0, rate = 0;
    pjmedia_codec codec = pjmedia_codec();
    pjmedia_codec_op op = pjmedia_codec_op();
    pjmedia_codec_factory factory = pjmedia_codec_factory();
    pjmedia_codec_factory_op factory_op = pjmedia_codec_factory_op();

    FakeCodec()
    {
        op.init = [](pjmedia_codec *, pj_pool_t *) { return (pj_status_t)PJ_SUCCESS; };
        op.open = [](pjmedia_codec *codec, pjmedia_codec_param *) {
            return (pj_status_t)(of(codec).opens ? PJ_SUCCESS : PJ_ENOMEM);
        };
        op.modify = [](pjmedia_codec *codec, const pjmedia_codec_param *param) {
            of(codec).rate = param->info.clock_rate;
            return (pj_status_t)PJ_SUCCESS;
        };
        op.close = [](pjmedia_codec *codec) {
            ++of(codec).closed;
            return (pj_status_t)PJ_SUCCESS;
        };
        op.encode = [](pjmedia_codec *codec, const pjmedia_frame *in, unsigned, pjmedia_frame *out) {
            pj_int16_t *samples = (pj_int16_t *)in->buf;
            of(codec).encoded.push_back(*samples);
            std::memcpy(out->buf, samples, sizeof *samples);
            out->size = sizeof *samples;
            out->type = PJMEDIA_FRAME_TYPE_AUDIO;
            *samples = -1; // as an encoder may
            return (pj_status_t)PJ_SUCCESS;
        };
        codec.op = &op;
        codec.codec_data = this;
        factory.factory_data = this;
        factory_op.alloc_codec = [](pjmedia_codec_factory *factory, const pjmedia_codec_info *, pjmedia_codec **made) {
            FakeCodec &self = *static_cast<FakeCodec *>(factory->factory_data);
            ++self.allocated;
            *made = &self.codec;
            return (pj_status_t)PJ_SUCCESS;
        };
        factory_op.dealloc_codec = [](pjmedia_codec_factory *factory, pjmedia_codec *) {
            --static_cast<FakeCodec *>(factory->factory_data)->allocated;
            return (pj_status_t)PJ_SUCCESS;
        };
    }

    Recipe recipe()
    {
        Recipe made;
        made.factory = &factory;
        made.op = &factory_op;
        made.name = "fake";
        made.info = pjmedia_codec_info();
        made.param = std::make_shared<pjmedia_codec_param>();
        return made;
    }

private:
    static FakeCodec &of(pjmedia_codec *codec) { return *static_cast<FakeCodec *>(codec->codec_data); }
};

// A frame of one level, as the room's tick `tick` sends it to all who only listen.
struct Frame {
    std::vector<pj_int16_t> samples;
    pjmedia_frame frame = pjmedia_frame();

    Frame(unsigned tick, pj_int16_t level) : samples(160, level)
    {
        frame.type = PJMEDIA_FRAME_TYPE_AUDIO;
        frame.buf = samples.data();
        frame.size = samples.size() * sizeof samples[0];
        frame.timestamp.u64 = Mark::of(&samples, tick);
    }
};

bool encode(EncodedMix &mix, unsigned tick, pj_int16_t level)
{
    const Frame made(tick, level);
    return mix.encode(&made.frame);
}

// The packet's first sample; -1 where there is none.
pj_int16_t packet(const EncodedMix &mix, unsigned longest = 100)
{
    pj_int16_t sample = 0;
    pjmedia_frame out = pjmedia_frame();
    out.buf = &sample;
    return mix.give(longest, &out) && out.size == sizeof sample ? sample : (pj_int16_t)-1;
}

} // namespace

TEST_CASE("a frame that many are sent is encoded once")
{
    FakeCodec codec;
    EncodedMix mix(codec.recipe());

    const bool first = encode(mix, 1, 500), second = encode(mix, 1, 500);

    CHECK(first);
    CHECK(second);
    CHECK(codec.encoded == std::vector<pj_int16_t>{500});
    CHECK(packet(mix) == 500);
}

TEST_CASE("who is sent something else at that tick gets no packet of the others")
{
    FakeCodec codec;
    EncodedMix mix(codec.recipe());
    encode(mix, 1, 500);

    CHECK_FALSE(encode(mix, 1, 501));
    CHECK(packet(mix) == 500);
}

TEST_CASE("a packet that is too long for somebody is not given")
{
    FakeCodec codec;
    EncodedMix mix(codec.recipe());
    encode(mix, 1, 500);

    CHECK(packet(mix, 1) == -1);
}

TEST_CASE("who leaves the others is brought to where they are by the last frames in their order")
{
    FakeCodec codec, own;
    EncodedMix mix(codec.recipe());
    for (unsigned tick = 1; tick <= 9; ++tick)
        encode(mix, tick, (pj_int16_t)(100 + tick));

    mix.catch_up(&own.codec, &own.op, 9);

    CHECK(own.encoded == std::vector<pj_int16_t>{104, 105, 106, 107, 108, 109});
}

TEST_CASE("frames from before a pause bring nobody up to date")
{
    FakeCodec codec, own;
    EncodedMix mix(codec.recipe());
    encode(mix, 1, 101);
    encode(mix, 100, 102);

    mix.catch_up(&own.codec, &own.op, 100);

    CHECK(own.encoded == std::vector<pj_int16_t>{102});
}

TEST_CASE("at most sixteen catch up in one tick")
{
    FakeCodec codec, own;
    EncodedMix mix(codec.recipe());
    encode(mix, 1, 101);

    for (unsigned i = 0; i < 20; ++i)
        mix.catch_up(&own.codec, &own.op, 1);
    const size_t in_one = own.encoded.size();
    encode(mix, 2, 102);
    mix.catch_up(&own.codec, &own.op, 2);

    CHECK(in_one == 16);
    CHECK(own.encoded.size() == 18);
}

TEST_CASE("where the codec does not open everybody encodes alone")
{
    FakeCodec codec;
    codec.opens = false;
    {
        EncodedMix mix(codec.recipe());

        CHECK_FALSE(encode(mix, 1, 500));
    }

    CHECK(codec.allocated == 0);
    CHECK(codec.closed == 0);
}

TEST_CASE("a mix that is over gives its codec back")
{
    FakeCodec codec;
    {
        EncodedMix mix(codec.recipe());
    }

    CHECK(codec.allocated == 0);
    CHECK(codec.closed == 1);
}

TEST_CASE("it is encoded as wide as by those who follow, which others do not share")
{
    FakeCodec codec;
    Recipe recipe = codec.recipe(), narrower = recipe;
    narrower.changed = *recipe.param;
    narrower.changed->info.clock_rate = 16000;

    EncodedMix mix(narrower);

    CHECK(codec.rate == 16000);
    CHECK(narrower.settings() != recipe.settings());
}

TEST_CASE("who still encodes in another way is told by its packet")
{
    FakeCodec codec;
    EncodedMix mix(codec.recipe());
    encode(mix, 1, 9 << 3);
    pj_uint8_t wide = 9 << 3 | 1, narrow = 1 << 3;
    pjmedia_frame packet = pjmedia_frame();
    packet.size = 1;

    packet.buf = &wide;
    CHECK(mix.encodes_as(packet));
    packet.buf = &narrow;
    CHECK_FALSE(mix.encodes_as(packet));
}

TEST_CASE("a mark tells the mix and the tick")
{
    const int one = 0;
    const pj_uint64_t mark = Mark::of(&one, Mark::LAST_TICK + 3);

    CHECK(Mark::tick(mark) == 2); // it wraps
    CHECK(Mark::mix(mark) == (size_t)&one >> 4);
}

TEST_CASE("codecs with other settings are described otherwise")
{
    FakeCodec codec;
    Recipe one = codec.recipe(), other = codec.recipe();
    other.param->setting.packet_loss = 5;

    CHECK(one.settings() != other.settings());
}
