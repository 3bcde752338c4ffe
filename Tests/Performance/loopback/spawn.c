// Wall time of programs, from before exec, in nanoseconds, one line a run.
//
// spawn run COUNT PROGRAM [ARGUMENT…]                 until it has ended; its output goes to /dev/null
// spawn serve COUNT PORT REQUEST PROGRAM [ARGUMENT…]  until a server on PORT has answered the bytes of the file REQUEST
//                                                     with 200; it is then asked to end
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static pid_t start(char **command) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t pid;
  int error = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
  if (error) { fprintf(stderr, "%s: %s\n", command[0], strerror(error)); exit(1); }
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

// Asks once; true when the server answered.
static int ask(int port, const char *request, size_t size) {
  struct sockaddr_in address = {
    .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (void *)&address, sizeof address)) { close(fd); return 0; }
  char answer[65536];
  size_t have = 0;
  ssize_t n;
  if (send(fd, request, size, MSG_NOSIGNAL) != (ssize_t)size) { close(fd); return 0; }
  while ((n = recv(fd, answer + have, sizeof answer - have - 1, 0)) > 0) {
    have += (size_t)n;
    answer[have] = 0;
    char *end = strstr(answer, "\r\n\r\n"), *length = strcasestr(answer, "\r\ncontent-length:");
    if (end && length && have >= (size_t)(end - answer) + 4 + strtoul(length + 17, NULL, 10)) break;
  }
  close(fd);
  if (strncmp(answer, "HTTP/1.1 200", 12)) { fprintf(stderr, "answered %.200s\n", answer); exit(1); }
  return 1;
}

int main(int argc, char **argv) {
  int serves = argc > 1 && !strcmp(argv[1], "serve");
  if (argc < (serves ? 6 : 4)) { fprintf(stderr, "usage: spawn run|serve COUNT [PORT REQUEST] PROGRAM…\n"); return 2; }
  char **command = argv + (serves ? 5 : 3);
  static char request[1 << 20];
  size_t size = 0;
  if (serves) {
    int fd = open(argv[4], O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, request, sizeof request);
    if (n <= 0) { perror(argv[4]); return 1; }
    size = (size_t)n;
    close(fd);
  }
  for (int i = 0; i < atoi(argv[2]); i++) {
    int status;
    long before = now(), after;
    pid_t pid = start(command);
    if (serves) {
      struct timespec pause = {0, 100000};
      while (!ask(atoi(argv[3]), request, size)) {
        if (waitpid(pid, &status, WNOHANG) == pid) { fprintf(stderr, "%s ended\n", command[0]); return 1; }
        nanosleep(&pause, NULL);
      }
      after = now();
      kill(pid, SIGTERM);
      waitpid(pid, &status, 0);
    } else {
      waitpid(pid, &status, 0);
      after = now();
      if (status) { fprintf(stderr, "%s ended with %d\n", command[0], status); return 1; }
    }
    printf("%ld\n", after - before);
  }
}
