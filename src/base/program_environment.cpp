#include "base/program_environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>

namespace sibyl {

Variables variables_of_this_process() {
  Variables all;
  for (char** each = environ; *each; ++each) {
    const std::string text = *each;
    const auto equals = text.find('=');
    if (equals != std::string::npos && equals > 0) all[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return all;
}

Variables variables_for_programs() {
  static const std::vector<std::string> of_ranks = {
      "OMPI_",        "PMIX_",         "PMI_",         "PRTE_",      "MPI_LOCAL",  "HYDRA_", "SLURM_NTASKS",
      "SLURM_PROCID", "SLURM_LOCALID", "SLURM_NODEID", "SLURM_STEP", "SLURM_TASK", "SIBYL_"};
  Variables all = variables_of_this_process();
  std::erase_if(all, [&](const auto& variable) {
    const std::string& name = variable.first;
    return name != "SIBYL_DATA" && std::any_of(of_ranks.begin(), of_ranks.end(),
                                               [&](const auto& prefix) { return name.starts_with(prefix); });
  });
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
