/* A program at the other end of many media streams: reads all that comes, and may send 20 ms of sound every 20 ms.
 *
 *     server PORT talk|hear json|binary
 *
 * json speaks Media Streams to us, binary speaks the frames of Asterisk's chan_websocket. It prints "ready" when it
 * listens, and ends with SIGTERM. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
enum { HEAD = 8192, KEPT = 4096, LARGEST_FRAME = 2048, EVENTS = 256, MOST_FDS = 65536, SOUND = 160 };

struct frame_reader {
    uint8_t header[14];
    size_t have;     /* of the header */
    uint64_t left;   /* of the content */
    int opcode;
    uint8_t mask[4];
    uint64_t at;     /* within the content */
    size_t kept;
    char content[KEPT];
};

struct stream {
    int open, started;
    size_t head_length;
    char head[HEAD];
    struct frame_reader reader;
    size_t frame_length;
    char frame[LARGEST_FRAME]; /* what it sends every 20 ms, ready */
};

static struct stream *streams[MOST_FDS];
static int talks, binary;

static size_t server_frame(char *out, int opcode, const void *content, size_t length)
{
    size_t at = 0;
    out[at++] = (char)(0x80 | opcode);
    if (length < 126) {
        out[at++] = (char)length;
    } else {
        out[at++] = 126;
        out[at++] = (char)(length >> 8);
        out[at++] = (char)(length & 0xFF);
    }
    memcpy(out + at, content, length);
    return at + length;
}

