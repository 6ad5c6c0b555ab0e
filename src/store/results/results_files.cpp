#include "store/results/results_files.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "sibyl/error.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

fs::path with(const fs::path& path, const char* ending) {
  fs::path other = path;
  other += ending;
  return other;
}

[[noreturn]] void throw_not_published(const Error& error, const fs::path& path) {
  throw Error(std::string(error.what()) + " The results file " + path.string() +
              " was not published; what was there before is unchanged, and the journal holds everything.");
}

void rename_to(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_io_error("replace", to, errno);
}

}  // namespace

void write_results(const fs::path& path, const hdf5::Update& update) {
  const fs::path beside = with(path, ".tmp");
  try {
    try {
      hdf5::GrowingFile file(create_anew(beside));
      file.write(update, 1, nullptr);
      rename_to(beside, path);
    } catch (...) {
      ::unlink(beside.c_str());
      throw;
    }
    sync_folder_of(path);
  } catch (const Error& error) {
    throw_not_published(error, path);
  }
}

ResultsFiles::ResultsFiles(fs::path path) : path_(std::move(path)), beside_(with(path_, ".tmp")) {}

void ResultsFiles::publish(const hdf5::Update& update) {
  try {
    hdf5::GrowingFile file = take_spare();
    try {
      file.write(update, version_ + 1, newest_ ? &*newest_ : nullptr);
      change_places(std::move(file));
    } catch (...) {
      ::unlink(beside_.c_str());
      throw;
    }
    ++version_;
    sync_folder_of(path_);
  } catch (const Error& error) {
    throw_not_published(error, path_);
  }
}

hdf5::GrowingFile ResultsFiles::take_spare() {
  if (spare_is_usable()) {
    hdf5::GrowingFile file = std::move(*spare_);
    spare_.reset();
    return file;
  }
  spare_.reset();
  return hdf5::GrowingFile(create_anew(beside_));
}

// It is ours; not most of it is of no use any more; and nobody else has it open, as far as that can be seen.
bool ResultsFiles::spare_is_usable() {
  constexpr std::uint64_t small = 1 << 20;
  return spare_ && spare_->file().is_at_its_path() && spare_->size() <= 2 * spare_->size_in_use() + small &&
         !spare_->file().is_open_elsewhere();
}

void ResultsFiles::change_places(hdf5::GrowingFile written) {
  std::optional<hdf5::GrowingFile> before = std::move(newest_);
  newest_.reset();
  const bool ours = before && before->file().is_at_its_path();
  bool kept = ours && ::renameat2(AT_FDCWD, beside_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) == 0;
  if (!kept) {
    // The same in two steps, with a second name for the old file meanwhile.
    const fs::path old = with(path_, ".old");
    ::unlink(old.c_str());
    const bool named = ours && ::link(path_.c_str(), old.c_str()) == 0;
    if (::rename(beside_.c_str(), path_.c_str()) != 0) {
      const int error = errno;
      if (named) ::unlink(old.c_str());
      newest_ = std::move(before);
      throw_io_error("replace", path_, error);
    }
    kept = named && ::rename(old.c_str(), beside_.c_str()) == 0;
    if (named && !kept) ::unlink(old.c_str());
  }
  newest_ = std::move(written);
  newest_->file().renamed(path_);
  if (!kept) return;
  spare_ = std::move(before);
  spare_->file().renamed(beside_);
}

void ResultsFiles::tidy() {
  spare_.reset();
  ::unlink(beside_.c_str());
}

}  // namespace sibyl
