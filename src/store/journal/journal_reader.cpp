#include <fcntl.h>

#include <algorithm>
#include <optional>
#include <string>

#include "sibyl/error.hpp"
#include "store/journal/journal.hpp"
#include "store/journal/journal_format.hpp"

namespace sibyl {
namespace {

using namespace journal_format;

// The file as it was when the reading began, through a window: it may be larger than memory, and grow
// meanwhile.
class Window {
 public:
  explicit Window(const File& file) : file_(file), size_(file.size()) {}

  std::uint64_t size() const { return size_; }

  /// Bytes [offset, offset + count) of the file, fewer where it ends. Valid until the next call.
  std::span<const std::byte> at(std::uint64_t offset, std::uint64_t count) {
    count = std::min(count, size_ - std::min(offset, size_));
    if (offset < start_ || offset + count > start_ + buffer_.size()) load(offset, count);
    return std::span<const std::byte>(buffer_).subspan(offset - start_, count);
  }

 private:
  void load(std::uint64_t offset, std::uint64_t count) {
    constexpr std::uint64_t usual = 4 << 20;
    const std::uint64_t wanted = std::min(std::max(count, usual), size_ - offset);
    start_ = offset;
    buffer_.resize(wanted);
    if (file_.read_at(offset, buffer_) < wanted)
      throw Error(
          "The journal " + file_.path().string() +
          " became shorter while it was read: another process is writing to it. Stop that one, or wait for it, and try again.");
  }

  const File& file_;
  std::uint64_t size_;
  std::uint64_t start_ = 0;
  Bytes buffer_;
};

// The payload of the record that begins at an offset; none if there is no whole and sound one. No event is
// empty.
std::optional<std::span<const std::byte>> record_at(Window& window, std::uint64_t offset) {
  const auto prefix = window.at(offset, prefix_size);
  if (prefix.size() < prefix_size) return {};
  const std::uint64_t length = get_u32(prefix.data());
  if (length == 0 || length > window.size() - offset - prefix_size) return {};
  const auto record = window.at(offset, prefix_size + length);
  if (checksum(record.data(), record.subspan(prefix_size)) != get_u32(record.data() + 8)) return {};
  return record.subspan(prefix_size);
}

[[noreturn]] void throw_damaged(const File& file, std::uint64_t offset, std::uint64_t record,
                                const std::string& why) {
  const std::string at = std::to_string(offset);
  throw Error(
      "The journal " + file.path().string() + " is damaged: record " + std::to_string(record + 1) +
      ", at byte " + at + ", " + why +
      ". What it says can't be trusted from there on. Restore the file from a copy; or, to go on from the record before (what came later is trained again), cut it with `truncate -s " +
      at + " " + file.path().string() + "`.");
}

// Nothing sound begins at `offset`. Is that the end of an interrupted write, or damage? See journal.hpp. A
// spoilt length hides where the next record begins, so every byte is tried; nearly all fail at their length
// or place.
void require_torn_tail(Window& window, const File& file, std::uint64_t offset, std::uint64_t record) {
  for (std::uint64_t next = offset + 1; next + prefix_size < window.size(); ++next) {
    const auto prefix = window.at(next, prefix_size);
    const std::uint64_t length = get_u32(prefix.data()), place = get_u32(prefix.data() + 4);
    const bool began_later = place < next - offset;
    if (length == 0 || length > window.size() - next - prefix_size || !began_later) continue;
    if (record_at(window, next))
      throw_damaged(file, offset, record, "does not match its checksum, and later commits follow");
  }
  // No commit is as large as this, so some of it was acknowledged. Zeros were never written: a machine that
  // lost power may leave any number of them.
  constexpr std::uint64_t far = 16 << 20;
  if (window.size() - offset <= far) return;
  for (std::uint64_t next = offset; next < window.size(); next += far)
    for (const std::byte each : window.at(next, far))
      if (each != std::byte{0})
        throw_damaged(file, offset, record, "is followed by more than an unfinished commit");
}

// Was the writer stopped before the header was on the disk? Then there is nothing in the journal.
bool unborn(Window& window) {
  const auto bytes = window.at(0, header_size + 1);
  const auto expected = make_header();
  return (bytes.size() < header_size && std::equal(bytes.begin(), bytes.end(), expected.begin())) ||
         (bytes.size() <= header_size &&
          std::all_of(bytes.begin(), bytes.end(), [](std::byte each) { return each == std::byte{0}; }));
}

// Returns the version of the records.
std::uint32_t check_header(Window& window, const File& file) {
  const std::string name = file.path().string();
  const auto expected = make_header();
  const auto header = window.at(0, header_size);
  if (header.size() < header_size ||
      !std::equal(header.begin(), header.begin() + magic.size(), expected.begin()))
    throw Error("The file " + name + " is not a journal of Sibyl: it does not begin with " +
                std::string(magic) + ". Check the path.");
  const std::uint32_t found = get_u32(header.data() + magic.size());
  if (found > version)
    throw Error("The journal " + name + " has format version " + std::to_string(found) +
                ", which is newer than this program's (" + std::to_string(version) +
                "). Read it with the version of Sibyl that wrote it, or a newer one.");
  if (found == 0)
    throw Error("The journal " + name + " has the unknown format version " + std::to_string(found) +
                ": its header is damaged. Restore it from a copy.");
  return found;
}

}  // namespace

bool is_journal(const std::filesystem::path& path) {
  const File file(path, O_RDONLY);
  Window window(file);
  const auto expected = make_header();
  const auto found = window.at(0, magic.size());
  return unborn(window) ||
         (found.size() == magic.size() && std::equal(found.begin(), found.end(), expected.begin()));
}

JournalTail read_journal(const std::filesystem::path& path, const std::function<void(Event&&)>& callback) {
  const File file(path, O_RDONLY);
  Window window(file);
  if (unborn(window)) return {0, window.size(), 0};
  JournalTail tail{header_size, 0, 0, check_header(window, file)};
  while (tail.valid_bytes < window.size()) {
    const auto payload = record_at(window, tail.valid_bytes);
    if (!payload) {
      require_torn_tail(window, file, tail.valid_bytes, tail.records);
      break;
    }
    const std::uint64_t length = payload->size();
    Event event;
    try {
      event = unpack_event(*payload, tail.version);
    } catch (const Error& error) {  // its checksum is right, so it is what somebody wrote
      throw Error("The journal " + path.string() +
                  " holds something that this program does not know: record " +
                  std::to_string(tail.records + 1) + ", at byte " + std::to_string(tail.valid_bytes) + " (" +
                  error.what() + "). Read it with the version of Sibyl that wrote it, or a newer one.");
    }
    try {
      callback(std::move(event));
    } catch (const Contradiction& problem) {
      throw_damaged(file, tail.valid_bytes, tail.records, std::string("says ") + problem.what());
    }
    tail.valid_bytes += prefix_size + length;
    ++tail.records;
  }
  tail.torn_bytes = window.size() - tail.valid_bytes;
  return tail;
}

}  // namespace sibyl
