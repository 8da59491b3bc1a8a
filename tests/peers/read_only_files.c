// Lets a process write nothing more to files, as a disk does that was remounted read-only after an error: to those
// whose paths begin with READ_ONLY_FILES, for as long as the file READ_ONLY_WHILE exists. To be loaded before the C
// library (LD_PRELOAD).

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AS_BEFORE(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

static const char *files, *flag;

__attribute__((constructor)) static void begin(void)
{
    files = getenv("READ_ONLY_FILES");
    flag = getenv("READ_ONLY_WHILE");
}

static bool is_read_only(int file)
{
    if (!files || !flag || access(flag, F_OK) != 0)
        return false;
    char link[32], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return false;
    path[length] = 0;
    return strncmp(path, files, strlen(files)) == 0;
}

#define UNLESS_READ_ONLY(result)                                                                                       \
    if (is_read_only(file)) {                                                                                          \
        errno = EROFS;                                                                                                 \
        return -1;                                                                                                     \
    }                                                                                                                  \
    return result

ssize_t write(int file, const void *data, size_t size)
{
    UNLESS_READ_ONLY(AS_BEFORE(write)(file, data, size));
}

ssize_t pwrite(int file, const void *data, size_t size, off_t at)
{
    UNLESS_READ_ONLY(AS_BEFORE(pwrite)(file, data, size, at));
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t at)
{
    UNLESS_READ_ONLY(AS_BEFORE(pwrite64)(file, data, size, at));
}

int ftruncate(int file, off_t size)
{
    UNLESS_READ_ONLY(AS_BEFORE(ftruncate)(file, size));
}

int ftruncate64(int file, off64_t size)
{
    UNLESS_READ_ONLY(AS_BEFORE(ftruncate64)(file, size));
}
