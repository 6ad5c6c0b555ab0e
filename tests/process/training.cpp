#include "process/training.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

CapturedErrors::CapturedErrors() : original_(dup(STDERR_FILENO)) {
  std::string name = (std::filesystem::temp_directory_path() / "sibyl_process_XXXXXX").string();
  file_ = mkstemp(name.data());
  std::filesystem::remove(name);  // the descriptor is enough
  dup2(file_, STDERR_FILENO);
}

CapturedErrors::~CapturedErrors() {
  dup2(original_, STDERR_FILENO);
  close(original_);
  close(file_);
}

std::string CapturedErrors::text() const {
  std::string text(static_cast<std::size_t>(lseek(file_, 0, SEEK_END)), '\0');
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, pread(file_, text.data(), text.size(), 0))));
  return text;
}
