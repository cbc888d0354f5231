/*
 * The target of the benchmark: a WebSocket server (RFC 6455) that costs as little as possible, so that what is measured is the
 * client. One thread, one epoll, no dependency but Linux.
 *
 *   server [--delay-ms N] [--stall-at S --stall-ms MS]
 *
 * Listens on a free port of 127.0.0.1 and prints "port N". A text frame that names `location_update` is answered with a
 * `navigation_update` of 311 bytes, one that names `start_navigation` with a `route_calculated` of 4,001 bytes: at once, or
 * --delay-ms after it was read. --stall-at has the whole server sleep once for --stall-ms, S seconds after the first upgrade.
 * `GET /stats` tells what it counted, as JSON. Messages in fragments are counted and not answered. It ends with its standard
 * input.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "accept-key.h"
#include "replies.h"

enum { MAX_SECONDS = 3600, MAX_HEAD = 8192, MAX_FRAME = 1 << 16, READ_SIZE = 1 << 18, MAX_UNSENT = 1 << 20 };
static const int64_t SECOND = 1000000000, NEVER = INT64_MAX;

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* Monotonic time in nanoseconds. */
static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * SECOND + t.tv_nsec;
}

/* realloc() that ends the process instead of failing. */
static void *resize(void *memory, size_t size) {
  memory = realloc(memory, size);
  if (!memory) die("memory");
  return memory;
}

/* ---- Connections ---- */

struct connection {
  bool used, upgraded, ends_when_sent;
  uint32_t generation; /* tells a socket from an earlier one with the same descriptor */
  uint32_t in_size, out_size;
  uint8_t *in;  /* the beginning of a request or frame whose end is still to come */
  uint8_t *out; /* what the kernel did not take yet */
};

static struct connection *connections; /* by descriptor */
static int epoll, listener, timer;
static struct {
  uint64_t accepted, upgraded, live, peak, closed, reset, updates, routes, others;
  int64_t first_upgrade, last_upgrade;
  uint32_t per_second[MAX_SECONDS]; /* round trips, by seconds since the first upgrade */
  uint32_t late[1000];              /* delayed replies, by tenths of a ms that they left later than they should */
} stats;

static void watch(int fd, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(epoll, operation, fd, &event)) die("epoll_ctl");
}

static void end(int fd) {
  struct connection *c = &connections[fd];
  if (c->upgraded) stats.live--;
  stats.closed++;
  free(c->in);
  free(c->out);
  *c = (struct connection){.generation = c->generation + 1};
  close(fd);
}

/* Sends now what the kernel takes and the rest when it can. Returns false when the connection is of no use any more. */
static bool transmit(int fd, const uint8_t *data, size_t size) {
  struct connection *c = &connections[fd];
  if (c->out_size == 0) {
    ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
    if (sent == (ssize_t)size) return true;
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent > 0) data += sent, size -= (size_t)sent;
    watch(fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
  }
  if (c->out_size + size > MAX_UNSENT) return false;
  c->out = resize(c->out, c->out_size + size);
  memcpy(c->out + c->out_size, data, size);
  c->out_size += size;
  return true;
}

/* The socket takes bytes again. Returns false when the connection is to be ended. */
static bool flush(int fd) {
  struct connection *c = &connections[fd];
  ssize_t sent = send(fd, c->out, c->out_size, MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN;
  c->out_size -= (uint32_t)sent;
  memmove(c->out, c->out + sent, c->out_size);
  if (c->out_size > 0) return true;
  free(c->out);
  c->out = NULL;
  watch(fd, EPOLL_CTL_MOD, EPOLLIN);
  return !c->ends_when_sent;
}

/* ---- Replies by timer ---- */

struct delayed {
  int64_t due;
  int fd;
  uint32_t generation;
  const struct frame *frame;
};

/* All replies wait equally long, so a ring in order of arrival is in order of time. Its capacity is a power of two. */
static struct delayed *ring;
static size_t ring_capacity, ring_first, ring_count;
static int64_t delay, stall_after = NEVER, stall_for, stall_due = NEVER;

/* Sets the timer to what comes next: the oldest reply or the stall. */
static void arm(void) {
  int64_t due = ring_count > 0 && ring[ring_first].due < stall_due ? ring[ring_first].due : stall_due;
  struct itimerspec at = {0}; /* all zeros: off */
  if (due != NEVER) at.it_value = (struct timespec){.tv_sec = due / SECOND, .tv_nsec = due % SECOND};
  if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL)) die("timerfd_settime");
}

