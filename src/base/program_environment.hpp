#pragma once

#include <map>
#include <string>
#include <vector>

namespace sibyl {

/// Environment variables by name.
using Variables = std::map<std::string, std::string>;

Variables variables_of_this_process();
/// The same for a program that it starts: without what would make that, or a library in it, take
/// itself for a rank of this sweep's.
Variables variables_for_programs();
/// What programs find a hyperparameter's value in: "SIBYL_HP_" and its name, '_' for what no variable can
/// have.
std::string hyperparameter_variable(const std::string& name);
/// As execve() takes them.
std::vector<std::string> listed(const Variables& all);

}  // namespace sibyl
