/* A many-body potential in plain C with one thing wrong, FAULT, or something special. Without a
 * fault each atom has an energy of 1, and there are no forces. */

#include <math.h>
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
  JOIN_FAILS
};

static int32_t create(const forcewire_setup* setup, void** self, forcewire_error* error) {
  static int something;
  (void)setup, (void)error;
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
}

static int32_t join(void* self, const void* mpi_communicator, forcewire_error* error) {
  (void)self, (void)mpi_communicator;
  strcpy(error->text, "wants more ranks");
  return 1;
}

static int32_t compute_atoms(void* self, const forcewire_atoms* atoms, double* forces,
                             forcewire_output* output, forcewire_error* error) {
  (void)self;
  if (FAULT == FAILS) {
    strcpy(error->text, "too hot");
    return 2;
  }
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
    .name = "faulty",
    .summary = "atoms that do not care",
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
