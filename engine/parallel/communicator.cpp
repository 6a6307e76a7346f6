#include "engine/parallel/communicator.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "engine/parallel/doze.hpp"
#include "engine/parallel/mpi_error.hpp"

namespace forcewire {

namespace {

// MPI counts are int: longer messages go in pieces.
constexpr std::size_t longest_piece = std::size_t{1} << 30;
static_assert(longest_piece <= static_cast<std::size_t>(std::numeric_limits<int>::max()));

constexpr int tag = 0;  // order tells messages apart

template <typename T, typename Call>
void in_pieces(std::span<T> data, Call call) {
  for (std::size_t begin = 0; begin < data.size(); begin += longest_piece) {
    const std::size_t count = std::min(longest_piece, data.size() - begin);
    call(data.data() + begin, static_cast<int>(count));
  }
}

/// The parts of an operation that `call(piece, count, request)` begins.
template <typename T, typename Call>
Pending start_in_pieces(std::span<T> data, Call call) {
  std::vector<MPI_Request> requests;
  in_pieces(data, [&](T* piece, int count) {
    call(piece, count, &requests.emplace_back(MPI_REQUEST_NULL));
  });
  return Pending(std::move(requests));
}

template <typename T>
T reduce_to_all(T value, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  T result = value;
  check_mpi(MPI_Allreduce(&value, &result, 1, type, op, comm), "MPI_Allreduce");
  return result;
}

}  // namespace

Communicator Communicator::world(std::chrono::nanoseconds patience) {
  using Clock = std::chrono::steady_clock;
  // The others give the root the time to end all of them.
  constexpr std::chrono::seconds later{5};
  int rank = 0;
  check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &rank), "MPI_Comm_rank");
  const auto end = Clock::now() + patience + (rank == 0 ? std::chrono::seconds(0) : later);
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(MPI_Ibarrier(MPI_COMM_WORLD, &request), "MPI_Ibarrier");
  Pending meeting({request});
  doze_until([&] {
    if (meeting.test()) return true;
    if (Clock::now() >= end) throw NoContact(patience);
    return false;
  });
  return Communicator(MPI_COMM_WORLD);
}

Communicator Communicator::self() { return Communicator(MPI_COMM_SELF); }

Communicator::Communicator(MPI_Comm comm) {
  check_mpi(MPI_Comm_dup(comm, &comm_), "MPI_Comm_dup");
  *this = adopt(std::exchange(comm_, MPI_COMM_NULL));
}

Communicator Communicator::adopt(MPI_Comm comm) {
  Communicator result;
  result.comm_ = comm;
  check_mpi(MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check_mpi(MPI_Comm_rank(comm, &result.rank_), "MPI_Comm_rank");
  check_mpi(MPI_Comm_size(comm, &result.size_), "MPI_Comm_size");
  return result;
}

Communicator::~Communicator() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (comm_ != MPI_COMM_NULL && finalized == 0) MPI_Comm_free(&comm_);
}

Communicator::Communicator(Communicator&& other) noexcept
    : comm_(std::exchange(other.comm_, MPI_COMM_NULL)), rank_(other.rank_), size_(other.size_) {}

Communicator& Communicator::operator=(Communicator&& other) noexcept {
  std::swap(comm_, other.comm_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
  return *this;
}

Communicator Communicator::split(int color) const {
  MPI_Comm part = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split(comm_, color, rank_, &part), "MPI_Comm_split");
  return adopt(part);
}

Communicator Communicator::split_by_node() const {
  MPI_Comm part = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(comm_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &part),
            "MPI_Comm_split_type");
  return adopt(part);
}

void Communicator::barrier() const { check_mpi(MPI_Barrier(comm_), "MPI_Barrier"); }

void Communicator::broadcast(std::span<double> data) const {
  in_pieces(data, [this](double* piece, int count) {
    check_mpi(MPI_Bcast(piece, count, MPI_DOUBLE, 0, comm_), "MPI_Bcast");
  });
}

std::string Communicator::broadcast_text(const std::string& text, int source) const {
  std::uint64_t length = text.size();
  check_mpi(MPI_Bcast(&length, 1, MPI_UINT64_T, source, comm_), "MPI_Bcast");
  std::string result = text;
  result.resize(length);
  in_pieces(std::span(result), [this, source](char* piece, int count) {
    check_mpi(MPI_Bcast(piece, count, MPI_CHAR, source, comm_), "MPI_Bcast");
  });
  return result;
}

int Communicator::broadcast_number(int value, int source) const {
  check_mpi(MPI_Bcast(&value, 1, MPI_INT, source, comm_), "MPI_Bcast");
  return value;
}

void Communicator::sum(std::span<double> data) const { sum_as(MPI_DOUBLE, data); }

void Communicator::sum(std::span<std::int64_t> data) const { sum_as(MPI_INT64_T, data); }

template <typename T>
void Communicator::sum_as(MPI_Datatype type, std::span<T> data) const {
  if (size_ == 1) return;
  in_pieces(data, [&](T* piece, int count) {
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, piece, count, type, MPI_SUM, comm_), "MPI_Allreduce");
  });
}

void Communicator::sum_to_root(std::span<double> data) const {
  if (size_ == 1) return;
  in_pieces(data, [this](double* piece, int count) {
    const void* send = is_root() ? MPI_IN_PLACE : piece;
    void* receive = is_root() ? piece : nullptr;
    check_mpi(MPI_Reduce(send, receive, count, MPI_DOUBLE, MPI_SUM, 0, comm_), "MPI_Reduce");
  });
}

Pending Communicator::start_send(std::span<const double> data, int to) const {
  return start_in_pieces(data, [this, to](const double* piece, int count, MPI_Request* request) {
    check_mpi(MPI_Isend(piece, count, MPI_DOUBLE, to, tag, comm_, request), "MPI_Isend");
  });
}

Pending Communicator::start_receive(std::span<double> data, int from) const {
  return start_in_pieces(data, [this, from](double* piece, int count, MPI_Request* request) {
    check_mpi(MPI_Irecv(piece, count, MPI_DOUBLE, from, tag, comm_, request), "MPI_Irecv");
  });
}

Pending Communicator::start_gather(std::span<const std::byte> own, std::span<std::byte> all) const {
  const int count = static_cast<int>(own.size());
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(
      MPI_Igather(own.data(), count, MPI_BYTE, all.data(), count, MPI_BYTE, 0, comm_, &request),
      "MPI_Igather");
  return Pending({request});
}

int Communicator::max(int value) const { return reduce_to_all(value, MPI_INT, MPI_MAX, comm_); }

int Communicator::min(int value) const { return reduce_to_all(value, MPI_INT, MPI_MIN, comm_); }

Pending Communicator::start_max(std::span<int> data) const {
  return start_in_pieces(data, [this](int* piece, int count, MPI_Request* request) {
    check_mpi(MPI_Iallreduce(MPI_IN_PLACE, piece, count, MPI_INT, MPI_MAX, comm_, request),
              "MPI_Iallreduce");
  });
}

std::vector<int> Communicator::gather_to_all(int value) const {
  std::vector<int> result(static_cast<std::size_t>(size_));
  check_mpi(MPI_Allgather(&value, 1, MPI_INT, result.data(), 1, MPI_INT, comm_), "MPI_Allgather");
  return result;
}

std::uint64_t Communicator::common_bits(std::uint64_t bits) const {
  if (size_ == 1) return bits;
  return reduce_to_all(bits, MPI_UINT64_T, MPI_BAND, comm_);
}

}  // namespace forcewire
