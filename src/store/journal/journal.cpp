#include "store/journal/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <span>
#include <string>

#include "sibyl/error.hpp"
#include "store/journal/journal_format.hpp"

namespace sibyl {

using namespace journal_format;
namespace fs = std::filesystem;

namespace {

[[noreturn]] void throw_in_use(const fs::path& path) {
  throw Error(
      "The journal " + path.string() +
      " is in use: another process is writing to it. Two sweeps can't share a folder: wait for the other one or stop it, or use another --output.");
}

void take_lock(File& file) {
  if (file.lock() == File::Lock::held_by_another) throw_in_use(file.path());
}

}  // namespace

void require_no_writer(const fs::path& path) {
  if (File(path, O_RDONLY).is_locked_by_another()) throw_in_use(path);
}

Journal Journal::create(const std::filesystem::path& path) {
  File file(path, O_RDWR | O_CREAT | O_EXCL);
  try {
    take_lock(file);
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
  take_lock(file);
  if (file.size() != tail.valid_bytes + tail.torn_bytes)
    throw Error(
        "The journal " + path.string() +
        " changed after it was read: another process is writing to it. Two sweeps can't share a folder: stop the other one, or use another --output.");
  return file;
}

}  // namespace

// A crash leaves the old journal or the new one, each whole.
JournalTail Journal::rewrite(const std::filesystem::path& path) {
  constexpr std::uint64_t commit_bytes = 4 << 20;
  auto beside = path;
  beside += ".tmp";
  ::unlink(beside.c_str());  // of a try that was killed
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
  if (uncut_) cut_back();
  require_own();
  try {
    file_.write_at(committed_, pending_);
    file_.sync();
  } catch (const Error& error) {
    uncut_ = true;
    std::string text = error.what();
    try {
      cut_back();
    } catch (const Error& also) {
      text += std::string(" (") + also.what() + ")";
    }
    throw Error(
        text +
        " The journal ends with the last event that was acknowledged; nothing acknowledged is lost. Go on with --resume once that is mended.");
  }
  committed_ += pending_.size();
  pending_.clear();
}

void Journal::cut_back() {
  file_.resize(committed_);
  uncut_ = false;
}

// Two calls that ask no disk: some microseconds, of the hundreds that a commit takes.
void Journal::require_own() {
  const std::string name = "The journal " + path().string();
  if (!file_.is_at_its_path())
    throw JournalLost(name +
                      " was deleted, or another file was put in its place, while the sweep wrote to it.");
  if (const std::uint64_t size = file_.size(); size != committed_)
    throw JournalLost(name + " has " + std::to_string(size) + " bytes where this sweep has written " +
                      std::to_string(committed_) + ": somebody else has changed it.");
}

fs::path Journal::rescue() const {
  const fs::path path = rescue_path(file_.path());
  File copy(path, O_RDWR | O_CREAT | O_EXCL);
  try {
    Bytes block(4 << 20);
    for (std::uint64_t done = 0; done < committed_;) {
      const std::size_t wanted = std::min<std::uint64_t>(block.size(), committed_ - done);
      if (file_.read_at(done, std::span(block).first(wanted)) < wanted) throw Error("it was cut");
      copy.write_at(done, std::span(block).first(wanted));
      done += wanted;
    }
    copy.write_at(committed_, pending_);
    copy.sync();
    sync_folder_of(path);
    if (read_journal(path, [](Event&&) {}).valid_bytes == committed_ + pending_.size()) return path;
  } catch (const Error&) {  // it is lost: that was said already
  }
  ::unlink(path.c_str());
  return {};
}

}  // namespace sibyl
