// Clients for measuring streams: keep-alive connections in one thread, every answer checked.
//
// load loop PORT REQUEST CONNECTIONS MILLISECONDS ANSWER
//     Each connection sends the bytes of the file REQUEST and reads the whole answer, again and again. ANSWER is a file
//     every answer must equal, the size every answer must have (0: that of the first), or `any`. Prints JSON.
// load paced PORT REQUEST CONNECTIONS CHUNKS
//     Opens one stream a connection, 1 ms apart, and reads each to its end: CHUNKS marks (@T and 16 digits: the time it
//     was made, µs, monotonic), in order. Prints how many came and how late, as JSON.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD, FIXED, SIZE_LINE, CHUNK, CHUNK_END, TRAILER };
enum { BUCKETS = 1000000, BUCKET = 10 };  // ten seconds of ten microseconds each
typedef struct {
  int fd, state, status, is_streaming, is_wrong;
  size_t sent, left, got;      // of the request; of the piece under way; decoded of the answer
  char line[8192];             // the head or a size line so far
  size_t line_size;
  char mark[17];               // digits of a mark so far
  int mark_size;               // 0: none, 1: '@', 2: '@T', 2 + n: with n digits
  long marks, last_mark;
} Client;

static char *request, *expected;
static size_t request_size, expected_size;
static int is_file, takes_any, is_paced;
static long done, wrong, marks, disordered, late[BUCKETS + 1];

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

static char *contents(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) { perror(path); exit(1); }
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*size + 1);
  if (fread(bytes, 1, *size, file) != *size) exit(1);
  fclose(file);
  return bytes;
}

static void look_for_marks(Client *c, const char *bytes, size_t size, long time) {
  for (size_t i = 0; i < size; i++) {
    if (c->mark_size == 0) {
      const char *at = memchr(bytes + i, '@', size - i);
      if (!at) return;
      i = (size_t)(at - bytes);
      c->mark_size = 1;
    } else if (c->mark_size == 1) {
      c->mark_size = bytes[i] == 'T' ? 2 : 0;
    } else if (bytes[i] >= '0' && bytes[i] <= '9') {
      c->mark[c->mark_size - 2] = bytes[i];
      if (++c->mark_size < 18) continue;
      c->mark[16] = 0;
      c->mark_size = 0;
      long made = atol(c->mark), delay = (time - made) / BUCKET;
      late[delay < 0 ? 0 : delay > BUCKETS ? BUCKETS : delay]++;
      if (made < c->last_mark) disordered++;
      c->last_mark = made;
      c->marks++;
      marks++;
    } else {
      c->mark_size = 0;
    }
  }
}

static void decoded(Client *c, const char *bytes, size_t size, long time) {
  if (is_paced) look_for_marks(c, bytes, size, time);
  if (is_file && (c->got + size > expected_size || memcmp(expected + c->got, bytes, size))) c->is_wrong = 1;
  c->got += size;
}

static int read_head(Client *c) {
  c->line[c->line_size] = 0;
  c->status = atoi(c->line + 9);
  c->is_streaming = strcasestr(c->line, "\r\ntransfer-encoding: chunked") != NULL;
  char *length = strcasestr(c->line, "\r\ncontent-length:");
  if (!c->is_streaming && !length) return 0;
  c->left = length ? strtoul(length + 17, NULL, 10) : 0;
  c->state = c->is_streaming ? SIZE_LINE : FIXED;
  c->line_size = 0;
  return 1;
}

// Takes bytes of an answer; true when it ends with them. Requests are not sent ahead, so nothing follows an end.
static int take(Client *c, const char *bytes, size_t size, long time) {
  size_t at = 0;
  while (at < size || (c->state == FIXED && c->left == 0)) {
    switch (c->state) {
    case HEAD:
      if (c->line_size >= sizeof c->line - 1) exit(3);
      c->line[c->line_size++] = bytes[at++];
      if (c->line_size >= 4 && !memcmp(c->line + c->line_size - 4, "\r\n\r\n", 4) && !read_head(c)) {
        fprintf(stderr, "an answer of no known size: %.300s\n", c->line);
        exit(3);
      }
      break;
    case FIXED:
    case CHUNK: {
      size_t piece = size - at < c->left ? size - at : c->left;
      decoded(c, bytes + at, piece, time);
      at += piece;
      c->left -= piece;
      if (c->left == 0 && c->state == FIXED) return 1;
      if (c->left == 0) c->state = CHUNK_END;
      break;
    }
    case CHUNK_END:
      if (bytes[at++] == '\n') c->state = SIZE_LINE;
      break;
    case SIZE_LINE:
      if (c->line_size >= 64) exit(3);
      c->line[c->line_size++] = bytes[at];
      if (bytes[at++] != '\n') break;
      c->line[c->line_size] = 0;
      c->line_size = 0;
      c->left = strtoul(c->line, NULL, 16);
      c->state = c->left ? CHUNK : TRAILER;
      break;
    case TRAILER:
      if (bytes[at++] == '\n') return 1;
      break;
    }
  }
  return 0;
}

