/*
 * Stands between a process and the files below one directory (LD_PRELOAD), to do to them what
 * kills, power cuts, broken and full disks do. What it does is said by the environment:
 *
 *   FAULT_PATH        the directory; nothing else is touched
 *   FAULT_COUNT       a file whose first 8 bytes count the calls that change or flush a file
 *   FAULT_KILL_AT=n   SIGKILL before the nth call; with FAULT_TORN=1 after half of it, if it writes
 *   FAULT_EIO_AT=n    the nth call fails with EIO, and all up to the FAULT_EIO_LASTth (0: for ever);
 *                     where that one removes or renames a file, or flushes a directory, the next
 *   FAULT_FULL_AFTER  bytes by which files may grow; then ENOSPC, until the file FAULT_FREE is there
 *   FAULT_LOG         a journal of the calls, in the order in which they had happened
 *
 * A record of the journal: kind (1 byte), length of the name (2), offset (8), length of the data (4),
 * little endian, then the name relative to the directory, then the data. Kinds: o creates, w writes,
 * t truncates to offset, s has flushed (with an empty name: the directory), u unlinks, r renames (the
 * data is the new name).
 *
 * `-shm` files (shared memory, made anew after a crash) and `-lock` files hold nothing that lasts.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MOST_FDS 65536
#define REAL(name) real_##name = dlsym(RTLD_NEXT, #name)

static int (*real_open64)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite64)(int, const void *, size_t, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate64)(int, off64_t);
static int (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *);
static int (*real_statfs64)(const char *, struct statfs64 *);

static char *names[MOST_FDS];
static const char *root, *free_file;
static size_t root_length;
static int log_fd = -1, is_torn;
static uint64_t own_count, *count = &own_count, kill_at, eio_at, eio_last;
static int64_t room = -1;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static uint64_t number(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

__attribute__((constructor)) static void begin(void) {
  REAL(open64); REAL(close); REAL(write); REAL(pwrite64); REAL(fsync); REAL(fdatasync);
  REAL(ftruncate64); REAL(unlink); REAL(rename); REAL(statfs64);
  root = getenv("FAULT_PATH");
  root_length = root ? strlen(root) : 0;
  kill_at = number("FAULT_KILL_AT", 0);
  is_torn = number("FAULT_TORN", 0) == 1;
  eio_at = number("FAULT_EIO_AT", 0);
  eio_last = number("FAULT_EIO_LAST", eio_at);
  room = (int64_t)number("FAULT_FULL_AFTER", (uint64_t)-1);
  free_file = getenv("FAULT_FREE");
  const char *log = getenv("FAULT_LOG");
  if (log) log_fd = real_open64(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const char *counted = getenv("FAULT_COUNT");
  if (counted) {
    int fd = real_open64(counted, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (real_ftruncate64(fd, 8) == 0)
      count = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    real_close(fd);
  }
}

static int ends_with(const char *path, const char *end) {
  size_t a = strlen(path), b = strlen(end);
  return a >= b && strcmp(path + a - b, end) == 0;
}

/* The name below the directory, empty for the directory itself; NULL for whatever is not ours. */
static const char *name_of(const char *path) {
  if (!root || !path || strncmp(path, root, root_length) != 0) return NULL;
  if (path[root_length] == 0) return "";
  if (path[root_length] != '/') return NULL;
  if (ends_with(path, "-shm") || ends_with(path, "-lock") || ends_with(path, "-lock-journal"))
    return NULL;
  return path + root_length + 1;
}

static const char *name_at(int fd) { return fd >= 0 && fd < MOST_FDS ? names[fd] : NULL; }

static void note(char kind, const char *name, int64_t offset, const void *data, uint32_t length) {
  if (log_fd < 0) return;
  char head[15];
  uint16_t name_length = (uint16_t)strlen(name);
  head[0] = kind;
  memcpy(head + 1, &name_length, 2);
  memcpy(head + 3, &offset, 8);
  memcpy(head + 11, &length, 4);
  struct iovec parts[] = {{head, 15}, {(void *)name, name_length}, {(void *)data, length}};
  if (writev(log_fd, parts, 3) < 0) abort();
}

