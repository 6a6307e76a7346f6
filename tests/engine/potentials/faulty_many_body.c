/* A many-body potential in plain C with one thing wrong, FAULT, or something special. Without a
 * fault each atom has an energy of 1, and there are no forces, unless the option `word` tells it to
 * compute badly. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forcewire/plugin.h"

enum {
  NO_FAULT,
  TWO_COMPUTES,
  PAIR_ENERGY,
  NO_LISTS,
  ZERO_LISTS,
  TOO_MANY_LISTS,
  FORGETS_LISTS,
  LONG_LIST,
  ZERO_LIST,
  BAD_VIRIAL_KIND,
  FAILS,
  FORGETS_ENERGY,
  FORGETS_VIRIAL,
  NO_VIRIAL,
  WRITES_BEFORE,
  WRITES_BEHIND,
  EXTRAS,
  BAD_JSON,
  NO_KEY,
  NULL_KEY,
  NULL_JSON,
  KEY_TWICE,
  EXTRA_VIRIAL,
  JOIN_FAILS,
  MORE_LISTS
};

static const forcewire_option options[] = {
    {"word", "what to do", "its best", FORCEWIRE_TEXT, 0, 0, 0},
};

static char word[100];
static int is_told_to(const char* what) { return strcmp(word, what) == 0; }

/* Of which Open MPI tells each process the number. */
static int is_told_to_fail(void) {
  static const char order[] = "fail on rank ";
  const char* rank = getenv("OMPI_COMM_WORLD_RANK");
  if (rank == NULL || strncmp(word, order, sizeof order - 1) != 0) return 0;
  return strcmp(word + sizeof order - 1, rank) == 0;
}

static int32_t create(const forcewire_setup* setup, void** self, forcewire_error* error) {
  static int something;
  (void)error;
  strncpy(word, setup->values[0].text, sizeof word - 1);
  *self = &something;
  return 0;
}

static void destroy(void* self) { (void)self; }

static double cutoff(const void* self) {
  (void)self;
  return 8;
}

static int32_t list_count(const void* self) {
  (void)self;
  return FAULT == ZERO_LISTS ? 0 : FAULT == TOO_MANY_LISTS ? 17 : 1;
}

static void lists(const void* self, forcewire_list_kind* kinds) {
  (void)self;
  if (FAULT == FORGETS_LISTS) return;
  kinds[0].cutoff = FAULT == LONG_LIST ? 9 : FAULT == ZERO_LIST ? 0 : 8;
  if (FAULT == MORE_LISTS) kinds[1].cutoff = 5;
}

static int32_t join(void* self, const void* mpi_communicator, forcewire_error* error) {
  (void)self, (void)mpi_communicator;
  strcpy(error->text, "wants more ranks");
  return 1;
}

/* The force on images of atom 7 is no number on ranks that own other atoms, or all. */
static void spoil_forces_on_ghosts(const forcewire_atoms* atoms, double* forces) {
  int32_t most = 0;
  int owns_it = 0;
  int32_t i;
  for (i = 0; i < atoms->total; ++i) {
    if (atoms->index[i] > most) most = atoms->index[i];
    if (i < atoms->owned && atoms->index[i] == 7) owns_it = 1;
  }
  if (owns_it && atoms->owned <= most) return;
  for (i = atoms->owned; i < atoms->total; ++i) {
    if (atoms->index[i] == 7) forces[3 * i + 1] = (double)NAN;
  }
}

static int32_t compute_atoms(void* self, const forcewire_atoms* atoms, double* forces,
                             forcewire_output* output, forcewire_error* error) {
  (void)self;
  if (FAULT == FAILS) {
    strcpy(error->text, "too hot");
    return 2;
  }
  if (is_told_to_fail()) {
    strcpy(error->text, "too hot here");
    return 2;
  }
  if (is_told_to("say nothing")) return 7;
  if (is_told_to("spoil forces on ghosts")) spoil_forces_on_ghosts(atoms, forces);
  if (is_told_to("write far before")) forces[-400] = 0;
  if (is_told_to("write far behind")) forces[3 * atoms->total + 400] = 0;
  if (is_told_to("write behind its output")) ((double*)(void*)(output + 1))[2] = 0;
  if (FAULT == WRITES_BEFORE) forces[-1] += 1;
  if (FAULT == WRITES_BEHIND) forces[3 * atoms->total + 2] = 0;
  if (FAULT == EXTRAS) {
    output->add_extra(output->context, "dipole", "[0, 0, 1.5]");
    output->add_extra(output->context, "say \"so\"", "{\"a\": null}");
  }
  if (FAULT == BAD_JSON) output->add_extra(output->context, "dipole", "[0, 0");
  if (FAULT == NO_KEY) output->add_extra(output->context, "", "1");
  if (FAULT == NULL_KEY) output->add_extra(output->context, NULL, "1");
  if (FAULT == NULL_JSON) output->add_extra(output->context, "dipole", NULL);
  if (FAULT == EXTRA_VIRIAL) output->add_extra(output->context, "virial", "1");
  if (FAULT == KEY_TWICE) {
    output->add_extra(output->context, "dipole", "1");
    output->add_extra(output->context, "dipole", "2");
  }
  if (FAULT != FORGETS_ENERGY) output->energy = atoms->owned;
  return 0;
}

static int32_t compute(void* self, const forcewire_clusters* clusters, double* forces,
                       forcewire_sums* sums, forcewire_error* error) {
  (void)self, (void)clusters, (void)forces, (void)sums, (void)error;
  return 1;
}

static double pair_energy(const void* self, int32_t a, int32_t b, double r) {
  (void)self, (void)a, (void)b, (void)r;
  return 0;
}

static const forcewire_plugin plugin = {
    .abi_version = FORCEWIRE_ABI_VERSION,
    .option_count = 1,
    .name = "faulty",
    .summary = "atoms that do not care",
    .options = options,
    .create = create,
    .destroy = destroy,
    .cutoff = cutoff,
    .join = FAULT == JOIN_FAILS ? join : NULL,
    .pair_energy = FAULT == PAIR_ENERGY ? pair_energy : NULL,
    .compute = FAULT == TWO_COMPUTES ? compute : NULL,
    .virial = FAULT == BAD_VIRIAL_KIND                      ? 7
              : FAULT == FORGETS_VIRIAL                     ? FORCEWIRE_VIRIAL_GIVEN
              : FAULT == NO_VIRIAL || FAULT == EXTRA_VIRIAL ? FORCEWIRE_VIRIAL_NONE
                                                            : FORCEWIRE_VIRIAL_OF_FORCES,
    .list_count = list_count,
    .lists = FAULT == NO_LISTS ? NULL : lists,
    .compute_atoms = compute_atoms,
};

const forcewire_plugin* forcewire_get_plugin(void) { return &plugin; }
