#pragma once

#include <fstream>
#include <string>

#include "train/datasets/idx_files.hpp"
#include "train/datasets/temporary_folder.hpp"

/// A file of text in a folder of its own.
class TextFile {
 public:
  explicit TextFile(const std::string& name) : path_(folder_.path() / name) {}
  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& with(const std::string& text) const {
    std::ofstream(path_, std::ios::binary) << text;
    return path_;
  }

 private:
  TemporaryFolder folder_;
  std::filesystem::path path_;
};
