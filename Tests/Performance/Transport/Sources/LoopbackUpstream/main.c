// A loopback upstream for measuring: epoll, keep-alive, answers by path. /json 1.4 KB, /stream 200 chunks at once.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
typedef struct { char *in; size_t have, cap; const char *out; size_t left; } conn;
static conn conns[65536];
static char json[4096], stream[200 * 400 + 1024];
static size_t json_size, stream_size;
static void build(void) {
  char body[1400]; memset(body, 'x', sizeof body); body[0] = '"'; body[1399] = '"';
  json_size = sprintf(json, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1400\r\n\r\n");
  memcpy(json + json_size, body, 1400); json_size += 1400;
  char *p = stream + sprintf(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 200; i++) {
    char event[331]; memset(event, 'y', 330); memcpy(event, "data: ", 6); memcpy(event + 328, "\n\n", 2);
    p += sprintf(p, "%x\r\n", 330); memcpy(p, event, 330); p += 330; memcpy(p, "\r\n", 2); p += 2;
  }
  memcpy(p, "0\r\n\r\n", 5); p += 5; stream_size = p - stream;
}
static void flush_out(int ep, int fd, conn *c) {
  while (c->left) {
    ssize_t n = send(fd, c->out, c->left, MSG_NOSIGNAL);
    if (n < 0) { struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.fd = fd}; epoll_ctl(ep, EPOLL_CTL_MOD, fd, &e); return; }
    c->out += n; c->left -= n;
  }
  struct epoll_event e = {.events = EPOLLIN, .data.fd = fd}; (void)e;
}
int main(void) {
  build();
  int l = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}; socklen_t al = sizeof a;
  setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  bind(l, (void *)&a, sizeof a); listen(l, 1024); getsockname(l, (void *)&a, &al);
  printf("%d\n", ntohs(a.sin_port)); fflush(stdout);
  int ep = epoll_create1(0); struct epoll_event e = {.events = EPOLLIN, .data.fd = l}, es[64]; epoll_ctl(ep, EPOLL_CTL_ADD, l, &e);
  for (;;) {
    int n = epoll_wait(ep, es, 64, -1);
    for (int i = 0; i < n; i++) {
      int fd = es[i].data.fd;
      if (fd == l) { int s = accept4(l, 0, 0, SOCK_NONBLOCK); if (s < 0) continue; setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        conn *c = &conns[s]; if (!c->in) { c->cap = 1 << 20; c->in = malloc(c->cap); } c->have = c->left = 0;
        e.events = EPOLLIN; e.data.fd = s; epoll_ctl(ep, EPOLL_CTL_ADD, s, &e); continue; }
      conn *c = &conns[fd];
      if (c->left) { flush_out(ep, fd, c); if (c->left) continue; e.events = EPOLLIN; e.data.fd = fd; epoll_ctl(ep, EPOLL_CTL_MOD, fd, &e); }
      ssize_t r = recv(fd, c->in + c->have, c->cap - c->have, 0);
      if (r <= 0) { if (r == 0 || errno != EAGAIN) close(fd); continue; }
      c->have += r;
      char *end = memmem(c->in, c->have, "\r\n\r\n", 4); if (!end) continue;
      size_t head = end - c->in + 4, want = 0; c->in[c->have < c->cap ? c->have : c->cap - 1] = 0;
      char *cl = strcasestr(c->in, "content-length:"); if (cl && cl < end) want = strtoul(cl + 15, 0, 10);
      if (c->have < head + want) continue;
      int s = memmem(c->in, 64, "/stream", 7) != 0; c->have = 0;
      c->out = s ? stream : json; c->left = s ? stream_size : json_size; flush_out(ep, fd, c);
    }
  }
}
