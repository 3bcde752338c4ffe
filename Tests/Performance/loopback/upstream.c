// A fake provider for measuring: one thread, epoll, keep-alive, answers made ready at the start.
//
// upstream DIRECTORY, which holds PROTOCOL.whole, PROTOCOL.stream and PROTOCOL.paced; prints its port.
// POST /whole/…   the JSON answer
// POST /burst/…   the stream, a chunk of HTTP for each event, all of them at once
// POST /paced/…   the stream, an event with a mark (@T and 16 digits) every 100 ms, the mark made the time (µs, monotonic)
// GET  /last      the body of the last POST, to see what a proxy made of a request
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

enum { PROTOCOLS = 4, CONNECTIONS = 16384, PACE = 100000 };
typedef struct { char *bytes; size_t size; } Bytes;
typedef struct {
  char *in, *out;            // what came and was not answered; what is to be sent
  size_t have, room, left;
  Bytes owned;               // an answer of its own, to be freed
  const Bytes *pieces;       // the rest of a paced stream
  size_t piece_count;
  long due;
  int open;
} Connection;

static const char *const names[PROTOCOLS] = {"openai-chat", "openai-responses", "anthropic", "gemini"};
static const char *const paths[PROTOCOLS] = {"chat/completions", "/responses", "/messages", "enerateContent"};
static Bytes whole[PROTOCOLS], burst[PROTOCOLS];
static Bytes *paced[PROTOCOLS];
static size_t paced_count[PROTOCOLS];
static Connection connections[CONNECTIONS];
static int last = -1;
static size_t last_head, last_size;
static int highest;

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

static void die(const char *what) { perror(what); exit(1); }

static Bytes contents(const char *directory, const char *name, const char *kind) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.%s", directory, name, kind);
  FILE *file = fopen(path, "rb");
  if (!file) die(path);
  fseek(file, 0, SEEK_END);
  Bytes bytes = {0, (size_t)ftell(file)};
  rewind(file);
  bytes.bytes = calloc(1, bytes.size + 1);
  if (fread(bytes.bytes, 1, bytes.size, file) != bytes.size) die(path);
  fclose(file);
  return bytes;
}

static Bytes with_head(const char *head, Bytes body) {
  char length[64] = "";
  if (!strstr(head, "chunked")) snprintf(length, sizeof length, "Content-Length: %zu\r\n", body.size);
  Bytes all = {malloc(strlen(head) + sizeof length + body.size + 8), 0};
  all.size = (size_t)sprintf(all.bytes, "HTTP/1.1 200 OK\r\n%s%s\r\n", head, length);
  memcpy(all.bytes + all.size, body.bytes, body.size);
  all.size += body.size;
  return all;
}

static const char *const stream_head = "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n";

// A chunk of HTTP around bytes.
static size_t chunk(char *to, const char *from, size_t size) {
  size_t at = (size_t)sprintf(to, "%zx\r\n", size);
  memcpy(to + at, from, size);
  memcpy(to + at + size, "\r\n", 2);
  return at + size + 2;
}

static Bytes chunked(Bytes stream) {
  Bytes out = {malloc(stream.size * 2 + 1024), 0};
  for (char *at = stream.bytes, *end = at + stream.size; at < end;) {
    char *stop = memmem(at, (size_t)(end - at), "\n\n", 2);
    size_t size = stop ? (size_t)(stop - at) + 2 : (size_t)(end - at);
    out.size += chunk(out.bytes + out.size, at, size);
    at += size;
  }
  memcpy(out.bytes + out.size, "0\r\n\r\n", 5);
  out.size += 5;
  return out;
}

// Events up to and with each mark, each a chunk; the first with the head, the last with all that follows.
static Bytes *steps(Bytes stream, size_t *count) {
  Bytes *list = NULL;
  char *at = stream.bytes, *end = at + stream.size;
  *count = 0;
  while (at < end) {
    char *mark = memmem(at, (size_t)(end - at), "@T", 2);
    char *stop = mark ? memmem(mark, (size_t)(end - mark), "\n\n", 2) : NULL;
    size_t size = stop ? (size_t)(stop - at) + 2 : (size_t)(end - at);
    Bytes piece = {malloc(size + 64), 0};
    piece.size = chunk(piece.bytes, at, size);
    at += size;
    if (at >= end) { memcpy(piece.bytes + piece.size, "0\r\n\r\n", 5); piece.size += 5; }
    if (*count == 0) piece = with_head(stream_head, piece);
    list = realloc(list, (*count + 1) * sizeof *list);
    list[(*count)++] = piece;
  }
  return list;
}

static void flush(int poll, int fd) {
  Connection *c = &connections[fd];
  int waits = 0;
  while (c->left) {
    ssize_t n = send(fd, c->out, c->left, MSG_NOSIGNAL);
    if (n < 0) { waits = errno == EAGAIN; break; }
    c->out += n;
    c->left -= (size_t)n;
  }
  if (!c->left && c->owned.bytes) { free(c->owned.bytes); c->owned.bytes = NULL; }
  if (waits || c->open == 2) {
    struct epoll_event e = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.fd = fd};
    epoll_ctl(poll, EPOLL_CTL_MOD, fd, &e);
    c->open = waits ? 2 : 1;
  }
}

