/* Many websockets from one thread: joins, then says for each phase what every socket received, exactly once and in order.

   load -p PORT -u PATH -n SOCKETS -m MARKER [-f HELLOS -j JOINED] [-k PING -e SECONDS] [-w WINDOW]

   MARKER   text before an event's number in its frame, such as "q":
   HELLOS   file with one text frame per line, sent by each socket after the upgrade
   JOINED   text in the frame that answers the hello; without HELLOS a socket has joined when it is upgraded
   PING     text frame that each socket sends about every SECONDS

   Says {"joined": …} when all have joined, then obeys lines on its standard input:
     expect FIRST COUNT SECONDS    {"expecting": COUNT}, and when all is there, or after SECONDS, the phase
     quit
   Times are CLOCK_MONOTONIC in nanoseconds, as Python's time.monotonic_ns(). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum state { UNUSED, UPGRADING, GREETED, JOINED, CLOSED };

struct connection {
    int fd;
    enum state state;
    long next;       /* the number this socket must receive next */
    char *rest;      /* begun, not yet whole: an HTTP head or a frame */
    size_t rest_len;
};

static struct connection *connections;
static char **hellos;
static long sockets = 0, joined = 0, refused = 0, closed = 0, others = 0, opening = 0, opened = 0;
static const char *path = "/", *marker = "\"n\":", *joined_text = NULL, *ping = NULL;
static int port = 0, ping_every = 25, window = 200, poller;
static char buffer[1 << 20];

static struct { int running; long first, count, received, repeated, skipped; int64_t until, *begin, *end; } phase;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static void hang_up(struct connection *c) {
    if (c->state == CLOSED) return;
    if (c->state == JOINED) closed++;
    else { refused++; opening--; }
    close(c->fd);
    free(c->rest);
    c->rest = NULL;
    c->state = CLOSED;
}

static void send_frame(struct connection *c, int opcode, const char *payload, size_t length) {
    static uint32_t random = 2463534242u;
    unsigned char frame[16384], *out = frame, mask[4];
    if (length > sizeof frame - 14) { errno = EMSGSIZE; fail("frame"); }
    *out++ = 0x80 | opcode;
    if (length < 126) *out++ = 0x80 | length;
    else { *out++ = 0x80 | 126; *out++ = length >> 8; *out++ = length & 255; }
    random ^= random << 13; random ^= random >> 17; random ^= random << 5;
    memcpy(mask, &random, 4);
    memcpy(out, mask, 4);
    out += 4;
    for (size_t i = 0; i < length; i++) *out++ = payload[i] ^ mask[i & 3];
    if (send(c->fd, frame, out - frame, MSG_NOSIGNAL) != out - frame) hang_up(c);
}

static void has_joined(struct connection *c) { c->state = JOINED; joined++; opening--; }

static void count_event(struct connection *c, long number) {
    long at = number - phase.first;
    if (!phase.running || at < 0 || at >= phase.count) { others++; return; }
    if (number < c->next) { phase.repeated++; return; }
    phase.skipped += number - c->next;
    c->next = number + 1;
    phase.received++;
    int64_t t = now();
    if (!phase.begin[at]) phase.begin[at] = t;
    phase.end[at] = t;
}

static void text_frame(struct connection *c, char *payload, size_t length) {
    if (c->state == GREETED) {
        if (memmem(payload, length, joined_text, strlen(joined_text))) has_joined(c);
        else hang_up(c);
        return;
    }
    char *found = memmem(payload, length, marker, strlen(marker));
    if (!found) { others++; return; }
    long number = 0;
    char *end = payload + length;
    for (found += strlen(marker); found < end && (*found == ' ' || (*found >= '0' && *found <= '9')); found++)
        if (*found != ' ') number = number * 10 + *found - '0';
    count_event(c, number);
}

/* Bytes used of what has come: whole frames only. */
static size_t take_frames(struct connection *c, char *data, size_t length) {
    size_t used = 0;
    while (c->state == GREETED || c->state == JOINED) {
        unsigned char *frame = (unsigned char *)data + used;
        size_t left = length - used, head = 2, size;
        if (left < 2) break;
        size = frame[1] & 127;
        if (size == 126) { head = 4; if (left < head) break; size = frame[2] << 8 | frame[3]; }
        else if (size == 127) {
            head = 10;
            if (left < head) break;
            size = 0;
            for (int i = 2; i < 10; i++) size = size << 8 | frame[i];
        }
        if (left < head + size) break;
        used += head + size;
        switch (frame[0] & 15) {
            case 8: hang_up(c); break;
            case 9: send_frame(c, 10, (char *)frame + head, size); break;
            case 10: break;
            default: text_frame(c, (char *)frame + head, size);
        }
    }
    return used;
}

static size_t take_upgrade(struct connection *c, char *data, size_t length) {
    char *end = memmem(data, length, "\r\n\r\n", 4);
    if (!end) return 0;
    if (length < 12 || memcmp(data + 9, "101", 3)) { hang_up(c); return length; }
    if (hellos) {
        char *hello = hellos[c - connections];
        c->state = GREETED;
        send_frame(c, 1, hello, strlen(hello));
    } else has_joined(c);
    return end + 4 - data;
}

static void keep_rest(struct connection *c, char *data, size_t length) {
    char *kept = NULL;
    if (length) {
        kept = malloc(length);
        memcpy(kept, data, length);
    }
    free(c->rest);
    c->rest = kept;
    c->rest_len = length;
}

