/* Preloaded into a server: every sync takes 5 ms longer, as on a slow disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int delay_then(const char *name, int descriptor) {
  const struct timespec delay = {0, 5 * 1000 * 1000};
  int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  nanosleep(&delay, 0);
  return next(descriptor);
}

int fsync(int descriptor) { return delay_then("fsync", descriptor); }
int fdatasync(int descriptor) { return delay_then("fdatasync", descriptor); }
