/* The least that media streams can cost: a loop that sends and receives the same bytes as we do, and does no more.
 *
 *     loop PORT STREAMS SECONDS
 *
 * Each stream is connected to a server on this machine (server.c), sends 20 ms of sound every 20 ms, ready made and
 * masked, and reads what comes. Then it prints the CPU that it took (µs) and the messages in both directions. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define SID "MZ00000000000000000000000000000000"
#define SILENCE "///////////////////////////////////////////////////////////////////////////////////////////////////////////" \
    "////////////////////////////////////////////////////////////////////////////////////////////////////////////="
enum { EVENTS = 256, LARGEST_FRAME = 1024 };

static size_t client_frame(char *out, const char *text)
{
    const unsigned char mask[4] = {0x12, 0x34, 0x56, 0x78};
    size_t length = strlen(text), at = 0;
    out[at++] = (char)0x81;
    out[at++] = (char)(0x80 | 126);
    out[at++] = (char)(length >> 8);
    out[at++] = (char)(length & 0xFF);
    memcpy(out + at, mask, 4);
    at += 4;
    for (size_t i = 0; i < length; i++)
        out[at++] = (char)(text[i] ^ mask[i % 4]);
    return at;
}

static int connected(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    char answer[1024], frame[LARGEST_FRAME];
    const char *hello = "GET /media HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) || write(fd, hello, strlen(hello)) < 0 ||
        read(fd, answer, sizeof answer) < 12 || memcmp(answer + 9, "101", 3)) {
        perror("connect");
        exit(1);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    size_t length = client_frame(frame, "{\"event\":\"start\",\"sequenceNumber\":\"1\",\"streamSid\":\"" SID "\","
        "\"start\":{\"streamSid\":\"" SID "\",\"tracks\":[\"inbound\"]}}");
    if (write(fd, frame, length) != (ssize_t)length)
        exit(1);
    return fd;
}

static uint64_t cpu_us(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
           (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    int port = atoi(argv[1]), count = atoi(argv[2]), ticks = 50 * atoi(argv[3]);
    int *fds = calloc((size_t)count, sizeof *fds), poll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
    char frame[LARGEST_FRAME], bytes[65536];
    uint64_t sent = 0, received_bytes = 0;
    size_t length = client_frame(frame, "{\"event\":\"media\",\"sequenceNumber\":\"1000\",\"streamSid\":\"" SID "\","
        "\"media\":{\"track\":\"inbound\",\"chunk\":\"1000\",\"timestamp\":\"20000\",\"payload\":\"" SILENCE "\"}}");
    for (int i = 0; i < count; i++) {
        fds[i] = connected(port);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[i]};
        epoll_ctl(poll, EPOLL_CTL_ADD, fds[i], &event);
    }
    struct itimerspec every = {.it_interval = {0, 20000000}, .it_value = {0, 20000000}};
    struct epoll_event event = {.events = EPOLLIN, .data.fd = timer};
    timerfd_settime(timer, 0, &every, NULL);
    epoll_ctl(poll, EPOLL_CTL_ADD, timer, &event);
    uint64_t began = cpu_us();
    for (int tick = 0; tick < ticks;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd != timer) {
                ssize_t got = recv(events[i].data.fd, bytes, sizeof bytes, MSG_DONTWAIT);
                received_bytes += got > 0 ? (uint64_t)got : 0;
                continue;
            }
            uint64_t times;
            if (read(timer, &times, sizeof times) != sizeof times)
                continue;
            tick += (int)times;
            for (int j = 0; j < count; j++)
                for (uint64_t k = 0; k < times; k++)
                    sent += send(fds[j], frame, length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)length;
        }
    }
    printf("%llu %llu %llu\n", (unsigned long long)(cpu_us() - began), (unsigned long long)sent,
        (unsigned long long)received_bytes);
    return 0;
}
