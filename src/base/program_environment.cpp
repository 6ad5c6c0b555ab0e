#include "base/program_environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>

namespace sibyl {

Variables variables_for_programs() {
  static const std::vector<std::string> of_ranks = {
      "OMPI_",        "PMIX_",         "PMI_",         "PRTE_",      "MPI_LOCAL",  "HYDRA_", "SLURM_NTASKS",
      "SLURM_PROCID", "SLURM_LOCALID", "SLURM_NODEID", "SLURM_STEP", "SLURM_TASK", "SIBYL_"};
  Variables all;
  for (char** each = environ; *each; ++each) {
    const std::string text = *each;
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    const std::string name = text.substr(0, equals);
    const bool of_a_rank = std::any_of(of_ranks.begin(), of_ranks.end(),
                                       [&](const std::string& prefix) { return name.starts_with(prefix); });
    if (!of_a_rank || name == "SIBYL_DATA") all[name] = text.substr(equals + 1);
  }
  return all;
}

std::string hyperparameter_variable(const std::string& name) {
  std::string variable = "SIBYL_HP_" + name;
  for (char& c : variable)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return variable;
}

std::vector<std::string> listed(const Variables& all) {
  std::vector<std::string> words;
  for (const auto& [name, value] : all) words.push_back(name + "=" + value);
  return words;
}

}  // namespace sibyl
