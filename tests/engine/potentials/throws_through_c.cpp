// A potential that throws through the interface in plain C, at PLACE.

#include <stdexcept>

#include "forcewire/plugin.h"

namespace {

enum Place { GET, CREATE, CUTOFF, LIST_COUNT, KINDS_OF_LISTS };

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

void destroy(void*) {}

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
  return 1;
}

const forcewire_plugin plugin{
    .abi_version = FORCEWIRE_ABI_VERSION,
    .option_count = 0,
    .name = "throws",
    .summary = "throws where nothing may",
    .help = nullptr,
    .options = nullptr,
    .create = create,
    .destroy = destroy,
    .cutoff = cutoff,
    .join = nullptr,
    .pair_energy = nullptr,
    .compute = nullptr,
    .virial = FORCEWIRE_VIRIAL_OF_FORCES,
    .list_count = list_count,
    .lists = lists,
    .compute_atoms = compute_atoms,
};

}  // namespace

extern "C" const forcewire_plugin* forcewire_get_plugin() {
  come_to(GET);
  return &plugin;
}