static void finish(Client *c, long expected_marks) {
  if (!is_paced && expected_size == 0) expected_size = c->got;
  int is_right = c->status == 200 && !c->is_wrong;
  is_right = is_right && (is_paced ? c->marks == expected_marks : takes_any || c->got == expected_size);
  if (!is_right) wrong++;
  done++;
  c->state = HEAD;
  c->sent = c->got = c->line_size = 0;
  c->is_wrong = 0;
}

static void send_rest(Client *c) {
  while (c->sent < request_size) {
    ssize_t n = send(c->fd, request + c->sent, request_size - c->sent, MSG_NOSIGNAL);
    if (n < 0) return;
    c->sent += (size_t)n;
  }
}

static void open_client(int poll, Client *c, int port) {
  struct sockaddr_in address = {
    .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int one = 1;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0 || (connect(c->fd, (void *)&address, sizeof address) && errno != EINPROGRESS)) {
    perror("connect");
    exit(1);
  }
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
  epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &e);
}

static long percentile(double part) {
  long want = (long)((double)marks * part), seen = 0;
  for (long i = 0; i <= BUCKETS; i++) if ((seen += late[i]) > want) return i * BUCKET;
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 6) { fprintf(stderr, "usage: load loop|paced PORT REQUEST CONNECTIONS MILLISECONDS|CHUNKS [ANSWER]\n"); return 2; }
  is_paced = !strcmp(argv[1], "paced");
  int port = atoi(argv[2]), count = atoi(argv[4]), opened = 0, running = 0;
  long limit = atol(argv[5]);
  request = contents(argv[3], &request_size);
  if (argc > 6) {
    char *rest;
    expected_size = strtoul(argv[6], &rest, 10);
    takes_any = !strcmp(argv[6], "any");
    if (*rest && !takes_any) { is_file = 1; expected = contents(argv[6], &expected_size); }
  }
  Client *clients = calloc((size_t)count, sizeof *clients);
  int poll = epoll_create1(0);
  static char buffer[1 << 20];
  struct epoll_event events[256];
  long start = now(), end = is_paced ? start + limit * 100000 + 30000000 : start + limit * 1000;
  while (opened < count || running > 0) {
    while (opened < count && (!is_paced || now() >= start + opened * 1000)) {
      open_client(poll, &clients[opened++], port);
      running++;
    }
    int ready = epoll_wait(poll, events, 256, opened < count ? 1 : 1000);
    if (now() > end + 10000000) break;
    for (int i = 0; i < ready; i++) {
      Client *c = events[i].data.ptr;
      if (c->fd < 0) continue;
      send_rest(c);
      for (;;) {
        ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EAGAIN) break;
        if (n <= 0) { wrong++; close(c->fd); c->fd = -1; running--; break; }
        if (!take(c, buffer, (size_t)n, now())) continue;
        finish(c, limit);
        if (is_paced || now() >= end) { close(c->fd); c->fd = -1; running--; break; }
        send_rest(c);
      }
    }
  }
  printf("{\"done\": %ld, \"wrong\": %ld, \"seconds\": %.6f, \"size\": %zu", done, wrong + running, (double)(now() - start) / 1e6,
         expected_size);
  if (is_paced)
    printf(", \"marks\": %ld, \"disordered\": %ld, \"p50\": %ld, \"p99\": %ld, \"max\": %ld", marks, disordered,
           percentile(0.5), percentile(0.99), percentile(1 - 1e-9));
  printf("}\n");
}
