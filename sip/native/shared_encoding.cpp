#include "shared_encoding.hpp"

#include <map>

#include "encoded_mix.h"

namespace telefoon {

namespace {

// The mixes that are being encoded, by room and settings, of one codec's factory. It stands in for the factory's own
// functions, which is why they come first: the library hands back what it was given, and so we find the rest.
struct Sharing {
    pjmedia_codec_factory_op op;
    const pjmedia_codec_factory_op *real;
    std::mutex mutex;
    std::map<std::pair<pj_uint64_t, std::string>, std::weak_ptr<EncodedMix>> mixes;

    std::shared_ptr<EncodedMix> of(pj_uint64_t mix, const std::string &settings, const Recipe &recipe)
    {
        Guard guard(mutex);
        std::weak_ptr<EncodedMix> &kept = mixes[std::make_pair(mix, settings)];
        std::shared_ptr<EncodedMix> found = kept.lock();
        if (!found) {
            found = std::make_shared<EncodedMix>(recipe);
            kept = found;
            forget();
        }
        return found;
    }

private:
    void forget()
    {
        for (auto each = mixes.begin(); each != mixes.end();)
            each = each->second.expired() ? mixes.erase(each) : std::next(each);
    }
};

// The encoder of one stream. It follows a mix once it has been sent the same for long enough to be in the same state;
// when it leaves, it first catches up. So the far end's decoder never notices who has encoded.
struct Encoder {
    pjmedia_codec_op op; // comes first, as above
    const pjmedia_codec_op *real;
    Sharing *sharing;
    Recipe recipe;
    std::string settings;
    pj_pool_t *pool;
    std::shared_ptr<EncodedMix> mix;
    pj_uint64_t mix_id = 0;
    unsigned alike = 0, tick = 0;

    bool follows() const { return alike > EncodedMix::ALIKE; }

    void open(const pjmedia_codec_param *param)
    {
        recipe.param.reset(pjmedia_codec_param_clone(pool, param), [](pjmedia_codec_param *) {});
        recipe.changed.reset();
        settings = recipe.settings();
        leave();
    }

    void change(pjmedia_codec *codec, const pjmedia_codec_param *param)
    {
        if (follows())
            mix->catch_up(codec, real, tick);
        recipe.changed = *param;
        settings = recipe.settings();
        leave();
    }

    void leave()
    {
        mix.reset();
        mix_id = alike = 0;
    }

    // Whether the frame is what other listeners are sent as well.
    bool shares(const pjmedia_frame *frame)
    {
        const pj_uint64_t mark = frame->timestamp.u64;
        if (!mark || frame->type != PJMEDIA_FRAME_TYPE_AUDIO || !frame->buf)
            return false;
        if (!mix || mix_id != Mark::mix(mark)) {
            if (follows())
                return false;
            leave();
            mix_id = Mark::mix(mark);
            mix = sharing->of(mix_id, settings, recipe);
        }
        return mix->encode(frame);
    }

    pj_status_t encode(pjmedia_codec *codec, const pjmedia_frame *frame, unsigned longest, pjmedia_frame *out)
    {
        if (shares(frame)) {
            ++alike;
            tick = Mark::tick(frame->timestamp.u64);
            if (follows() && mix->give(longest, out)) {
                out->timestamp = frame->timestamp;
                return PJ_SUCCESS;
            }
            const pj_status_t status = real->encode(codec, frame, longest, out);
            if (status == PJ_SUCCESS && !mix->encodes_as(*out))
                alike = 0;
            return status;
        }
        if (follows())
            mix->catch_up(codec, real, tick);
        leave();
        return real->encode(codec, frame, longest, out);
    }
};

Encoder &encoder(pjmedia_codec *codec)
{
    return *reinterpret_cast<Encoder *>(codec->op);
}

Sharing &sharing(pjmedia_codec_factory *factory)
{
    return *reinterpret_cast<Sharing *>(factory->op);
}

pj_status_t open_codec(pjmedia_codec *codec, pjmedia_codec_param *param)
{
    Encoder &self = encoder(codec);
    self.open(param);
    return self.real->open(codec, param);
}

pj_status_t modify_codec(pjmedia_codec *codec, const pjmedia_codec_param *param)
{
    Encoder &self = encoder(codec);
    self.change(codec, param);
    return self.real->modify(codec, param);
}

pj_status_t encode(pjmedia_codec *codec, const pjmedia_frame *frame, unsigned longest, pjmedia_frame *out)
{
    return encoder(codec).encode(codec, frame, longest, out);
}

pj_status_t alloc_codec(pjmedia_codec_factory *factory, const pjmedia_codec_info *info, pjmedia_codec **made)
{
    Sharing &all = sharing(factory);
    const pj_status_t status = all.real->alloc_codec(factory, info, made);
    if (status != PJ_SUCCESS)
        return status;
    Encoder *self = new Encoder();
    self->pool = pjsua_pool_create("encoder%p", 4000, 4000);
    if (!self->pool) {
        delete self;
        return PJ_SUCCESS; // it encodes alone
    }
    self->real = (*made)->op;
    self->op = *self->real;
    self->op.open = &open_codec;
    self->op.modify = &modify_codec;
    self->op.encode = &encode;
    self->sharing = &all;
    self->recipe.factory = factory;
    self->recipe.op = all.real;
    self->recipe.info = *info;
    self->recipe.name.assign(info->encoding_name.ptr, info->encoding_name.slen);
    pj_strdup(self->pool, &self->recipe.info.encoding_name, &info->encoding_name);
    (*made)->op = &self->op;
    return PJ_SUCCESS;
}

pj_status_t dealloc_codec(pjmedia_codec_factory *factory, pjmedia_codec *codec)
{
    Sharing &all = sharing(factory);
    if (codec->op->encode == &encode) {
        Encoder *self = &encoder(codec);
        codec->op = (pjmedia_codec_op *)self->real;
        pj_pool_t *pool = self->pool;
        delete self;
        pj_pool_release(pool);
    }
    return all.real->dealloc_codec(factory, codec);
}

bool is_opus(pjmedia_codec_factory *factory)
{
    pjmedia_codec_info known[16];
    unsigned count = PJ_ARRAY_SIZE(known);
    return factory->op->enum_info(factory, &count, known) == PJ_SUCCESS && count &&
           !pj_stricmp2(&known[0].encoding_name, "opus");
}

} // namespace

void share_encoding()
{
    pjmedia_codec_mgr *manager = pjmedia_endpt_get_codec_mgr(pjsua_get_pjmedia_endpt());
    pjmedia_codec_factory *factory = manager->factory_list.next;
    for (; factory != &manager->factory_list; factory = factory->next) {
        if (!is_opus(factory))
            continue;
        // It lives as long as the factory, whose end tells nobody: a factory's `destroy` is not told which one it is.
        pj_pool_t *pool = pjsua_pool_create("sharing%p", 1000, 1000);
        check(pool ? PJ_SUCCESS : PJ_ENOMEM, "share_encoding");
        Sharing *made = new (pj_pool_zalloc(pool, sizeof(Sharing))) Sharing();
        made->real = factory->op;
        made->op = *made->real;
        made->op.alloc_codec = &alloc_codec;
        made->op.dealloc_codec = &dealloc_codec;
        factory->op = &made->op;
    }
}

} // namespace telefoon
