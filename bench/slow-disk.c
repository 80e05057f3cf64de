/* Loaded before PostgreSQL's own: each flush of its log takes longer by what the shared file says, in microseconds. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const volatile int *delay;

__attribute__((constructor)) static void open_delay(void) {
  const char *path = getenv("SLOW_DISK_DELAY");
  int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  void *map = mmap(NULL, sizeof(int), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (map != MAP_FAILED) delay = map;
}

int fdatasync(int file) {
  static int (*flush)(int);
  if (flush == NULL) flush = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  int result = flush(file);
  if (delay != NULL && *delay > 0) usleep(*delay);
  return result;
}