static void postpone(int fd, const struct frame *frame) {
  if (ring_count == ring_capacity) {
    size_t capacity = ring_capacity ? ring_capacity * 2 : 1024;
    struct delayed *larger = resize(NULL, capacity * sizeof *larger);
    for (size_t i = 0; i < ring_count; i++) larger[i] = ring[(ring_first + i) & (ring_capacity - 1)];
    free(ring);
    ring = larger, ring_capacity = capacity, ring_first = 0;
  }
  ring[(ring_first + ring_count++) & (ring_capacity - 1)] = (struct delayed){now() + delay, fd, connections[fd].generation, frame};
  if (ring_count == 1) arm();
}

static void on_timer(void) {
  if (now() >= stall_due) {
    stall_due = NEVER;
    nanosleep(&(struct timespec){.tv_sec = stall_for / SECOND, .tv_nsec = stall_for % SECOND}, NULL);
  }
  while (ring_count > 0 && ring[ring_first].due <= now()) {
    struct delayed reply = ring[ring_first];
    ring_first = (ring_first + 1) & (ring_capacity - 1);
    ring_count--;
    int64_t late = (now() - reply.due) / 100000;
    stats.late[late < 999 ? late : 999]++;
    if (connections[reply.fd].generation == reply.generation && !transmit(reply.fd, reply.frame->bytes, reply.frame->size)) end(reply.fd);
  }
  arm();
}

/* ---- HTTP: the upgrade and /stats ---- */

/* How late the server itself was with 99 of 100 delayed replies, in ms. */
static double late_p99(void) {
  uint64_t total = 0, seen = 0;
  for (int i = 0; i < 1000; i++) total += stats.late[i];
  for (int i = 0; i < 1000; i++) {
    if ((seen += stats.late[i]) * 100 >= total * 99 && total > 0) return (i + 1) / 10.0;
  }
  return 0;
}

