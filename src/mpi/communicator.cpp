#include "mpi/communicator.hpp"

#include <mpi.h>
#if __has_include(<mpi-ext.h>)
#include <mpi-ext.h>  // Open MPI 5: fault tolerance (ULFM)
#endif

#include <algorithm>
#include <chrono>
#include <utility>

#include "sibyl/error.hpp"
#include "sweep/link/backoff.hpp"

namespace sibyl {

namespace {
constexpr int tag = 1;
/// Smaller than any transport's limit for eager messages (4 KiB for Open MPI's shared memory). The last byte
/// says whether it is the last piece of a message.
constexpr std::size_t largest_piece = 3072;
constexpr std::chrono::seconds farewell_timeout{3};

// A rank that died is noticed by its silence, not by MPI. Whatever else goes wrong is reported.
void check(int code, const char* what) {
  if (code == MPI_SUCCESS) return;
#ifdef MPIX_ERR_PROC_FAILED
  int kind = MPI_SUCCESS;
  MPI_Error_class(code, &kind);
  if (kind == MPIX_ERR_PROC_FAILED) return;
  if (kind == MPIX_ERR_PROC_FAILED_PENDING) {
    MPIX_Comm_failure_ack(MPI_COMM_WORLD);
    return;
  }
#endif
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Error(std::string("MPI can't ") + what + ": " + text);
}

}  // namespace

struct Communicator::Sending {
  Bytes bytes;
  MPI_Request request = MPI_REQUEST_NULL;
};

Communicator::Communicator() {
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

Communicator::~Communicator() {
  const auto deadline = std::chrono::steady_clock::now() + farewell_timeout;
  Backoff backoff;
  for (complete(); !sending_.empty() && std::chrono::steady_clock::now() < deadline; complete())
    backoff.wait();
  // A receiver that is gone never completes it; the bytes must outlive the request, so they are left to it.
  for (auto& left : sending_) static_cast<void>(left.release());
}

void Communicator::complete() {
  std::erase_if(sending_, [](const std::unique_ptr<Sending>& each) {
    int done = 0;
    const int code = MPI_Test(&each->request, &done, MPI_STATUS_IGNORE);
    check(code, "send");
    return done != 0 || code != MPI_SUCCESS;  // to a rank that died
  });
}

void Communicator::send(int rank, const Message& message) {
  complete();
  const Bytes bytes = pack(message);
  std::size_t sent = 0;
  do {
    const std::size_t size = std::min(bytes.size() - sent, largest_piece - 1);
    const auto piece = std::span(bytes).subspan(sent, size);
    sent += size;
    auto sending = std::make_unique<Sending>();
    sending->bytes.assign(piece.begin(), piece.end());
    sending->bytes.push_back(std::byte{sent == bytes.size()});
    check(MPI_Isend(sending->bytes.data(), static_cast<int>(sending->bytes.size()), MPI_BYTE, rank, tag,
                    MPI_COMM_WORLD, &sending->request),
          "send");
    sending_.push_back(std::move(sending));
  } while (sent < bytes.size());
}

std::optional<std::pair<int, bool>> Communicator::receive_piece() {
  int there = 0;
  MPI_Message matched = MPI_MESSAGE_NULL;
  MPI_Status status;
  check(MPI_Improbe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &there, &matched, &status), "look for messages");
  if (!there) return std::nullopt;
  int size = 0;
  MPI_Get_count(&status, MPI_BYTE, &size);
  Bytes& bytes = arriving_[status.MPI_SOURCE];
  bytes.resize(bytes.size() + static_cast<std::size_t>(size));
  check(MPI_Mrecv(bytes.data() + bytes.size() - size, size, MPI_BYTE, &matched, MPI_STATUS_IGNORE),
        "receive");
  if (bytes.empty()) return std::pair{status.MPI_SOURCE, false};  // of a rank that died
  const bool last = bytes.back() != std::byte{0};
  bytes.pop_back();
  return std::pair{status.MPI_SOURCE, last};
}

std::optional<std::pair<int, Message>> Communicator::receive() {
  if (!sending_.empty()) complete();
  while (const auto piece = receive_piece()) {
    const auto [rank, last] = *piece;
    if (!last) continue;
    const Bytes whole = std::exchange(arriving_[rank], {});
    return std::pair{rank, unpack_message(whole)};
  }
  return std::nullopt;
}

}  // namespace sibyl
