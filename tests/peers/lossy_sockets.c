// Loses datagrams on their way out of a process and into it, as a bad line does: LOSSY_PERCENT of a hundred each way,
// which ones by LOSSY_SEED. To be loaded before the C library (LD_PRELOAD).

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#define AS_BEFORE(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

static _Atomic uint64_t seen;
static uint64_t percent;

__attribute__((constructor)) static void begin(void)
{
    percent = strtoull(getenv("LOSSY_PERCENT"), NULL, 10);
    seen = strtoull(getenv("LOSSY_SEED"), NULL, 10);
}

// Whether the next one is lost: SplitMix64, whose steps threads may take at the same time.
static bool lost(void)
{
    uint64_t x = atomic_fetch_add(&seen, 0x9e3779b97f4a7c15u);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (x ^ (x >> 31)) % 100 < percent;
}

static bool carries_datagrams(int socket)
{
    int type = 0, domain = 0;
    socklen_t length = sizeof type;
    getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &length);
    length = sizeof domain;
    getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &length);
    return type == SOCK_DGRAM && (domain == AF_INET || domain == AF_INET6);
}

ssize_t sendto(int socket, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t length)
{
    if (carries_datagrams(socket) && lost())
        return (ssize_t)size;
    return AS_BEFORE(sendto)(socket, data, size, flags, to, length);
}

// What is lost was never there: the socket is asked for the next, and says whether there is one.
ssize_t recvfrom(int socket, void *data, size_t size, int flags, struct sockaddr *from, socklen_t *length)
{
    socklen_t room = length ? *length : 0;
    ssize_t got;
    do {
        if (length)
            *length = room;
        got = AS_BEFORE(recvfrom)(socket, data, size, flags, from, length);
    } while (got >= 0 && carries_datagrams(socket) && lost());
    return got;
}