static bool send_stats(int fd) {
  static char body[MAX_SECONDS * 11 + 1024], head[128];
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  int64_t age = stats.first_upgrade ? now() - stats.first_upgrade : 0;
  int size = sprintf(body,
                     "{\"roundTrips\":%lu,\"updates\":%lu,\"routes\":%lu,\"others\":%lu,\"accepted\":%lu,\"upgraded\":%lu,\"live\":%lu,\"peak\":%lu,"
                     "\"closed\":%lu,\"reset\":%lu,\"seconds\":%.6f,\"rampSeconds\":%.6f,\"cpuSeconds\":%.6f,\"lateP99Ms\":%.1f,\"perSecond\":[",
                     stats.updates + stats.routes, stats.updates, stats.routes, stats.others, stats.accepted, stats.upgraded, stats.live, stats.peak,
                     stats.closed, stats.reset, (double)age / 1e9, (double)(stats.last_upgrade - stats.first_upgrade) / 1e9, cpu, late_p99());
  for (int i = 0; i <= age / SECOND && i < MAX_SECONDS; i++) size += sprintf(body + size, "%s%u", i ? "," : "", stats.per_second[i]);
  size += sprintf(body + size, "]}");
  int head_size = sprintf(head, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", size);
  return transmit(fd, (uint8_t *)head, (size_t)head_size) && transmit(fd, (uint8_t *)body, (size_t)size);
}

static bool upgrade(int fd, const char *key) {
  char accept[29], answer[256];
  if (!accept_key(key, accept)) return false;
  stats.last_upgrade = now();
  if (stats.upgraded++ == 0) {
    stats.first_upgrade = stats.last_upgrade;
    if (stall_after != NEVER) stall_due = stats.first_upgrade + stall_after, arm();
  }
  if (++stats.live > stats.peak) stats.peak = stats.live;
  connections[fd].upgraded = true;
  int size = sprintf(answer, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
  return transmit(fd, (uint8_t *)answer, (size_t)size);
}

/* Handles one request. Returns how many bytes it had, 0 while it is not whole, -1 when the connection is to be ended. */
static long on_request(int fd, const uint8_t *data, size_t size) {
  const uint8_t *end_of_head = memmem(data, size, "\r\n\r\n", 4);
  if (!end_of_head) return size > MAX_HEAD ? -1 : 0;
  char head[MAX_HEAD + 1];
  size_t head_size = (size_t)(end_of_head - data) + 4;
  if (head_size > MAX_HEAD) return -1;
  memcpy(head, data, head_size);
  head[head_size] = 0;
  const char *key = strcasestr(head, "\r\nsec-websocket-key:");
  if (key) return upgrade(fd, key + strlen("\r\nsec-websocket-key:")) ? (long)head_size : -1;
  static const char not_found[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  bool is_stats = strncmp(head, "GET /stats ", 11) == 0;
  bool alive = is_stats ? send_stats(fd) : transmit(fd, (const uint8_t *)not_found, sizeof not_found - 1);
  connections[fd].ends_when_sent = true;
  return alive && connections[fd].out_size > 0 ? (long)head_size : -1;
}

/* ---- Frames ---- */

/* What the frames of one read are answered with is sent in one go. */
static uint8_t answers[READ_SIZE];
static size_t answers_size;

static bool send_answers(int fd) {
  size_t size = answers_size;
  answers_size = 0;
  return size == 0 || transmit(fd, answers, size);
}

/* Answers one whole frame, of which `payload` is still masked. Returns false when the connection is to be ended. */
static bool on_frame(int fd, uint8_t first, const uint8_t mask[4], const uint8_t *payload, size_t size) {
  uint8_t plain[128];
  size_t known = size < sizeof plain ? size : sizeof plain; /* the type stands at the beginning; control frames have 125 bytes at most */
  for (size_t i = 0; i < known; i++) plain[i] = payload[i] ^ mask[i & 3];
  int opcode = first & 15;
  if (opcode == OP_TEXT && first & 0x80) {
    const struct frame *reply = NULL;
    if (memmem(plain, known, "location_update", 15)) reply = &navigation_update, stats.updates++;
    else if (memmem(plain, known, "start_navigation", 16)) reply = &route_calculated, stats.routes++;
    else stats.others++;
    if (!reply) return true;
    int64_t second = (now() - stats.first_upgrade) / SECOND;
    if (second < MAX_SECONDS) stats.per_second[second]++;
    if (delay > 0) return postpone(fd, reply), true;
    memcpy(answers + answers_size, reply->bytes, reply->size);
    answers_size += reply->size;
  } else if (opcode == OP_PING || opcode == OP_CLOSE) {
    if (size > 125) return false;
    answers_size += write_frame(answers + answers_size, opcode == OP_PING ? OP_PONG : OP_CLOSE, plain, size);
    return opcode == OP_PING;
  } else if (opcode != OP_PONG) {
    stats.others++;
  }
  return true;
}

/* Handles the frames in `data`. Returns how many bytes they had, or -1 when the connection is to be ended. */
static long on_frames(int fd, const uint8_t *data, size_t size) {
  size_t at = 0;
  while (size - at >= 2) {
    const uint8_t *frame = data + at;
    size_t length = frame[1] & 127, header = length == 126 ? 8 : 6;
    if (length == 127 || !(frame[1] & 0x80)) return -1; /* 64 KiB and more, or unmasked: nothing that a client of ours sends */
    if (size - at < header) break;
    if (length == 126) length = (size_t)frame[2] << 8 | frame[3];
    if (size - at < header + length) break;
    if (answers_size + sizeof navigation_update > sizeof answers && !send_answers(fd)) return -1;
    if (!on_frame(fd, frame[0], frame + header - 4, frame + header, length)) {
      send_answers(fd); /* the connection ends whether or not this succeeds */
      return -1;
    }
    at += header + length;
  }
  return send_answers(fd) ? (long)at : -1;
}

/* ---- The loop ---- */

static void on_readable(int fd) {
  static uint8_t data[READ_SIZE + MAX_FRAME + MAX_HEAD];
  struct connection *c = &connections[fd];
  size_t size = c->in_size;
  if (size > 0) memcpy(data, c->in, size);
  ssize_t received = recv(fd, data + size, READ_SIZE, 0);
  if (received < 0 && errno == EAGAIN) return;
  if (received <= 0) {
    if (received < 0) stats.reset++;
    return end(fd);
  }
  size += (size_t)received;
  long used = c->upgraded ? 0 : on_request(fd, data, size);
  if (used >= 0 && c->upgraded) {
    long more = on_frames(fd, data + used, size - (size_t)used);
    used = more < 0 ? -1 : used + more;
  }
  if (used < 0) return end(fd);
  c->in_size = (uint32_t)(size - (size_t)used);
  if (c->in_size > 0) {
    c->in = resize(c->in, c->in_size);
    memcpy(c->in, data + used, c->in_size);
  } else if (c->in) {
    free(c->in);
    c->in = NULL;
  }
}

static void accept_all(void) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0 && errno == EAGAIN) return;
    if (fd < 0 && errno == ECONNABORTED) continue;
    if (fd < 0) die("accept"); /* without descriptors it would spin, and the benchmark would measure that */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    connections[fd].used = true;
    stats.accepted++;
    watch(fd, EPOLL_CTL_ADD, EPOLLIN);
  }
}

