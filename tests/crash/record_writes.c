// Preloaded into a process, records what it does to the files below $RECORD_BELOW: every call that changes
// one, or makes a change last, with its data, in the order in which the calls returned. power_cut.py reads
// the log.
//
//     cc -shared -fPIC -O1 -o record_writes.so record_writes.c -ldl
//     LD_PRELOAD=./record_writes.so RECORD_BELOW=/abs/folder RECORD_LOG=/elsewhere/log program ...
//
// With RECORD_KILL_AFTER=N the process is killed (SIGKILL) right after its N-th recorded call, with
// RECORD_KILL_AFTER_TEXT=T right after the first write that has T in it, with RECORD_KILL_AFTER_UNLINK=N
// right after the N-th removal of a file.
//
// A log entry: u8 kind, u16 length of path, u16 length of second path, i64 number, u64 length of data; then
// the three. Numbers: open: whether the call was to cut the file; write: offset; truncate: size.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { OPEN = 1, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MKDIR, EXCHANGE };
enum { MOST_FILES = 4096 };

static char* names[MOST_FILES];  // of the open files that are recorded
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;
static long recorded = 0, unlinked = 0;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int below(const char* path) {
  const char* folder = getenv("RECORD_BELOW");
  const size_t length = folder ? strlen(folder) : 0;
  return length && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static const char* name_of(int file) {
  return file >= 0 && file < MOST_FILES ? names[file] : NULL;
}

static void forget(int file) {
  if (!name_of(file)) return;
  free(names[file]);
  names[file] = NULL;
}

static void put(const void* data, size_t size) {
  if (REAL(write)(log_file, data, size) != (ssize_t)size) abort();  // a log with a gap proves nothing
}

static long number_in(const char* variable) {
  const char* text = getenv(variable);
  return text ? atol(text) : -1;
}

static void record(enum kind kind, const char* path, const char* second, int64_t number, const void* data,
                   uint64_t size) {
  const int error = errno;
  pthread_mutex_lock(&mutex);
  if (log_file < 0) {
    const char* log = getenv("RECORD_LOG");
    log_file = REAL(open)(log ? log : "/nowhere", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (log_file < 0) abort();
  }
  char head[21];
  const uint16_t lengths[2] = {(uint16_t)strlen(path), (uint16_t)strlen(second)};
  head[0] = (char)kind;
  memcpy(head + 1, lengths, 4);
  memcpy(head + 5, &number, 8);
  memcpy(head + 13, &size, 8);
  put(head, sizeof head);
  put(path, lengths[0]);
  put(second, lengths[1]);
  if (size) put(data, size);
  const char* text = getenv("RECORD_KILL_AFTER_TEXT");
  const int has_text = text && size && memmem(data, size, text, strlen(text));
  const int last = ++recorded == number_in("RECORD_KILL_AFTER");
  const int last_unlink = kind == UNLINK && ++unlinked == number_in("RECORD_KILL_AFTER_UNLINK");
  if (last || last_unlink || has_text) kill(getpid(), SIGKILL);
  pthread_mutex_unlock(&mutex);
  errno = error;
}

static int opened(int file, const char* path, int flags) {
  char whole[PATH_MAX];
  if (file < 0 || file >= MOST_FILES || !below(path)) return file;
  forget(file);
  snprintf(whole, sizeof whole, "%s", path);
  names[file] = strdup(whole);
  if (flags & (O_CREAT | O_TRUNC)) record(OPEN, path, "", (flags & O_TRUNC) != 0, NULL, 0);
  return file;
}

#define OPEN_AS(function)                                          \
  int function(const char* path, int flags, ...) {                 \
    va_list rest;                                                  \
    va_start(rest, flags);                                         \
    const int mode = va_arg(rest, int);                            \
    va_end(rest);                                                  \
    return opened(REAL(function)(path, flags, mode), path, flags); \
  }
OPEN_AS(open)
OPEN_AS(open64)

int creat(const char* path, mode_t mode) {
  return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

// Relative to a folder's descriptor only the C++ library's remove_all works; then the folder's name is known.
static const char* resolved(int folder, const char* path, char* buffer) {
  if (path[0] == '/' || folder == AT_FDCWD || !name_of(folder)) return path;
  snprintf(buffer, PATH_MAX, "%s/%s", name_of(folder), path);
  return buffer;
}

#define OPENAT_AS(function)                                                                          \
  int function(int folder, const char* path, int flags, ...) {                                       \
    char buffer[PATH_MAX];                                                                           \
    va_list rest;                                                                                    \
    va_start(rest, flags);                                                                           \
    const int mode = va_arg(rest, int);                                                              \
    va_end(rest);                                                                                    \
    return opened(REAL(function)(folder, path, flags, mode), resolved(folder, path, buffer), flags); \
  }
OPENAT_AS(openat)
OPENAT_AS(openat64)

int close(int file) {
  forget(file);
  return REAL(close)(file);
}

static void wrote(int file, const void* data, ssize_t done, int64_t offset) {
  if (done > 0 && name_of(file)) record(WRITE, name_of(file), "", offset, data, (uint64_t)done);
}

ssize_t write(int file, const void* data, size_t size) {
  if (!name_of(file)) return REAL(write)(file, data, size);
  const int64_t offset = lseek(file, 0, SEEK_CUR);
  const ssize_t done = REAL(write)(file, data, size);
  wrote(file, data, done, offset);
  return done;
}

ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
  const ssize_t done = REAL(pwrite)(file, data, size, offset);
  wrote(file, data, done, offset);
  return done;
}

ssize_t pwrite64(int file, const void* data, size_t size, off64_t offset) {
  const ssize_t done = REAL(pwrite64)(file, data, size, offset);
  wrote(file, data, done, offset);
  return done;
}

#define TRUNCATE_AS(function, number)                                                     \
  int function(int file, number size) {                                                   \
    const int result = REAL(function)(file, size);                                        \
    if (result == 0 && name_of(file)) record(TRUNCATE, name_of(file), "", size, NULL, 0); \
    return result;                                                                        \
  }
TRUNCATE_AS(ftruncate, off_t)
TRUNCATE_AS(ftruncate64, off64_t)

#define SYNC_AS(function)                                                          \
  int function(int file) {                                                         \
    const int result = REAL(function)(file);                                       \
    if (result == 0 && name_of(file)) record(SYNC, name_of(file), "", 0, NULL, 0); \
    return result;                                                                 \
  }
SYNC_AS(fsync)
SYNC_AS(fdatasync)

// A file that is open under one of the names has the other one now.
static void renamed(const char* from, const char* to, int exchanged) {
  for (int file = 0; file < MOST_FILES; ++file) {
    if (!names[file]) continue;
    const char* now = strcmp(names[file], from) == 0              ? to
                      : exchanged && strcmp(names[file], to) == 0 ? from
                                                                  : NULL;
    if (!now) continue;
    char* name = strdup(now);
    free(names[file]);
    names[file] = name;
  }
}

int rename(const char* from, const char* to) {
  const int result = REAL(rename)(from, to);
  if (result == 0 && below(to)) {
    renamed(from, to, 0);
    record(RENAME, from, to, 0, NULL, 0);
  }
  return result;
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  char one[PATH_MAX], other[PATH_MAX];
  const int result = REAL(renameat2)(from_folder, from, to_folder, to, flags);
  to = resolved(to_folder, to, other);
  if (result == 0 && below(to)) {
    const int exchanged = (flags & RENAME_EXCHANGE) != 0;
    from = resolved(from_folder, from, one);
    renamed(from, to, exchanged);
    record(exchanged ? EXCHANGE : RENAME, from, to, 0, NULL, 0);
  }
  return result;
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  char one[PATH_MAX], other[PATH_MAX];
  const int result = REAL(renameat)(from_folder, from, to_folder, to);
  to = resolved(to_folder, to, other);
  if (result == 0 && below(to)) record(RENAME, resolved(from_folder, from, one), to, 0, NULL, 0);
  return result;
}

int unlink(const char* path) {
  const int result = REAL(unlink)(path);
  if (result == 0 && below(path)) record(UNLINK, path, "", 0, NULL, 0);
  return result;
}

int unlinkat(int folder, const char* path, int flags) {
  char buffer[PATH_MAX];
  const int result = REAL(unlinkat)(folder, path, flags);
  path = resolved(folder, path, buffer);
  if (result == 0 && !(flags & AT_REMOVEDIR) && below(path)) record(UNLINK, path, "", 0, NULL, 0);
  return result;
}

int mkdir(const char* path, mode_t mode) {
  const int result = REAL(mkdir)(path, mode);
  if (result == 0 && below(path)) record(MKDIR, path, "", 0, NULL, 0);
  return result;
}
