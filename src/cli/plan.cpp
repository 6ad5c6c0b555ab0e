#include "cli/plan.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/table.hpp"
#include "core/simulation.hpp"

namespace sibyl {

namespace {

// A row a bracket of the first iteration; what the search space or --max-trials cut away is left out.
void print_brackets(std::ostream& out, const std::vector<RungStatus>& rungs, int width) {
  std::size_t most = 0;
  std::vector<std::vector<std::string>> rows;
  for (const RungStatus& rung : rungs) {
    if (rung.iteration > 0) break;
    if (rung.rung == 0) rows.push_back({std::to_string(rung.bracket)});
    rows.back().push_back(rung.expected == 0
                              ? "-"
                              : std::to_string(rung.expected) + (rung.expected == 1 ? " trial" : " trials") +
                                    " to epoch " + std::to_string(rung.epoch));
    most = std::max(most, rows.back().size());
  }
  std::vector<std::string> header{"bracket"};
  for (std::size_t rung = 0; rung + 1 < most; ++rung) header.push_back("rung " + std::to_string(rung));
  TextTable table(header);
  for (auto& row : rows) {
    row.resize(most);
    table.add(row);
  }
  table.print(out, width);
}

}  // namespace

void print_plan(std::ostream& out, const Options& options, const SearchSpace& space,
                const Objective& objective, std::int64_t checkpoint_bytes, int width) {
  SweepOptions sweep = options.sweep;
  sweep.executions_per_trial = 1;  // each takes its epochs one after the other: the same in any number
  const int executions = options.sweep.executions_per_trial;
  Oracle oracle = make_oracle(sweep, space, objective);
  const SimulatedSweep run = simulate(oracle, options.workers, {});
  const auto rungs = oracle.scheduler().rungs();
  const std::int64_t epochs = run.epochs * executions;
  const double makespan = run.makespan * executions;

  if (options.json) {
    nlohmann::ordered_json plan{{"trials", oracle.trials().size()},
                                {"epochs", epochs},
                                {"workers", options.workers},
                                {"makespan_epochs", makespan},
                                {"busy_share", run.busy_share(options.workers)},
                                {"checkpoints", (run.most_checkpoints + 1) * executions},
                                {"checkpoint_bytes", checkpoint_bytes},
                                {"rungs", nlohmann::ordered_json::array()}};
    for (const RungStatus& rung : rungs)
      plan["rungs"].push_back({{"iteration", rung.iteration},
                               {"bracket", rung.bracket},
                               {"rung", rung.rung},
                               {"trials", rung.expected},
                               {"epoch", rung.epoch}});
    out << plan.dump(2) << '\n';
    return;
  }
  if (sweep.scheduler == "hyperband")
    out << "Hyperband, R = " << sweep.max_epochs << " epochs, eta = " << sweep.eta << ", " << sweep.iterations
        << (sweep.iterations == 1 ? " iteration" : " iterations; of each") << "\n\n";
  else
    out << "Every trial to epoch " << sweep.max_epochs << "\n\n";
  print_brackets(out, rungs, width);
  out << "\n  " << oracle.trials().size() << " trials, " << epochs << " epochs"
      << (run.end.reason.empty() ? "" : "; then ") << run.end.reason << "\n  " << options.workers
      << (options.workers == 1 ? " worker takes" : " workers take") << " the time of "
      << short_number(makespan) << " epochs, and train " << percent(run.busy_share(options.workers))
      << " of it";
  if (options.epoch_seconds > 0)
    out << ": " << duration(makespan * options.epoch_seconds) << " at " << short_number(options.epoch_seconds)
        << " s an epoch";
  out << '\n';
  // The best trial that has ended keeps its own, too.
  const std::int64_t checkpoints = (run.most_checkpoints + 1) * executions;
  out << "  at most " << checkpoints << " checkpoints on the disk at a time";
  if (checkpoint_bytes > 0)
    out << ": about " << short_number(static_cast<double>(checkpoints * checkpoint_bytes) / 1e6)
        << " MB with the default hyperparameters";
  out << '\n';
  if (const std::string why = no_search(sweep); !why.empty()) out << "  " << why << '\n';
  if (sweep.patience > 0) out << "  (at most: --patience stops some trials earlier)\n";
}

}  // namespace sibyl
