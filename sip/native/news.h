#pragma once

#include <vector>

#include <sys/eventfd.h>

#include "pcm.h"

namespace telefoon {

// What Python must know, as a list behind one descriptor, which can be read while there is something in it. Any thread
// may add to it, and never waits for Python.
template <class T> class News {
public:
    void add(const T &told)
    {
        Guard guard(mutex);
        waiting.push_back(told);
        if (waiting.size() == 1)
            eventfd_write(descriptor, 1);
    }

    // All since this was last asked.
    std::vector<T> taken()
    {
        Guard guard(mutex);
        eventfd_t woken;
        eventfd_read(descriptor, &woken);
        std::vector<T> found;
        found.swap(waiting);
        return found;
    }

    const int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

private:
    std::mutex mutex;
    std::vector<T> waiting;
};

} // namespace telefoon