static void read_options(int count, char **words) {
  for (int i = 1; i < count; i += 2) {
    char *rest = NULL;
    double value = i + 1 < count ? strtod(words[i + 1], &rest) : -1;
    if (value < 0 || !rest || *rest) fprintf(stderr, "%s needs a number\n", words[i]), exit(2);
    if (!strcmp(words[i], "--delay-ms")) delay = (int64_t)(value * 1e6);
    else if (!strcmp(words[i], "--stall-at")) stall_after = (int64_t)(value * 1e9);
    else if (!strcmp(words[i], "--stall-ms")) stall_for = (int64_t)(value * 1e6);
    else fprintf(stderr, "unknown option %s\n", words[i]), exit(2);
  }
}

int main(int count, char **words) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t address_size = sizeof address;
  read_options(count, words);
  make_replies();

  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files)) die("getrlimit");
  files.rlim_cur = files.rlim_max < 1 << 20 ? files.rlim_max : 1 << 20;
  if (setrlimit(RLIMIT_NOFILE, &files)) die("setrlimit");
  connections = calloc(files.rlim_cur, sizeof *connections);
  if (!connections) die("memory");

  listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) die("listen");
  getsockname(listener, (struct sockaddr *)&address, &address_size);
  epoll = epoll_create1(0);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  if (epoll < 0 || timer < 0) die("epoll and timer");
  watch(listener, EPOLL_CTL_ADD, EPOLLIN);
  watch(timer, EPOLL_CTL_ADD, EPOLLIN);
  struct epoll_event orphaned = {.events = EPOLLIN | EPOLLRDHUP, .data.fd = STDIN_FILENO};
  epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &orphaned); /* fails for a file, which has no end to wait for */
  printf("port %d\n", ntohs(address.sin_port));
  fflush(stdout);

  for (;;) {
    struct epoll_event events[512];
    int ready = epoll_wait(epoll, events, 512, -1);
    if (ready < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == STDIN_FILENO) {
        char ignored[64];
        if (read(fd, ignored, sizeof ignored) <= 0) return 0;
      } else if (fd == listener) {
        accept_all();
      } else if (fd == timer) {
        uint64_t times; /* read only so that the timer is no longer ready */
        if (read(timer, &times, sizeof times) > 0) on_timer();
      } else if (connections[fd].used) { /* else it was ended by an earlier event of this turn */
        if (events[i].events & EPOLLOUT && connections[fd].out_size > 0 && !flush(fd)) end(fd);
        else if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) on_readable(fd);
      }
    }
  }
}
