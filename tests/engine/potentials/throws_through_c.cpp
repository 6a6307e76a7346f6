// A potential that throws through the interface in plain C, at PLACE.

#include <algorithm>
#include <stdexcept>

#include "forcewire/plugin.h"

namespace {

enum Place { GET, CREATE, CUTOFF, LIST_COUNT, KINDS_OF_LISTS, COMPUTE, DESTROY, PAIR_ENERGY };

struct BadLuck : std::runtime_error {  // a type that goes when the object is unloaded
  BadLuck() : std::runtime_error("no luck") {}
};

void come_to(Place place) {
  if (place == PLACE) throw BadLuck();
}

int32_t create(const forcewire_setup*, void** self, forcewire_error*) {
  static int something;
  *self = &something;
  come_to(CREATE);
  return 0;
}

void destroy(void*) { come_to(DESTROY); }

double cutoff(const void*) {
  come_to(CUTOFF);
  return 8;
}

int32_t list_count(const void*) {
  come_to(LIST_COUNT);
  return 1;
}

void lists(const void*, forcewire_list_kind* kinds) {
  come_to(KINDS_OF_LISTS);
  kinds[0] = {8, 0, 0};
}

int32_t compute_atoms(void*, const forcewire_atoms*, double*, forcewire_output*, forcewire_error*) {
  come_to(COMPUTE);
  return 1;
}

double pair_energy(const void*, int32_t, int32_t, double) {
  come_to(PAIR_ENERGY);
  return 0;
}

// Pairs that do not care.
int32_t compute(void*, const forcewire_clusters* clusters, double* forces, forcewire_sums* sums,
                forcewire_error*) {
  std::fill_n(forces, 3 * clusters->width * (clusters->owned_clusters + clusters->image_clusters),
              0);
  *sums = {};
  return 0;
}

constexpr bool is_of_pairs = PLACE == PAIR_ENERGY;

const forcewire_plugin plugin{
    .abi_version = FORCEWIRE_ABI_VERSION,
    .option_count = 0,
    .name = "throws",
    .summary = "throws where nothing may",
    .help = nullptr,
    .options = nullptr,
    .microseconds_per_atom = 0,
    .create = create,
    .destroy = destroy,
    .cutoff = cutoff,
    .join = nullptr,
    .pair_energy = is_of_pairs ? pair_energy : nullptr,
    .compute = is_of_pairs ? compute : nullptr,
    .virial = FORCEWIRE_VIRIAL_OF_FORCES,
    .list_count = is_of_pairs ? nullptr : list_count,
    .lists = is_of_pairs ? nullptr : lists,
    .compute_atoms = is_of_pairs ? nullptr : compute_atoms,
};

}  // namespace

extern "C" const forcewire_plugin* forcewire_get_plugin() {
  come_to(GET);
  return &plugin;
}