/* Counts a call, and ends the process where its end is due; whether the call is to fail. */
static int fails(int fd, const void *data, size_t length, off64_t offset) {
  uint64_t n = ++*count;
  if (kill_at && n == kill_at) {
    if (is_torn && data && offset < 0) real_write(fd, data, length / 2);
    if (is_torn && data && offset >= 0) real_pwrite64(fd, data, length / 2, offset);
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  if (eio_at && n >= eio_at && (eio_last == 0 || n <= eio_last)) {
    if (fd < 0) { /* a name: the next call that writes or flushes fails instead */
      ++eio_at;
      if (eio_last) ++eio_last;
      return 0;
    }
    errno = EIO;
    return 1;
  }
  return 0;
}

static int64_t size_of(int fd) {
  struct stat64 found;
  return fstat64(fd, &found) == 0 ? found.st_size : 0;
}

/* Takes room for what a write adds to its file; whether there is none. */
static int is_full(int fd, size_t length, off64_t offset) {
  if (room < 0 || (free_file && access(free_file, F_OK) == 0)) return 0;
  int64_t growth = (int64_t)offset + (int64_t)length - size_of(fd);
  if (growth <= 0) return 0;
  if (growth > room) {
    errno = ENOSPC;
    return 1;
  }
  room -= growth;
  return 0;
}

static ssize_t change(int fd, const char *name, const void *data, size_t length, off64_t at) {
  pthread_mutex_lock(&turn);
  off64_t offset = at;
  if (at < 0) offset = fcntl(fd, F_GETFL) & O_APPEND ? size_of(fd) : lseek64(fd, 0, SEEK_CUR);
  ssize_t done = -1;
  if (!fails(fd, data, length, at) && !is_full(fd, length, offset)) {
    done = at < 0 ? real_write(fd, data, length) : real_pwrite64(fd, data, length, at);
    if (done > 0) note('w', name, offset, data, (uint32_t)done);
  }
  pthread_mutex_unlock(&turn);
  return done;
}

/* A number that a file had may be a socket's by now: what is no file is none of ours. */
static int is_file(int fd) {
  struct stat64 found;
  return fstat64(fd, &found) == 0 && S_ISREG(found.st_mode);
}

ssize_t write(int fd, const void *data, size_t length) {
  const char *name = name_at(fd);
  return name && is_file(fd) ? change(fd, name, data, length, -1) : real_write(fd, data, length);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  const char *name = name_at(fd);
  return name ? change(fd, name, data, length, offset) : real_pwrite64(fd, data, length, offset);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  return pwrite64(fd, data, length, offset);
}

static int flush(int fd, const char *name, int (*real)(int)) {
  pthread_mutex_lock(&turn);
  /* SQLite goes on where a directory can't be flushed: it may be unable to, as on some file systems. */
  int done = fails(*name ? fd : -1, NULL, 0, 0) ? -1 : real(fd);
  if (done == 0) note('s', name, 0, "", 0);
  pthread_mutex_unlock(&turn);
  return done;
}
int fsync(int fd) {
  const char *name = name_at(fd);
  return name ? flush(fd, name, real_fsync) : real_fsync(fd);
}
int fdatasync(int fd) {
  const char *name = name_at(fd);
  return name ? flush(fd, name, real_fdatasync) : real_fdatasync(fd);
}

int ftruncate64(int fd, off64_t length) {
  const char *name = name_at(fd);
  if (!name) return real_ftruncate64(fd, length);
  pthread_mutex_lock(&turn);
  int64_t before = size_of(fd);
  int done = fails(fd, NULL, 0, 0) ? -1 : real_ftruncate64(fd, length);
  if (done == 0) note('t', name, length, "", 0);
  if (done == 0 && room >= 0 && before > length) room += before - length;
  pthread_mutex_unlock(&turn);
  return done;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int unlink(const char *path) {
  const char *name = name_of(path);
  if (!name) return real_unlink(path);
  pthread_mutex_lock(&turn);
  struct stat64 found;
  int64_t size = stat64(path, &found) == 0 ? found.st_size : 0;
  int done = fails(-1, NULL, 0, 0) ? -1 : real_unlink(path);
  if (done == 0) note('u', name, 0, "", 0);
  if (done == 0 && room >= 0) room += size;
  pthread_mutex_unlock(&turn);
  return done;
}
int rename(const char *path, const char *to) {
  const char *name = name_of(path), *other = name_of(to);
  if (!name || !other) return real_rename(path, to);
  pthread_mutex_lock(&turn);
  int done = fails(-1, NULL, 0, 0) ? -1 : real_rename(path, to);
  if (done == 0) note('r', name, 0, other, (uint32_t)strlen(other));
  pthread_mutex_unlock(&turn);
  return done;
}

int open64(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | O_TMPFILE)) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  const char *name = name_of(path);
  if (!name) return real_open64(path, flags, mode);
  pthread_mutex_lock(&turn);
  int is_new = (flags & O_CREAT) && access(path, F_OK) != 0;
  int fd = real_open64(path, flags, mode);
  if (fd >= 0 && fd < MOST_FDS) {
    names[fd] = strdup(name);
    if (is_new) note('o', name, 0, "", 0);
    if (!is_new && (flags & O_TRUNC)) note('t', name, 0, "", 0);
  }
  pthread_mutex_unlock(&turn);
  return fd;
}
int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | O_TMPFILE)) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  return open64(path, flags, mode);
}

int close(int fd) {
  if (name_at(fd)) {
    pthread_mutex_lock(&turn);
    free(names[fd]);
    names[fd] = NULL;
    pthread_mutex_unlock(&turn);
  }
  return real_close(fd);
}

int statfs64(const char *path, struct statfs64 *found) {
  int done = real_statfs64(path, found);
  if (done != 0 || room < 0 || !name_of(path)) return done;
  if (free_file && access(free_file, F_OK) == 0) return done;
  found->f_bfree = found->f_bavail = (uint64_t)room / (uint64_t)found->f_bsize;
  return done;
}
int statfs(const char *path, struct statfs *found) {
  return statfs64(path, (struct statfs64 *)found);
}
