// A potential that needs all ranks: the energy is the square of the number of atoms.

#include <mpi.h>

#include <forcewire/many_body_potential.hpp>
#include <limits>

using namespace forcewire;

struct Collective {
  static constexpr auto name = "collective";
  static constexpr auto summary = "the square of the number of atoms";
  static constexpr Option options[] = {length_option("cutoff", "of its list", "8")};
  static constexpr auto virial = Virial::given;

  explicit Collective(const Setup& setup) : reach(setup.number("cutoff")) {}
  double cutoff() const { return reach; }
  void join(const void* communicator) { world = *static_cast<const MPI_Comm*>(communicator); }

  void compute(const Atoms& atoms, Output& out) {
    double all = atoms.owned();
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_DOUBLE, MPI_SUM, world);
    out.energy = all * atoms.owned();
    out.virial[0][1] = atoms.owned();
    int rank = 0;
    MPI_Comm_rank(world, &rank);
    if (rank != 0) {  // nobody looks at these
      out.extra_json("atoms", "[0, 0");
      out.extra("where", std::numeric_limits<double>::quiet_NaN());
      return;
    }
    out.extra("atoms", all);
    out.extra("where", atoms.owned() > 0 ? atoms.position(0) : Vector{});
  }

  double reach;
  MPI_Comm world = MPI_COMM_NULL;
};
FORCEWIRE_MANY_BODY(Collective)
