#include "sweep/options/named_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace sibyl {

std::string read_named_file(const std::string& option, const std::filesystem::path& file,
                            std::size_t max_bytes) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::string text(max_bytes + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  const auto size = static_cast<std::size_t>(in.gcount());
  if (size > max_bytes)
    throw UsageError("--" + option + ": " + file.string() + " is larger than " +
                     std::to_string(max_bytes >> 20) + " MiB, which no such file is");
  if (!in.eof())
    throw UnreadableFile("--" + option + ": can't read " + file.string() + ": " +
                         (errno != 0 ? std::strerror(errno) : "it is no file"));
  text.resize(size);
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);  // some editors' mark of UTF-8
  return text;
}

}  // namespace sibyl
