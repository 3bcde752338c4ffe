#define _GNU_SOURCE
#include "CCurl.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const usual_names[] = {
#ifdef __APPLE__
    "libcurl.4.dylib",
    "/opt/homebrew/opt/curl/lib/libcurl.4.dylib",
    "/usr/local/opt/curl/lib/libcurl.4.dylib",
    "/usr/lib/libcurl.4.dylib",
#else
    "libcurl.so.4",
    "libcurl-gnutls.so.4",
#endif
};

static void *open_library(const char *name, char *error, size_t error_size) {
  if (name) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
      const char *cause = dlerror();
      snprintf(error, error_size, "%s", cause ? cause : name);
    }
    return library;
  }
  for (size_t i = 0; i < sizeof usual_names / sizeof *usual_names; i++) {
    char ignored[256];
    // The first name's message is the one that helps: the others are only fallbacks.
    void *library = open_library(usual_names[i], i ? ignored : error, i ? sizeof ignored : error_size);
    if (library) return library;
  }
  return NULL;
}

const aor_curl *aor_curl_open(const char *name, unsigned int minimum_version, char *error, size_t error_size) {
  void *library = open_library(name, error, error_size);
  if (!library) return NULL;
  aor_curl *curl = calloc(1, sizeof *curl);
  if (!curl) {
    snprintf(error, error_size, "out of memory");
    goto failed;
  }

#define LOAD(field)                                                   \
  do {                                                                \
    *(void **)&curl->field = dlsym(library, "curl_" #field);          \
    if (!curl->field) {                                               \
      snprintf(error, error_size, "it has no `curl_" #field "`");     \
      goto failed;                                                    \
    }                                                                 \
  } while (0)
  LOAD(global_init);
  LOAD(version_info);
  LOAD(easy_init);
  LOAD(easy_cleanup);
  LOAD(easy_setopt);
  LOAD(easy_getinfo);
  LOAD(easy_pause);
  LOAD(easy_strerror);
  LOAD(multi_init);
  LOAD(multi_cleanup);
  LOAD(multi_setopt);
  LOAD(multi_add_handle);
  LOAD(multi_remove_handle);
  LOAD(multi_socket_action);
  LOAD(multi_info_read);
#undef LOAD

  const curl_version_info_data *version = curl->version_info(CURLVERSION_NOW);
  if (version->version_num < minimum_version) {
    snprintf(error, error_size, "it is %s, and %u.%u or newer is needed", version->version, minimum_version >> 16,
             minimum_version >> 8 & 0xff);
    goto failed;
  }
  if (!(version->features & CURL_VERSION_SSL)) {
    snprintf(error, error_size, "it was built without TLS");
    goto failed;
  }
  if (curl->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    snprintf(error, error_size, "it does not initialise");
    goto failed;
  }
  aor_memory_keep();
  return curl;

failed:
  free(curl);
  dlclose(library);
  return NULL;
}

static curl_socket_t open_private_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)context;
  (void)purpose;
#ifdef SOCK_CLOEXEC
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
#else
  int descriptor = socket(address->family, address->socktype, address->protocol);
  if (descriptor >= 0) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return descriptor;
#endif
}

CURLcode aor_easy_set_private_sockets(const aor_curl *curl, CURL *easy) {
  return curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_private_socket);
}
