#include "cli/options/command_table.hpp"

#include <sstream>

#include "base/find_kind.hpp"
#include "base/nearest.hpp"

namespace sibyl {

const std::vector<CommandRow>& command_table() {
  // clang-format off
  static const std::vector<CommandRow> table = {
      {Command::search, "search", "",
       "run the sweep (the default): mpirun -n 5 {job} ..., or without mpirun in one process"},
      {Command::space, "space", "", "print the search space"},
      {Command::plan, "plan", "", "print what a sweep would train, and how long that takes"},
      {Command::summary, "summary", "[DIR]", "print the best trials of a sweep"},
      {Command::status, "status", "[DIR...]",
       "print where a sweep runs, how far it is and each of its starts; of several, a line each. Exit code 0: finished, 75: not, and --resume helps, 1: given up, failed, or its last three starts trained nothing; of several, the worst"},
      {Command::rebuild, "rebuild", "[DIR]", "write results.h5 anew from the journal and what retrain left"},
      {Command::submit, "submit", "",
       "write a Slurm batch script for a sweep and submit it (--dry-run: show it): {job} submit --nodes 4 --gpus-per-node 8 --time 4h -- --max-epochs 81"},
      {Command::retrain, "retrain", "[DIR]",
       "train the best trial (or --trial N, --top K) anew on training and validation data, for as many epochs as were best, and score it once on the test set"},
      {Command::export_model, "export", "[DIR]",
       "write the best trial's model (or --trial N, --top K) as TorchScript, which Python's torch.jit.load opens"},
      {Command::predict, "predict", "[DIR]",
       "write what the best trial's model (or --trial N) says of new samples: {job} predict DIR --input new.csv --output predictions.csv"},
      {Command::help, "help", "[COMMAND]", "print this text, or what a command takes"},
  };
  // clang-format on
  return table;
}

const std::string& name_of(Command command) {
  static const std::string version = "--version";
  for (const CommandRow& row : command_table())
    if (row.command == command) return row.name;
  return version;
}

Command find_command(const std::string& name) {
  std::string known;
  for (const CommandRow& row : command_table()) {
    if (row.name == name) return row.command;
    if (row.command == Command::help) continue;
    known +=
        (known.empty() ? "" : ", ") + row.name + (row.command == Command::search ? " (the default)" : "");
  }
  throw UsageError("'" + name + "' is no command" + did_you_mean(name, names_of(command_table())) +
                   ": there are " + known);
}

std::string names_of(const Commands& commands) {
  std::string text;
  for (const CommandRow& row : command_table())
    if (row.command != Command::help && commands.contains(row.command))
      text += (text.empty() ? "" : ", ") + row.name;
  return text;
}

std::string wrapped(const std::string& text, std::size_t column, std::size_t blanks) {
  constexpr std::size_t width = 120;
  std::string lines;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (!lines.empty() && column + 1 + word.size() > width) {
      lines += "\n" + std::string(blanks, ' ');
      column = blanks;
    } else if (!lines.empty()) {
      lines += " ";
      ++column;
    }
    lines += word;
    column += word.size();
  }
  return lines;
}

std::string with_job(std::string text, const std::string& job) {
  const std::string place = "{job}";
  for (auto at = text.find(place); at != std::string::npos; at = text.find(place, at + job.size()))
    text.replace(at, place.size(), job);
  return text;
}

}  // namespace sibyl
