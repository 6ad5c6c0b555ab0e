#include "mpi/communicator.hpp"

#include <mpi.h>

#include <chrono>

#include "mpi/backoff.hpp"

namespace sibyl {

namespace {
constexpr int tag = 1;
constexpr std::chrono::seconds longest_farewell{3};
}  // namespace

struct Communicator::Sending {
  Bytes bytes;
  MPI_Request request = MPI_REQUEST_NULL;
};

Communicator::Communicator() = default;

Communicator::~Communicator() {
  const auto deadline = std::chrono::steady_clock::now() + longest_farewell;
  Backoff backoff;
  for (complete(); !sending_.empty() && std::chrono::steady_clock::now() < deadline; complete())
    backoff.wait();
  // A receiver that is gone never completes it; the bytes must outlive the request, so they are left to it.
  for (auto& left : sending_) static_cast<void>(left.release());
}

void Communicator::complete() {
  std::erase_if(sending_, [](const std::unique_ptr<Sending>& each) {
    int done = 0;
    MPI_Test(&each->request, &done, MPI_STATUS_IGNORE);
    return done != 0;
  });
}

void Communicator::send(int rank, const Message& message) {
  complete();
  auto sending = std::make_unique<Sending>();
  sending->bytes = pack(message);
  MPI_Isend(sending->bytes.data(), static_cast<int>(sending->bytes.size()), MPI_BYTE, rank, tag,
            MPI_COMM_WORLD, &sending->request);
  sending_.push_back(std::move(sending));
}

std::optional<std::pair<int, Message>> Communicator::receive() {
  if (!sending_.empty()) complete();
  int there = 0;
  MPI_Message matched;
  MPI_Status status;
  MPI_Improbe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &there, &matched, &status);
  if (!there) return std::nullopt;
  int size = 0;
  MPI_Get_count(&status, MPI_BYTE, &size);
  Bytes bytes(static_cast<std::size_t>(size));
  MPI_Mrecv(bytes.data(), size, MPI_BYTE, &matched, MPI_STATUS_IGNORE);
  return std::pair{status.MPI_SOURCE, unpack_message(bytes)};
}

}  // namespace sibyl
