// Takes types from libcurl's headers and opens the library itself at first use: linking it would make every command
// pay for its chain of some thirty shared libraries.
#ifndef AOR_CCURL_H
#define AOR_CCURL_H

#include <curl/curl.h>
#include <stddef.h>

#include "Memory.h"
#include "Readiness.h"

/// The functions of an opened libcurl. Field types come from the headers, so that a mismatch does not compile.
typedef struct aor_curl {
  __typeof__(&curl_global_init) global_init;
  __typeof__(&curl_version_info) version_info;
  __typeof__(&curl_easy_init) easy_init;
  __typeof__(&curl_easy_cleanup) easy_cleanup;
  __typeof__(&curl_easy_setopt) easy_setopt;
  __typeof__(&curl_easy_getinfo) easy_getinfo;
  __typeof__(&curl_easy_pause) easy_pause;
  __typeof__(&curl_easy_strerror) easy_strerror;
  __typeof__(&curl_multi_init) multi_init;
  __typeof__(&curl_multi_cleanup) multi_cleanup;
  __typeof__(&curl_multi_setopt) multi_setopt;
  __typeof__(&curl_multi_add_handle) multi_add_handle;
  __typeof__(&curl_multi_remove_handle) multi_remove_handle;
  __typeof__(&curl_multi_socket_action) multi_socket_action;
  __typeof__(&curl_multi_info_read) multi_info_read;
} aor_curl;

/// Opens libcurl and fills a table that lives until the process ends. `name` is the library to open, NULL the usual
/// ones of this system. On failure returns NULL and writes a message to `error`.
const aor_curl *aor_curl_open(const char *name, unsigned int minimum_version, char *error, size_t error_size);

typedef size_t (*aor_curl_data_callback)(char *bytes, size_t size, size_t count, void *context);
typedef int (*aor_curl_socket_callback)(CURL *easy, curl_socket_t socket, int what, void *context, void *unused);
typedef int (*aor_curl_timer_callback)(CURLM *multi, long milliseconds, void *context);

/// Makes libcurl open its sockets with close-on-exec, which it does not do by itself: an agent that is started while a
/// call is under way must not inherit the connection.
CURLcode aor_easy_set_private_sockets(const aor_curl *curl, CURL *easy);

/// Makes libcurl let go of a name look-up that is cancelled instead of waiting for its thread (7.87 and newer; older
/// ones ignore it). By number, since older headers do not name it.
static inline CURLcode aor_easy_set_quick_exit(const aor_curl *curl, CURL *easy) {
  return curl->easy_setopt(easy, (CURLoption)(CURLOPTTYPE_LONG + 322), 1L);
}

// One typed wrapper for each kind of argument of libcurl's variadic functions, which Swift cannot import.

static inline CURLcode aor_easy_set_long(const aor_curl *curl, CURL *easy, CURLoption option, long value) {
  return curl->easy_setopt(easy, option, value);
}
static inline CURLcode aor_easy_set_offset(const aor_curl *curl, CURL *easy, CURLoption option, curl_off_t value) {
  return curl->easy_setopt(easy, option, value);
}
static inline CURLcode aor_easy_set_string(const aor_curl *curl, CURL *easy, CURLoption option, const char *value) {
  return curl->easy_setopt(easy, option, value);
}
static inline CURLcode aor_easy_set_pointer(const aor_curl *curl, CURL *easy, CURLoption option, const void *value) {
  return curl->easy_setopt(easy, option, value);
}
static inline CURLcode aor_easy_set_list(const aor_curl *curl, CURL *easy, CURLoption option,
                                         struct curl_slist *value) {
  return curl->easy_setopt(easy, option, value);
}
static inline CURLcode aor_easy_set_data_callback(const aor_curl *curl, CURL *easy, CURLoption option,
                                                  aor_curl_data_callback value) {
  return curl->easy_setopt(easy, option, value);
}
static inline CURLcode aor_easy_get_long(const aor_curl *curl, CURL *easy, CURLINFO info, long *value) {
  return curl->easy_getinfo(easy, info, value);
}
static inline CURLcode aor_easy_get_offset(const aor_curl *curl, CURL *easy, CURLINFO info, curl_off_t *value) {
  return curl->easy_getinfo(easy, info, value);
}
static inline CURLcode aor_easy_get_pointer(const aor_curl *curl, CURL *easy, CURLINFO info, void **value) {
  return curl->easy_getinfo(easy, info, value);
}
static inline CURLMcode aor_multi_set_long(const aor_curl *curl, CURLM *multi, CURLMoption option, long value) {
  return curl->multi_setopt(multi, option, value);
}
static inline CURLMcode aor_multi_set_pointer(const aor_curl *curl, CURLM *multi, CURLMoption option, void *value) {
  return curl->multi_setopt(multi, option, value);
}
static inline CURLMcode aor_multi_set_socket_callback(const aor_curl *curl, CURLM *multi,
                                                      aor_curl_socket_callback value) {
  return curl->multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, value);
}
static inline CURLMcode aor_multi_set_timer_callback(const aor_curl *curl, CURLM *multi,
                                                     aor_curl_timer_callback value) {
  return curl->multi_setopt(multi, CURLMOPT_TIMERFUNCTION, value);
}

// The rest take no variable arguments; these keep the table's fields out of Swift.

static inline CURL *aor_easy_init(const aor_curl *curl) { return curl->easy_init(); }
static inline void aor_easy_cleanup(const aor_curl *curl, CURL *easy) { curl->easy_cleanup(easy); }
static inline CURLcode aor_easy_pause(const aor_curl *curl, CURL *easy, int bits) {
  return curl->easy_pause(easy, bits);
}
static inline const char *aor_easy_strerror(const aor_curl *curl, CURLcode code) { return curl->easy_strerror(code); }
static inline const char *aor_curl_version(const aor_curl *curl) {
  return curl->version_info(CURLVERSION_NOW)->version;
}
static inline CURLM *aor_multi_init(const aor_curl *curl) { return curl->multi_init(); }
static inline CURLMcode aor_multi_cleanup(const aor_curl *curl, CURLM *multi) { return curl->multi_cleanup(multi); }
static inline CURLMcode aor_multi_add(const aor_curl *curl, CURLM *multi, CURL *easy) {
  return curl->multi_add_handle(multi, easy);
}
static inline CURLMcode aor_multi_remove(const aor_curl *curl, CURLM *multi, CURL *easy) {
  return curl->multi_remove_handle(multi, easy);
}
static inline CURLMcode aor_multi_socket_action(const aor_curl *curl, CURLM *multi, curl_socket_t socket, int events) {
  int running = 0;
  return curl->multi_socket_action(multi, socket, events, &running);
}
/// The next finished transfer and its result, or NULL.
static inline CURL *aor_multi_next_done(const aor_curl *curl, CURLM *multi, CURLcode *result) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl->multi_info_read(multi, &left))) {
    if (message->msg == CURLMSG_DONE) {
      *result = message->data.result;
      return message->easy_handle;
    }
  }
  return NULL;
}

#endif
