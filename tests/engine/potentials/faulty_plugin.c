/* A potential in plain C with one thing wrong, FAULT. Without a fault it is two atoms on a spring
 * that never meet, unless the option `word` tells it to misbehave. */

#include <math.h>
#include <string.h>

#include "forcewire/plugin.h"

enum {
  NO_FAULT,
  OTHER_VERSION,
  NO_NAME,
  NO_COMPUTE,
  BAD_KEY,
  SAME_KEYS,
  BAD_KIND,
  BAD_SPECIES,
  TEXT_OF_SPECIES,
  CREATE_FAILS,
  ZERO_CUTOFF,
  INFINITE_CUTOFF,
  COMPUTE_FAILS,
  FORGETS_ENERGY,
  NAN_FORCES,
  ENDLESS_ERROR,
  NEGATIVE_COST,
  LISTS_OF_PAIRS
};

static char word[100];
static int32_t cluster_width;
static int is_told_to(const char* what) { return strcmp(word, what) == 0; }

static const forcewire_option options[] = {
    {FAULT == BAD_KEY ? "k:1" : "k", "stiffness", "1", FAULT == BAD_KIND ? 7 : FORCEWIRE_QUANTITY,
     1, -2, FAULT == BAD_SPECIES ? 3 : 0},
    {FAULT == SAME_KEYS ? "k" : "word", "a word", "yes", FORCEWIRE_TEXT, 0, 0,
     FAULT == TEXT_OF_SPECIES},
};

static int32_t create(const forcewire_setup* setup, void** self, forcewire_error* error) {
  static double stiffness;
  if (FAULT == CREATE_FAILS) {
    strcpy(error->text, "k is too soft");
    return 1;
  }
  cluster_width = setup->cluster_width;
  stiffness = setup->values[0].numbers[0];
  strncpy(word, setup->values[1].text, sizeof word - 1);
  *self = &stiffness;
  return 0;
}

static void destroy(void* self) { (void)self; }

static double cutoff(const void* self) {
  (void)self;
  return FAULT == ZERO_CUTOFF ? 0 : FAULT == INFINITE_CUTOFF ? (double)INFINITY : 5;
}

static double pair_energy(const void* self, int32_t a, int32_t b, double r) {
  (void)a, (void)b;
  if (is_told_to("contradict itself")) return 5 - r;
  return 0 * *(const double*)self;
}

static int32_t compute(void* self, const forcewire_clusters* clusters, double* forces,
                       forcewire_sums* sums, forcewire_error* error) {
  const size_t numbers =
      3 * clusters->width * (clusters->owned_clusters + clusters->image_clusters);
  size_t i;
  (void)self;
  if (clusters->width != (size_t)cluster_width) {
    strcpy(error->text, "clusters of another width than was said");
    return 3;
  }
  if (FAULT == COMPUTE_FAILS) {
    strcpy(error->text, "too hot");
    return 2;
  }
  if (FAULT == ENDLESS_ERROR) {
    memset(error->text, 'x', sizeof error->text);
    return 1;
  }
  if (is_told_to("say nothing")) return 7;
  if (is_told_to("say too much")) {
    memset((void*)error, 'y', sizeof *error + 500);
    return 1;
  }
  for (i = 0; i < numbers; ++i) forces[i] = FAULT == NAN_FORCES ? (double)NAN : 0;
  if (is_told_to("write before")) forces[-1] = 0;
  if (is_told_to("write behind")) forces[numbers] += 1;
  if (is_told_to("write far before")) forces[-400] = 0;
  if (is_told_to("write far behind")) forces[numbers + 400] = 0;
  if (is_told_to("write behind its sums")) ((double*)(void*)(sums + 1))[2] = 0;
  if (is_told_to("write behind its error")) ((char*)(void*)(error + 1))[9] = 0;
  memset(sums->virial, 0, sizeof sums->virial);
  if (FAULT != FORGETS_ENERGY) sums->energy = 0;
  return 0;
}

static int32_t list_count(const void* self) {
  (void)self;
  return 1;
}

static const forcewire_plugin plugin = {
    .abi_version = FORCEWIRE_ABI_VERSION + (FAULT == OTHER_VERSION),
    .option_count = 2,
    .name = FAULT == NO_NAME ? NULL : "faulty",
    .summary = "atoms that do not care",
    .options = options,
    .microseconds_per_atom = FAULT == NEGATIVE_COST ? -1 : 0,
    .create = create,
    .destroy = destroy,
    .cutoff = cutoff,
    .pair_energy = pair_energy,
    .compute = FAULT == NO_COMPUTE ? NULL : compute,
    .list_count = FAULT == LISTS_OF_PAIRS ? list_count : NULL,
};

const forcewire_plugin* forcewire_get_plugin(void) { return &plugin; }
