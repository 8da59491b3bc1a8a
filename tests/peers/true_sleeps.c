// Sleeps as the kernel does it. While libfaketime leaves the monotonic clock alone, its own clock_nanosleep refuses to
// wait for a moment of that clock (EINVAL), as Python's time.sleep does. To be loaded before it (LD_PRELOAD).

#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until, struct timespec *left)
{
    return syscall(SYS_clock_nanosleep, clock, flags, until, left) == 0 ? 0 : errno;
}
