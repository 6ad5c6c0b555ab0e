#include "launch/recorded_environment.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace sibyl {

std::map<std::string, std::string> recorded_environment(const std::map<std::string, std::string>& all) {
  static const std::vector<std::string_view> prefixes = {"SLURM_", "CUDA_", "OMP_", "MKL_", "OPENBLAS_"};
  static const std::vector<std::string_view> names = {"LD_LIBRARY_PATH", "LOADEDMODULES"};
  // Slurm's own JWT is one: SLURM_JWT.
  static const std::vector<std::string_view> secrets = {"JWT",  "TOKEN", "SECRET",
                                                        "PASS", "KEY",   "CREDENTIAL"};
  constexpr std::size_t max_length = 4000;
  std::map<std::string, std::string> recorded;
  for (const auto& [name, value] : all) {
    const auto begins = [&name = name](std::string_view prefix) { return name.starts_with(prefix); };
    const auto has = [&name = name](std::string_view part) { return name.find(part) != std::string::npos; };
    const bool is_wanted = std::any_of(prefixes.begin(), prefixes.end(), begins) ||
                           std::find(names.begin(), names.end(), name) != names.end();
    if (is_wanted && std::none_of(secrets.begin(), secrets.end(), has))
      recorded[name] = clip(value, max_length);
  }
  return recorded;
}

}  // namespace sibyl
