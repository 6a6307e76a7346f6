/* The binary interface between forcewire and a potential in a shared object of its own.
 *
 * Plain C, so that potentials do not depend on a compiler. Those in C++ have it easier with
 * <forcewire/pair_potential.hpp> or <forcewire/many_body_potential.hpp>.
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
#define FORCEWIRE_ABI_VERSION 4

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
  int32_t kind;             /* a forcewire_option_kind */

  /* Of a quantity: its units, and how many species it belongs to. 0: one value for all; 1: each
   * species has its own, which users give as KEY:A=VALUE where it differs from KEY=VALUE; 2: each
   * pair has, KEY:A-B=VALUE. */
  int32_t energy_power;
  int32_t length_power;
  int32_t species;
} forcewire_option;

/* The value of an option: one of the two. */
typedef struct forcewire_value {
  const double* numbers; /* of a quantity: one; species_count; or species_count^2, those of pairs
                            with the first species one after the other */
  const char* text;
} forcewire_value;

/* What a potential is made from. */
typedef struct forcewire_setup {
  int32_t species_count;            /* at least 1 */
  int32_t cluster_width;            /* slots of the clusters that `compute` will get */
  const char* const* species_names; /* species_count; NULL when the user has not named any */
  const forcewire_value* values;    /* of all options, in their order */
} forcewire_setup;

/* What went wrong, for the user: what was expected, and what came. Nobody writes more than there
 * is room for. */
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
  int32_t only_ghosts;
} forcewire_clusters;

/* Energy and virial of the rank: the virial is minus the strain derivative of the energy. */
typedef struct forcewire_sums {
  double energy;
  double virial[3][3];
} forcewire_sums;

/* A neighbour list that a many-body potential asks for. */
typedef struct forcewire_list_kind {
  double cutoff; /* all atoms nearer than this are neighbours; some farther ones are, too */
  int32_t half;  /* not 0: of two neighbours only the one with the lower number has the other */
  int32_t with_ghosts; /* not 0: ghosts have neighbours, too */
} forcewire_list_kind;

/* Neighbours of atom i: neighbor[begin[i]], ..., neighbor[begin[i + 1] - 1]. No atom is its own. */
typedef struct forcewire_list {
  const size_t* begin; /* owned + 1 offsets into neighbor, or total + 1 if ghosts have neighbours */
  const int32_t* neighbor;
} forcewire_list;

/* What a many-body potential sees on one rank. First the owned atoms, 0 to owned - 1, then ghosts:
 * all other atoms that are within the cutoff of an owned one, and some farther ones, whoever owns
 * them, periodic images included. Each is at a place of its own: nothing needs to be wrapped. */
typedef struct forcewire_atoms {
  int32_t owned;
  int32_t total;               /* owned atoms and ghosts */
  const double* positions;     /* x, y, z of each atom */
  const int32_t* species;      /* of each atom, below species_count */
  const int32_t* index;        /* which atom of the request each is, from 0 */
  const int32_t* shift;        /* by how many of each lattice vector, a, b, c, a ghost is moved from
                                  where this atom is owned; zeros for owned atoms. (Of a cell that
                                  is skewed by far: of the shortest vectors of its lattice) */
  const forcewire_list* lists; /* those that were asked for, in their order */
} forcewire_atoms;

/* What a many-body potential finds out, but for the forces. */
typedef struct forcewire_output {
  double energy;       /* of the owned atoms of this rank */
  double virial[3][3]; /* with FORCEWIRE_VIRIAL_GIVEN; minus the strain derivative of the energy */

  /* Sends more to the server with this request, a JSON value under a key of its own: "dipole",
   * "[0, 0, 1.5]". Both are copied. What rank 0 adds is sent, and fails the request if it is no
   * JSON; the others may add what they like, and nobody looks at it. "virial" is taken where there
   * is no virial. */
  void* context;
  void (*add_extra)(void* context, const char* key, const char* json);
} forcewire_output;

/* Where the virial of a many-body potential comes from. */
typedef enum forcewire_virial {
  FORCEWIRE_VIRIAL_OF_FORCES, /* forcewire makes it of the forces on owned atoms and ghosts: right
                                 if energies depend on nothing but relative positions of atoms that
                                 the rank sees */
  FORCEWIRE_VIRIAL_GIVEN,     /* compute_atoms writes it */
  FORCEWIRE_VIRIAL_NONE       /* there is none, and forcewire says so */
} forcewire_virial;

/* A potential of pairs or of many bodies. All texts and functions must be there, unless they may be
 * NULL, and those of the other kind, which must be. Functions return 0, or another number after
 * they have written an error; none may throw. */
typedef struct forcewire_plugin {
  int32_t abi_version; /* FORCEWIRE_ABI_VERSION. First in every version */
  int32_t option_count;
  const char* name;
  const char* summary; /* one line for --help */
  const char* help;    /* more of it, or NULL */
  const forcewire_option* options;

  /* About how long one atom takes on one core, on which depends from how many atoms on more than
   * one rank computes, and of pairs how long their lists are; 0: forcewire has a guess, 0.1 of
   * pairs and 12.5 of many bodies. */
  double microseconds_per_atom;

  /* Called once on each rank, before anything is computed: makes what the others get as `self`. */
  int32_t (*create)(const forcewire_setup* setup, void** self, forcewire_error* error);

  /* Called at the end for what `create` has made. */
  void (*destroy)(void* self);

  /* Beyond which distance no two atoms see each other; more than 0, the same for ever. */
  double (*cutoff)(const void* self);

  /* Called once on each rank after `create`, with a pointer to an MPI_Comm of all ranks that
   * outlives what `create` has made. Or NULL: then the potential does not communicate. If there is
   * one, all ranks compute each request, also those that own no atom. */
  int32_t (*join)(void* self, const void* mpi_communicator, forcewire_error* error);

  /* Pairs. */

  /* Energy u(r) of two atoms of species a and b at a distance r below the cutoff, for --check. */
  double (*pair_energy)(const void* self, int32_t a, int32_t b, double r);

  /* Called for each request: forces on the atoms of all owned clusters and images, which begin as
   * anything, and this rank's energy and virial. */
  int32_t (*compute)(void* self, const forcewire_clusters* clusters, double* forces,
                     forcewire_sums* sums, forcewire_error* error);

  /* Many bodies. */

  int32_t virial; /* a forcewire_virial */

  /* How many neighbour lists it needs, 1 to 16, and which: asked once after `create`. None is
   * longer than the cutoff. Where atoms see others only through common neighbours, the cutoff is
   * how far they see in all: ghosts reach as far. */
  int32_t (*list_count)(const void* self);
  void (*lists)(const void* self, forcewire_list_kind* kinds);

  /* Called for each request on each rank that owns atoms, and on the others as well if there is a
   * `join`, then with no atoms: energy of the owned atoms and minus its derivatives by the position
   * of each atom, owned or ghost. forcewire brings forces on ghosts home.
   * forces: x, y, z on each of all atoms; zeros at first. */
  int32_t (*compute_atoms)(void* self, const forcewire_atoms* atoms, double* forces,
                           forcewire_output* output, forcewire_error* error);
} forcewire_plugin;

#define FORCEWIRE_EXPORT __attribute__((visibility("default")))

/* The one symbol of the shared object. What it returns is there until the object is unloaded. */
FORCEWIRE_EXPORT const forcewire_plugin* forcewire_get_plugin(void);

#ifdef __cplusplus
}
#endif

#endif