static void step(int poll, int fd) {
  Connection *c = &connections[fd];
  if (c->left) return;  // The other side is slow: the next one waits.
  const Bytes *piece = c->pieces++;
  c->piece_count--;
  c->due += PACE;
  c->owned.bytes = malloc(piece->size);
  memcpy(c->owned.bytes, piece->bytes, piece->size);
  char *mark = memmem(c->owned.bytes, piece->size, "@T", 2);
  if (mark) {
    char digits[17];
    snprintf(digits, sizeof digits, "%016ld", now());
    memcpy(mark + 2, digits, 16);
  }
  c->out = c->owned.bytes;
  c->left = piece->size;
  flush(poll, fd);
}

static void answer(int poll, int fd, const char *line) {
  Connection *c = &connections[fd];
  int protocol = 0;
  while (protocol < PROTOCOLS - 1 && !strstr(line, paths[protocol])) protocol++;
  if (strstr(line, "/last")) {
    Bytes body = {last >= 0 ? connections[last].in + last_head : "", last >= 0 ? last_size : 0};
    c->owned = with_head("Content-Type: application/json\r\n", body);
    c->out = c->owned.bytes;
    c->left = c->owned.size;
  } else if (strstr(line, "/paced/")) {
    c->pieces = paced[protocol];
    c->piece_count = paced_count[protocol];
    c->due = now();
    return step(poll, fd);
  } else {
    Bytes *bytes = strstr(line, "/burst/") ? &burst[protocol] : &whole[protocol];
    c->out = bytes->bytes;
    c->left = bytes->size;
  }
  flush(poll, fd);
}

static void forget(int fd) {
  Connection *c = &connections[fd];
  close(fd);
  c->open = 0;
  c->piece_count = c->left = c->have = 0;
  if (c->owned.bytes) { free(c->owned.bytes); c->owned.bytes = NULL; }
}

static void receive(int poll, int fd) {
  Connection *c = &connections[fd];
  if (c->room - c->have < 65536) c->in = realloc(c->in, c->room = c->room * 2 + 131072);
  ssize_t got = recv(fd, c->in + c->have, c->room - c->have - 1, 0);
  if (got <= 0) { if (got == 0 || errno != EAGAIN) forget(fd); return; }
  c->have += (size_t)got;
  char *end = memmem(c->in, c->have, "\r\n\r\n", 4);
  if (!end) return;
  size_t head = (size_t)(end - c->in) + 4, body = 0;
  *end = 0;
  char *length = strcasestr(c->in, "\r\ncontent-length:");
  if (length) body = strtoul(length + 17, NULL, 10);
  *end = '\r';
  if (c->have < head + body) return;
  // No client here sends its next request before the answer.
  c->have = 0;
  if (c->in[0] == 'P') { last = fd; last_head = head; last_size = body; }
  char line[512] = "";
  char *stop = memchr(c->in, '\r', head);
  size_t size = (size_t)(stop - c->in);
  memcpy(line, c->in, size < sizeof line ? size : sizeof line - 1);
  answer(poll, fd, line);
}

int main(int argc, char **argv) {
  if (argc != 2) { fprintf(stderr, "usage: upstream DIRECTORY\n"); return 2; }
  for (int i = 0; i < PROTOCOLS; i++) {
    whole[i] = with_head("Content-Type: application/json\r\n", contents(argv[1], names[i], "whole"));
    burst[i] = with_head(stream_head, chunked(contents(argv[1], names[i], "stream")));
    paced[i] = steps(contents(argv[1], names[i], "paced"), &paced_count[i]);
  }
  int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (void *)&address, sizeof address) || listen(listener, 4096)) die("listen");
  getsockname(listener, (void *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  int poll = epoll_create1(0);
  struct epoll_event e = {.events = EPOLLIN, .data.fd = listener}, events[256];
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &e);
  for (int is_pacing = 0;;) {
    int count = epoll_wait(poll, events, 256, is_pacing ? 1 : -1);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd != listener) {
        if (connections[fd].left && events[i].events & EPOLLOUT) flush(poll, fd);
        if (connections[fd].open && events[i].events & ~(unsigned)EPOLLOUT) receive(poll, fd);
        continue;
      }
      int accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
      if (accepted < 0) continue;
      if (accepted >= CONNECTIONS) { close(accepted); continue; }
      if (accepted > highest) highest = accepted;
      setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      connections[accepted].open = 1;
      e = (struct epoll_event){.events = EPOLLIN, .data.fd = accepted};
      epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &e);
    }
    is_pacing = 0;
    long time = now();
    for (int fd = 0; fd <= highest; fd++) {
      Connection *c = &connections[fd];
      if (!c->piece_count) continue;
      is_pacing = 1;
      if (c->due <= time) step(poll, fd);
    }
  }
}