static void receive(struct connection *c) {
    size_t have = c->rest ? c->rest_len : 0;
    if (have) memcpy(buffer, c->rest, have);
    ssize_t got = recv(c->fd, buffer + have, sizeof buffer - have, MSG_DONTWAIT);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) hang_up(c);
        return;
    }
    size_t length = have + got, used = 0;
    if (c->state == UPGRADING) used = take_upgrade(c, buffer, length);
    if (c->state != UPGRADING) used += take_frames(c, buffer + used, length - used);
    if (c->state != CLOSED) keep_rest(c, buffer + used, length - used);
}

static void open_one(struct connection *c) {
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    char request[1024];
    int one = 1;
    opened++;
    opening++;
    c->state = UPGRADING;
    if ((c->fd = socket(AF_INET, SOCK_STREAM, 0)) < 0) fail("socket");
    if (connect(c->fd, (struct sockaddr *)&peer, sizeof peer)) { hang_up(c); return; }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    int length = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", path, port);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event)) fail("epoll_ctl");
    if (send(c->fd, request, length, MSG_NOSIGNAL) != length) hang_up(c);
}

static void open_more(void) {
    while (opened < sockets && opening < window) open_one(&connections[opened]);
}

static void ping_some(void) {
    static int64_t due = 0;
    static long at = 0;
    if (!ping || opened < sockets) return;
    if (!due) due = now();
    for (; due < now(); due += 1000000000LL * ping_every / sockets) {
        struct connection *c = &connections[at++ % sockets];
        if (c->state == JOINED) send_frame(c, 1, ping, strlen(ping));
    }
}

static void say_times(const char *name, int64_t *times) {
    printf(", \"%s\": [", name);
    for (long i = 0; i < phase.count; i++) printf(i ? ", %lld" : "%lld", (long long)times[i]);
    printf("]");
}

static void end_phase(void) {
    long missing = phase.skipped;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    for (long i = 0; i < sockets; i++) missing += phase.first + phase.count - connections[i].next;
    printf("{\"received\": %ld, \"lost\": %ld, \"repeated\": %ld, \"closed\": %ld, \"others\": %ld, \"load_cpu_s\": %.3f",
        phase.received, missing, phase.repeated, closed, others,
        usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    say_times("first", phase.begin);
    say_times("last", phase.end);
    printf("}\n");
    free(phase.begin);
    free(phase.end);
    phase.running = 0;
}

static void begin_phase(long first, long count, double seconds) {
    phase.running = 1;
    phase.first = first;
    phase.count = count;
    phase.received = phase.repeated = phase.skipped = others = 0;
    phase.until = now() + (int64_t)(seconds * 1e9);
    phase.begin = calloc(count, sizeof *phase.begin);
    phase.end = calloc(count, sizeof *phase.end);
    for (long i = 0; i < sockets; i++) connections[i].next = first;
    printf("{\"expecting\": %ld}\n", count);
}

static void obey(void) {
    char line[200];
    long first, count;
    double seconds;
    ssize_t got = read(0, line, sizeof line - 1);
    if (got <= 0) exit(0);
    line[got] = 0;
    if (sscanf(line, "expect %ld %ld %lf", &first, &count, &seconds) == 3) begin_phase(first, count, seconds);
    else exit(0);
}

static void read_hellos(const char *name) {
    FILE *file = fopen(name, "r");
    size_t room = 0;
    if (!file) fail(name);
    hellos = calloc(sockets, sizeof *hellos);
    for (long i = 0; i < sockets; i++) {
        ssize_t length = getline(&hellos[i], &room, file);
        if (length <= 0) { fprintf(stderr, "%s: fewer lines than sockets\n", name); exit(1); }
        hellos[i][strcspn(hellos[i], "\n")] = 0;
        room = 0;
    }
    fclose(file);
}

static void read_arguments(int argc, char **argv) {
    const char *file = NULL;
    for (int option; (option = getopt(argc, argv, "p:u:n:m:f:j:k:e:w:")) != -1;) switch (option) {
        case 'p': port = atoi(optarg); break;
        case 'u': path = optarg; break;
        case 'n': sockets = atol(optarg); break;
        case 'm': marker = optarg; break;
        case 'f': file = optarg; break;
        case 'j': joined_text = optarg; break;
        case 'k': ping = optarg; break;
        case 'e': ping_every = atoi(optarg); break;
        case 'w': window = atoi(optarg); break;
        default: exit(2);
    }
    if (!port || !sockets || !file != !joined_text) { fprintf(stderr, "see the head of load.c\n"); exit(2); }
    if (file) read_hellos(file);
}

int main(int argc, char **argv) {
    struct rlimit files;
    struct epoll_event events[512], commands = {.events = EPOLLIN};
    int said = 0;
    read_arguments(argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 1 << 20);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    if (files.rlim_max < (rlim_t)sockets + 100 || setrlimit(RLIMIT_NOFILE, &files)) fail("too few file descriptors");
    connections = calloc(sockets, sizeof *connections);
    poller = epoll_create1(0);
    epoll_ctl(poller, EPOLL_CTL_ADD, 0, &commands);
    for (;;) {
        open_more();
        ping_some();
        int ready = epoll_wait(poller, events, 512, 20);
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (!c) obey();
            else if (c->state != CLOSED) receive(c);
        }
        if (!said && joined + refused + closed >= sockets) {
            said = 1;
            printf("{\"joined\": %ld, \"refused\": %ld}\n", joined, refused);
        }
        if (phase.running && (phase.received >= phase.count * sockets || now() > phase.until)) end_phase();
    }
}
