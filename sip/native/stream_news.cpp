#include "stream_news.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "pcm.h"

namespace telefoon {

namespace {

// Kept for as long as the process: streams may end after its own objects.
struct News {
    std::mutex mutex;
    std::vector<StreamTold> told;
    const int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
};

News &news()
{
    static News *kept = new News();
    return *kept;
}

} // namespace

void tell_of_stream(const StreamTold &told)
{
    News &all = news();
    Guard guard(all.mutex);
    all.told.push_back(told);
    if (all.told.size() == 1)
        eventfd_write(all.descriptor, 1);
}

std::vector<StreamTold> streams_told()
{
    News &all = news();
    Guard guard(all.mutex);
    eventfd_t woken;
    eventfd_read(all.descriptor, &woken);
    std::vector<StreamTold> found;
    found.swap(all.told);
    return found;
}

int streams_told_descriptor()
{
    return news().descriptor;
}

} // namespace telefoon
