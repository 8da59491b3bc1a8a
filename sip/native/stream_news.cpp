#include "stream_news.h"

#include "news.h"

namespace telefoon {

namespace {

// Kept for as long as the process: streams may end after its own objects.
News<StreamTold> &news()
{
    static News<StreamTold> *kept = new News<StreamTold>();
    return *kept;
}

} // namespace

void tell_of_stream(const StreamTold &told)
{
    news().add(told);
}

std::vector<StreamTold> streams_told()
{
    return news().taken();
}

int streams_told_descriptor()
{
    return news().descriptor;
}

} // namespace telefoon
