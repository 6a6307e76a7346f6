/* The binary interface between forcewire and a potential in a shared object of its own.
 *
 * Plain C, so that potentials do not depend on a compiler. Those in C++ have it easier with
 * <forcewire/pair_potential.hpp>.
 *
 * Units are Hartree atomic units (bohr, hartree) everywhere. Memory belongs to the side that made
 * it; what forcewire hands over is valid until the called function returns. All ranks load the same
 * object, and call its functions one after the other, never two at a time.
 */
#ifndef FORCEWIRE_PLUGIN_H
#define FORCEWIRE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Another number is another interface: forcewire refuses an object that was built for it. */
#define FORCEWIRE_ABI_VERSION 1

/* What kind of value an option takes. */
typedef enum forcewire_option_kind {
  FORCEWIRE_QUANTITY, /* a number in units of energy^energy_power length^length_power */
  FORCEWIRE_TEXT      /* anything without a comma: a word, the path of a file */
} forcewire_option_kind;

/* An option of the potential: KEY=VALUE on the command line. */
typedef struct forcewire_option {
  const char* key;
  const char* meaning;      /* a few words, for the help */
  const char* default_text; /* as a user would write it; NULL: the option must be given */
  forcewire_option_kind kind;
  int32_t energy_power; /* of a quantity */
  int32_t length_power; /* of a quantity */
  int32_t per_pair;     /* of a quantity: not 0 if each pair of species has its own, which
                           users give as KEY:A-B=VALUE where it differs from KEY=VALUE */
} forcewire_option;

/* The value of an option: one of the two. */
typedef struct forcewire_value {
  const double* numbers; /* of a quantity: one, or species_count^2, the first species first */
  const char* text;
} forcewire_value;

/* What a potential is made from. */
typedef struct forcewire_setup {
  int32_t species_count;            /* at least 1 */
  const char* const* species_names; /* species_count; NULL when the user has not named any */
  const forcewire_value* values;    /* of all options, in their order */
} forcewire_setup;

/* What went wrong, for the user: what was expected, and what came. */
typedef struct forcewire_error {
  char text[1024];
} forcewire_error;

/* Which clusters the atoms of each cluster see: a row for each slot, slot after slot. */
typedef struct forcewire_rows {
  const size_t* begin;    /* owned_clusters * width + 1 offsets into cluster */
  const int32_t* cluster; /* indices of clusters */
} forcewire_rows;

/* Atoms in clusters, for pair potentials. engine/kernels/local_system.hpp, which is installed, too,
 * says what is what; pair_potential.hpp goes through all pairs. */
typedef struct forcewire_clusters {
  size_t width; /* slots of a cluster, 4 or 8 */
  size_t owned_clusters;
  size_t image_clusters;
  size_t clusters;     /* all of them */
  const double* atoms; /* aligned to 64 bytes */
  forcewire_rows owned_rows;
  forcewire_rows ghost_rows;
  double center[3];
  int32_t compact;
} forcewire_clusters;

/* Energy and virial of the rank: the virial is minus the strain derivative of the energy. */
typedef struct forcewire_sums {
  double energy;
  double virial[3][3];
} forcewire_sums;

/* A potential. All texts and functions must be there, unless they may be NULL. Functions return 0,
 * or another number after they have written an error; none may throw. */
typedef struct forcewire_plugin {
  int32_t abi_version; /* FORCEWIRE_ABI_VERSION. First in every version */
  int32_t option_count;
  const char* name;
  const char* summary; /* one line for --help */
  const char* help;    /* more of it, or NULL */
  const forcewire_option* options;

  /* Called once on each rank, before anything is computed: makes what the others get as `self`. */
  int32_t (*create)(const forcewire_setup* setup, void** self, forcewire_error* error);

  /* Called at the end for what `create` has made. */
  void (*destroy)(void* self);

  /* Beyond which distance no two atoms see each other; more than 0, the same for ever. */
  double (*cutoff)(const void* self);

  /* Energy u(r) of two atoms of species a and b at a distance r below the cutoff, for --check. */
  double (*pair_energy)(const void* self, int32_t a, int32_t b, double r);

  /* Called for each request: forces on the atoms of all owned clusters and images, which begin as
   * anything, and this rank's energy and virial. */
  int32_t (*compute)(void* self, const forcewire_clusters* clusters, double* forces,
                     forcewire_sums* sums, forcewire_error* error);
} forcewire_plugin;

#define FORCEWIRE_EXPORT __attribute__((visibility("default")))

/* The one symbol of the shared object. What it returns is there until the object is unloaded. */
FORCEWIRE_EXPORT const forcewire_plugin* forcewire_get_plugin(void);

#ifdef __cplusplus
}
#endif

#endif
