/* The plain C loop that the encoder is held against: records and submits `count` dispatches, each with four words of push
 * constants that change, by the driver's own function pointers. Built by c-loop.ts; needs no Vulkan headers. */
#include <stdint.h>
#include <time.h>

struct Work {
  void *commands, *pipeline, *layout, *queue;
  const void *begin_info, *submit_info;
  int32_t (*begin)(void *, const void *);
  void (*bind_pipeline)(void *, int32_t, void *);
  void (*push_constants)(void *, void *, uint32_t, uint32_t, uint32_t, const void *);
  void (*dispatch)(void *, uint32_t, uint32_t, uint32_t);
  int32_t (*end)(void *);
  int32_t (*submit)(void *, uint32_t, const void *, void *);
};

static double nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Nanoseconds in all, or the driver's error, which is negative. */
double encode(const struct Work *work, uint32_t count) {
  uint32_t words[4] = {0, 0, 0, 0};
  const double start = nanoseconds();
  int32_t result = work->begin(work->commands, work->begin_info);
  if (result < 0) return result;
  work->bind_pipeline(work->commands, 1, work->pipeline);
  for (uint32_t i = 0; i < count; i++) {
    words[0] = i;
    work->push_constants(work->commands, work->layout, 0x20, 0, sizeof words, words);
    work->dispatch(work->commands, 1, 1, 1);
  }
  result = work->end(work->commands);
  if (result >= 0) result = work->submit(work->queue, 1, work->submit_info, 0);
  return result < 0 ? result : nanoseconds() - start;
}
