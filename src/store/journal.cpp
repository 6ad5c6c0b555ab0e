#include "store/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <limits>
#include <string>

#include "core/error.hpp"
#include "store/journal_format.hpp"

namespace sibyl {

using namespace journal_format;

Journal Journal::create(const std::filesystem::path& path) {
  File file(path, O_RDWR | O_CREAT | O_EXCL);
  try {
    file.write_at(0, make_header());
    file.sync();
    sync_folder_of(path);
  } catch (...) {
    ::unlink(path.c_str());  // ours, and empty: a later start must not trip over it
    throw;
  }
  return Journal(std::move(file), header_size);
}

namespace {

File open_unchanged(const std::filesystem::path& path, const JournalTail& tail) {
  File file(path, O_RDWR);
  if (file.size() != tail.valid_bytes + tail.torn_bytes)
    throw Error("The journal " + path.string() +
                " changed after it was read: another process is writing to it. Two "
                "sweeps can't share a folder: stop the other one, or use another --output.");
  return file;
}

}  // namespace

// A crash leaves the old journal or the new one, each whole.
JournalTail Journal::rewrite(const std::filesystem::path& path) {
  constexpr std::uint64_t commit_bytes = 4 << 20;
  auto beside = path;
  beside += ".tmp";
  ::unlink(beside.c_str());  // of an attempt that was killed
  JournalTail tail;
  try {
    Journal copy = create(beside);
    tail = read_journal(path, [&](Event&& event) {
      copy.append(event);
      if (copy.pending() >= commit_bytes) copy.commit();
    });
    copy.commit();
    if (::rename(beside.c_str(), path.c_str()) != 0) throw_io_error("replace", path, errno);
    tail = {copy.committed_, 0, tail.records, version};
  } catch (...) {
    ::unlink(beside.c_str());
    throw;
  }
  sync_folder_of(path);
  return tail;
}

Journal Journal::open(const std::filesystem::path& path, const JournalTail& found) {
  File file = open_unchanged(path, found);
  JournalTail tail = found;
  if (found.valid_bytes > 0 && found.version != version) {
    tail = rewrite(path);
    file = open_unchanged(path, tail);
  }
  file.resize(tail.valid_bytes);
  const bool has_header = tail.valid_bytes > 0;
  if (!has_header) file.write_at(0, make_header());
  // What was read is now taken for the truth, but whoever wrote it may have been killed before it was synced.
  file.sync();
  sync_folder_of(path);
  return Journal(std::move(file), has_header ? tail.valid_bytes : header_size);
}

void Journal::append(const Event& event) {
  const std::size_t start = pending_.size();
  pending_.resize(start + prefix_size);
  try {
    pack(event, pending_);
    const std::size_t length = pending_.size() - start - prefix_size;
    if (start + length > std::numeric_limits<std::uint32_t>::max())
      throw Error("An event of " + std::to_string(length) +
                  " bytes does not fit into a commit of the journal " + path().string() +
                  " (4 GiB at most): record less in it.");
    std::byte* prefix = pending_.data() + start;
    put_u32(prefix, static_cast<std::uint32_t>(length));
    put_u32(prefix + 4, static_cast<std::uint32_t>(start));
    put_u32(prefix + 8, checksum(prefix, std::span(pending_).subspan(start + prefix_size)));
  } catch (...) {
    pending_.resize(start);
    throw;
  }
}

void Journal::commit() {
  if (pending_.empty()) return;
  try {
    file_.write_at(committed_, pending_);
    file_.sync();
  } catch (const Error& error) {
    std::string text = error.what();
    try {
      file_.resize(committed_);
    } catch (const Error& also) {
      text += std::string(" (") + also.what() + ")";
    }
    throw Error(text +
                " The journal ends with the last event that was acknowledged; nothing acknowledged is lost. "
                "Go on with --resume once that is mended.");
  }
  committed_ += pending_.size();
  pending_.clear();
}

}  // namespace sibyl
