// load PORT SEND EXPECT CONNECTIONS TOTAL : keeps CONNECTIONS busy: sends SEND bytes, reads EXPECT bytes, again.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int argc, char **argv) {
  (void)argc; int port = atoi(argv[1]), n = atoi(argv[4]); long size = atol(argv[2]), expect = atol(argv[3]), total = atol(argv[5]), started = 0, done = 0;
  char *out = malloc(size), *in = malloc(1 << 20); memset(out, 'a', size);
  long *sent = calloc(4096, 8), *got = calloc(4096, 8); int ep = epoll_create1(0), one = 1;
  for (int i = 0; i < n; i++) {
    int s = socket(AF_INET, SOCK_STREAM, 0); struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(s, (void *)&a, sizeof a)) { perror("connect"); return 1; }
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); fcntl(s, F_SETFL, O_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.fd = s}; epoll_ctl(ep, EPOLL_CTL_ADD, s, &e); started++;
  }
  struct epoll_event es[64];
  while (done < total) {
    int k = epoll_wait(ep, es, 64, -1);
    for (int i = 0; i < k; i++) {
      int s = es[i].data.fd;
    again:
      while (sent[s] < size) { ssize_t w = send(s, out + sent[s], size - sent[s], MSG_NOSIGNAL); if (w < 0) break; sent[s] += w; }
      for (;;) { ssize_t r = recv(s, in, 1 << 20, 0); if (r == 0) { fprintf(stderr, "closed\n"); return 1; } if (r < 0) break; got[s] += r; }
      if (got[s] == expect) { got[s] = 0; done++; if (started < total) { started++; sent[s] = 0; goto again; } }
    }
  }
}