static void write_all(int fd, const char *bytes, size_t length)
{
    /* Whoever does not read loses it: a measurement waits for nobody. */
    if (send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
        perror("send");
}

static void prepare_frame(struct stream *stream, const char *sid)
{
    uint8_t sound[SOUND];
    for (int i = 0; i < SOUND; i++)
        sound[i] = (uint8_t)(i % 8 < 4 ? 0x90 : 0x10); /* a tone of 1000 Hz, and another in A-law */
    if (binary) {
        stream->frame_length = server_frame(stream->frame, 2, sound, SOUND);
        return;
    }
    char payload[4 * SOUND / 3 + 8], text[LARGEST_FRAME - 16];
    EVP_EncodeBlock((unsigned char *)payload, sound, SOUND);
    int length = snprintf(text, sizeof text,
        "{\"event\":\"media\",\"streamSid\":\"%s\",\"media\":{\"payload\":\"%s\"}}", sid, payload);
    stream->frame_length = server_frame(stream->frame, 1, text, (size_t)length);
}

static void read_start(struct stream *stream, const char *text)
{
    if (binary) {
        if (strstr(text, "MEDIA_START"))
            stream->started = 1;
    } else if (strstr(text, "\"start\"")) {
        const char *sid = strstr(text, "\"streamSid\"");
        const char *begin = sid ? strstr(sid, "MZ") : NULL;
        char copy[35] = "";
        if (!begin)
            return;
        memcpy(copy, begin, 34);
        prepare_frame(stream, copy);
        stream->started = 1;
        return;
    }
    if (stream->started)
        prepare_frame(stream, "");
}

static void take_frame(int fd, struct stream *stream)
{
    struct frame_reader *reader = &stream->reader;
    char answer[160];
    reader->content[reader->kept < KEPT ? reader->kept : KEPT - 1] = 0;
    if (reader->opcode == 1 && !stream->started)
        read_start(stream, reader->content);
    else if (reader->opcode == 9)
        write_all(fd, answer, server_frame(answer, 10, reader->content, reader->kept));
    else if (reader->opcode == 8)
        write_all(fd, answer, server_frame(answer, 8, reader->content, reader->kept));
}

/* How many bytes a header has, by what of it is there. A client's has a mask. */
static size_t header_length(const uint8_t *header, size_t have)
{
    if (have < 2)
        return 2;
    size_t size = header[1] & 0x7F;
    return 2 + (size == 126 ? 2 : size == 127 ? 8 : 0) + 4;
}

static void begin_content(struct frame_reader *reader)
{
    const uint8_t *header = reader->header;
    size_t length = header_length(header, 2), extra = length - 6;
    uint64_t size = extra ? 0 : header[1] & 0x7F;
    for (size_t at = 2; at < 2 + extra; at++)
        size = size << 8 | header[at];
    reader->left = size;
    reader->opcode = header[0] & 0x0F;
    memcpy(reader->mask, header + length - 4, 4);
    reader->at = reader->kept = 0;
}

static void read_frames(int fd, struct stream *stream, const uint8_t *bytes, size_t length)
{
    struct frame_reader *reader = &stream->reader;
    while (length) {
        if (reader->have < header_length(reader->header, reader->have)) {
            reader->header[reader->have++] = *bytes++;
            length--;
            if (reader->have < 2 || reader->have < header_length(reader->header, reader->have))
                continue;
            begin_content(reader);
        } else {
            size_t now = length < reader->left ? length : (size_t)reader->left;
            int keep = reader->opcode >= 8 || !stream->started;
            for (size_t i = 0; keep && i < now && reader->kept < KEPT - 1; i++)
                reader->content[reader->kept++] = (char)(bytes[i] ^ reader->mask[(reader->at + i) % 4]);
            reader->at += now;
            reader->left -= now;
            bytes += now;
            length -= now;
        }
        if (!reader->left) {
            take_frame(fd, stream);
            reader->have = 0;
        }
    }
}

static void shake_hands(int fd, struct stream *stream)
{
    char *key = strcasestr(stream->head, "sec-websocket-key:");
    unsigned char digest[SHA_DIGEST_LENGTH], accept[64];
    char joined[160], answer[512];
    if (!key)
        return;
    for (key += 18; *key == ' '; key++)
        ;
    snprintf(joined, sizeof joined, "%.*s" GUID, (int)strcspn(key, "\r\n "), key);
    SHA1((unsigned char *)joined, strlen(joined), digest);
    EVP_EncodeBlock(accept, digest, sizeof digest);
    int length = snprintf(answer, sizeof answer,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: %s\r\n%s\r\n", accept,
        strcasestr(stream->head, "sec-websocket-protocol:") ? "Sec-WebSocket-Protocol: media\r\n" : "");
    write_all(fd, answer, (size_t)length);
    stream->open = 1;
}

static void forget(int fd)
{
    free(streams[fd]);
    streams[fd] = NULL;
    close(fd);
}

static void take_bytes(int fd)
{
    uint8_t bytes[65536];
    struct stream *stream = streams[fd];
    ssize_t length = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (length == 0 || (length < 0 && errno != EAGAIN)) {
        forget(fd);
        return;
    }
    size_t at = 0;
    while (length > 0 && !stream->open && at < (size_t)length && stream->head_length < HEAD - 1) {
        stream->head[stream->head_length++] = (char)bytes[at++];
        if (stream->head_length >= 4 && !memcmp(stream->head + stream->head_length - 4, "\r\n\r\n", 4))
            shake_hands(fd, stream);
    }
    if (length > 0 && stream->open)
        read_frames(fd, stream, bytes + at, (size_t)length - at);
}

static void take_connection(int listener, int poll)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), yes = 1;
    if (fd < 0 || fd >= MOST_FDS)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    streams[fd] = calloc(1, sizeof *streams[fd]);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

static void speak(int timer)
{
    uint64_t times;
    if (read(timer, &times, sizeof times) != sizeof times)
        return;
    for (int fd = 0; talks && fd < MOST_FDS; fd++)
        if (streams[fd] && streams[fd]->started)
            for (uint64_t i = 0; i < times; i++)
                write_all(fd, streams[fd]->frame, streams[fd]->frame_length);
}

static int listener_at(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 4096)) {
        perror("listen");
        exit(1);
    }
    return fd;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    talks = !strcmp(argv[2], "talk");
    binary = !strcmp(argv[3], "binary");
    int listener = listener_at(atoi(argv[1])), poll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec every = {.it_interval = {0, 20000000}, .it_value = {0, 20000000}};
    timerfd_settime(timer, 0, &every, NULL);
    int watched[] = {listener, timer};
    for (int i = 0; i < 2; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = watched[i]};
        epoll_ctl(poll, EPOLL_CTL_ADD, watched[i], &event);
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener)
                take_connection(listener, poll);
            else if (fd == timer)
                speak(timer);
            else if (streams[fd])
                take_bytes(fd);
        }
    }
}
