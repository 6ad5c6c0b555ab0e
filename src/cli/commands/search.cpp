#include "cli/commands/search.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <numeric>
#include <thread>

#include "base/exit_codes.hpp"
#include "base/launcher.hpp"
#include "cli/commands/described.hpp"
#include "cli/commands/dry_run.hpp"
#include "cli/commands/steered.hpp"
#include "cli/options/recorded.hpp"
#include "cli/screen/sweep_screen.hpp"
#include "cli/screen/terminal.hpp"
#include "launch/launch_checks.hpp"
#include "launch/whole_command.hpp"
#include "mpi/communicator.hpp"
#include "mpi/environment.hpp"
#include "process/isolated_trainer.hpp"
#include "sibyl/error.hpp"
#include "sweep/link/loopback.hpp"
#include "sweep/manager/dismissal.hpp"
#include "sweep/manager/event_commands.hpp"
#include "sweep/manager/manager.hpp"
#include "sweep/options/without_effect.hpp"
#include "sweep/record/asking.hpp"
#include "sweep/record/record.hpp"
#include "sweep/record/sweep.hpp"
#include "sweep/worker/rank_identity.hpp"
#include "sweep/worker/stop_signals.hpp"
#include "sweep/worker/worker.hpp"

namespace sibyl {

namespace {

TrainerOptions trainer_options(const Options& options, Job& job, const Environment& environment) {
  TrainerOptions trainer;
  trainer.seed = options.sweep.seed;
  trainer.objective = objective(options, job);
  trainer.monitor = monitor(options, job);
  trainer.patience = options.sweep.patience;
  trainer.min_delta = options.sweep.min_delta;
  trainer.start_from_epoch = options.sweep.start_from_epoch;
  trainer.max_epochs = options.sweep.max_epochs;
  trainer.folds = options.sweep.folds;
  trainer.data = options.sweep.data;
  trainer.checkpoints = options.directory / SweepFiles::checkpoints;
  trainer.checkpoint_seconds = options.checkpoint_seconds;
  trainer.checkpoint_epochs = options.checkpoint_epochs;
  trainer.device = options.device;
  trainer.cuda_graphs = options.cuda_graphs;
  trainer.private_data = options.private_data;
  trainer.data_placement = options.data_placement;
  trainer.loader_threads =
      options.loader_threads > 0 ? options.loader_threads : std::clamp(environment.cores() - 1, 1, 8);
  trainer.max_bad_samples = options.sweep.max_bad_samples;
  trainer.threads = options.sweep.threads > 0 ? options.sweep.threads : environment.cores();
  trainer.local_worker = environment.local_worker();
  trainer.local_workers = environment.local_workers();
  trainer.deterministic = options.sweep.deterministic;
  trainer.program = options.sweep.program;
  trainer.trial_timeout = options.trial_timeout;
  for (const std::string& each : options.sweep.inject) trainer.faults.add(each);
  return trainer;
}

// What rank 0 says holds for all, since the record is known to it alone; the rest is this rank's own.
TrainerOptions on_this_rank(TrainerOptions trainer, const Options& options, const Environment& environment) {
  trainer.checkpoints = options.directory / SweepFiles::checkpoints;
  trainer.local_worker = environment.local_worker();
  trainer.local_workers = environment.local_workers();
  trainer.worker = environment.alone() ? 1 : environment.rank();
  if (options.typed.contains("device")) trainer.device = options.device;
  if (options.typed.contains("cuda-graphs")) trainer.cuda_graphs = options.cuda_graphs;
  if (options.typed.contains("data-placement")) trainer.data_placement = options.data_placement;
  if (options.typed.contains("loader-threads")) trainer.loader_threads = options.loader_threads;
  if (!options.typed.contains("data")) require_recorded_data(trainer.data.string());
  return trainer;
}

// Trains in the rank, or in a process of its own.
WorkerOptions worker_options(const Options& options, Job& job, const Environment& environment, int rank,
                             const std::string& name) {
  WorkerOptions worker;
  worker.rank = rank;
  worker.told_to_stop = stop_signalled;
  worker.heartbeats = options.isolated;
  const auto trainer = std::make_shared<TrainerOptions>();
  worker.check_in = [&, trainer](const Begin& rank_0, const std::function<bool()>& go_on) {
    check_site(rank_0, options.directory, go_on);
    *trainer = on_this_rank(rank_0.trainer, options, environment);
  };
  worker.make_trainer = [&, rank, name,
                         made = trainer](const std::function<bool()>& go_on) -> std::unique_ptr<Trainer> {
    const TrainerOptions& trainer = *made;
    if (!options.isolated) return job.make_trainer(trainer);
    return std::make_unique<IsolatedTrainer>(
        IsolationOptions{name, rank, options.trainer_trials, options.memory_growth, trainer}, go_on);
  };
  return worker;
}

// Seconds that this start has, as far as anybody has said; 0: any number.
double time_limit(const Options& options) {
  const auto slurm = slurm_job(std::getenv);
  const double of_job = slurm && slurm->ends > 0 ? std::max(1.0, slurm->ends - wall_clock()) : 0;
  if (options.time_limit > 0 && of_job > 0) return std::min(options.time_limit, of_job);
  return std::max(options.time_limit, of_job);
}

// Every option as it holds for this start: as typed, else as recorded, else as this start finds best. Adds
// what there is to say of that.
Options resolve(const Options& typed, const std::string& executable, Job& job, const Environment& environment,
                std::vector<std::string>& lines) {
  const std::string name = std::filesystem::path(executable).filename();
  Steered found = steered(typed.resume ? with_record_in_directory(typed, name) : typed, job);
  lines = std::move(found.lines);
  Options options = std::move(found.options);
  if (options.sweep.threads == 0) options.sweep.threads = environment.cores();
  options.sweep.width = chosen_width(options.sweep, std::max(environment.size() - 1, 1));
  options.sweep.data = absolute_data(options.sweep.data);
  options.sweep.objective = to_text(objective(options, job));
  if (!options.sweep.monitor.empty()) options.sweep.monitor = to_text(monitor(options, job));
  if (options.sweep.folds > 0 && !job.has_folds())
    throw UsageError("--folds: this job's trainer does not part its samples by folds");
  return options;
}

SweepStart sweep_start(const Options& options, SweepOpened opened, SweepLaunched launched) {
  return {options.directory, options.resume,      options.overwrite, options.sweep,
          options.keep_best, options.tensorboard, std::move(opened), std::move(launched)};
}

EventCommands event_commands(const Options& options, Sweep& sweep, const Words& command_line) {
  return {{.on_new_best = options.on_new_best,
           .on_end = options.on_end,
           .directory = options.directory,
           .job = std::filesystem::path(command_line[0]).filename()},
          sweep.oracle(),
          [&sweep](const std::string& line) { sweep.warn({line}); }};
}

/// For values that are being chosen when a sweep ends early.
constexpr std::chrono::seconds choice_timeout{5};

// Records how the sweep ended, shows it, and returns the exit code of that end. Throws Error where it came to
// nothing.
int conclude(Sweep& sweep, SearchOver over, ValueChooser& chooser, EventCommands& commands,
             const std::filesystem::path& directory, const Terminal& terminal, Environment& environment) {
  if (over.end == SweepEnd::finished)
    if (const std::string failure = failed_altogether(sweep.oracle()); !failure.empty())
      over = {.reason = failure + " (it had ended: " + over.reason + ")", .end = SweepEnd::failed};
  if (over.end == SweepEnd::finished)
    sweep.close(over.reason);
  else
    sweep.stop(over.end, over.reason);
  show_end(sweep, directory, terminal);
  commands.end(over.end, over.reason, sweep.resume_command(), sweep.timing().wall(wall_clock()));
  // A worker that has not answered would keep MPI's end waiting, and a model that is being fitted this
  // process's. All is on the disk.
  const bool waits = !sweep.oracle().running().empty() || !chooser.give_up(choice_timeout);
  if (!came_to_nothing(over.end) && waits) _exit(exit_code(over.end));
  if (over.end == SweepEnd::given_up && waits) environment.leave_at_once();
  if (over.end == SweepEnd::given_up)
    throw Error("the sweep was given up: " + over.reason + "\nMend the reason and continue with --resume" +
                (over.advice.empty() ? "" : "; " + over.advice));
  if (over.end == SweepEnd::failed) throw Error("the sweep failed: " + over.reason);
  return exit_code(over.end);
}

// Rank 0: sets the sweep up, runs it to its end and shows it.
int lead(const Words& command_line, const Options& typed, Job& job, Environment& environment, Link& link,
         const std::vector<int>& workers, const std::vector<std::string>& warnings) {
  std::vector<std::string> lines;
  const Options options = resolve(typed, command_line.front(), job, environment, lines);
  const auto builder = make_builder(job, std::filesystem::path(command_line.front()).filename());
  const Terminal terminal = standard_output();
  Sweep sweep(
      sweep_start(options, describe_sweep(command_line, options, job),
                  describe_launch(command_line, options, job, environment.size())),
      [&](const Oracle& oracle, const Timing& timing) {
        return std::make_unique<SweepScreen>(terminal, oracle, timing,
                                             LaunchChecks(options.workers_per_gpu, time_limit(options)));
      },
      ask_with(builder.get(), options.sweep));
  for (const std::string& line : lines) sweep.say(line);
  sweep.warn(warnings);
  if (builder && !sweep.asks()) builder->rest();
  if (sweep.finished()) {
    show_end(sweep, options.directory, terminal);
    return sweep.standing().exit_code;
  }
  if (const std::string note = width_note(options.sweep); !note.empty()) sweep.say(note);
  sweep.warn(without_effect(options.sweep, options.typed));
  if (const std::string warning = no_search(options.sweep); !warning.empty()) sweep.warn({warning});
  Begin begin = identity_of_rank_0(options.directory);
  begin.trainer = trainer_options(options, job, environment);
  begin.trainer.launch = begin.host + ' ' + begin.owner + ' ' + std::to_string(wall_clock());
  ManagerHooks hooks;
  hooks.now = wall_clock;
  hooks.lasted = [&] { return sweep.timing().wall(wall_clock()); };
  hooks.record = [&](const Event& event) { sweep.record(event); };
  hooks.commit = [&] { sweep.commit(); };
  EventCommands commands = event_commands(options, sweep, command_line);
  hooks.learned = [&](const Event& event, const Consequences& after) {
    sweep.learned(event, after);
    if (std::holds_alternative<TrialEnded>(event)) commands.look_for_best();
  };
  hooks.refusal = [&](const WorkerJoined& joined) { return sweep.refusal(joined); };
  hooks.lost_a_rank = [&] { environment.lost_a_rank(); };
  hooks.all_ranks_live = [&] { environment.all_ranks_live(); };
  const auto began = std::chrono::steady_clock::now();  // a wall clock may be set meanwhile
  hooks.stop_reason = [&]() -> std::string {
    if (stop_signalled()) return stop_signal() + " came" + usual_sender(stop_signal(), launcher(std::getenv));
    const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - began;
    if (options.time_limit > 0 && gone.count() >= options.time_limit) return "the time limit is reached";
    return "";
  };
  hooks.tick = [&] {
    if (builder) sweep.warn(builder->take_warnings());
    sweep.tick();
    commands.tick();
  };
  ValueChooser chooser(sweep.oracle(), [&] {
    if (builder) builder->give_up();
  });
  const ManagerOptions settings{.begin = begin,
                                .trial_timeout = options.trial_timeout,
                                .heartbeats = options.isolated,
                                .chooser = &chooser};
  SearchOver over;
  try {
    over = manage(link, workers, sweep.oracle(), hooks, settings);
  } catch (const UsageError&) {
    sweep.withdraw();
    throw;
  } catch (const Error& problem) {
    commands.end(SweepEnd::failed, problem.what(), sweep.resume_command(), hooks.lasted());
    throw;
  }
  return conclude(sweep, std::move(over), chooser, commands, options.directory, terminal, environment);
}

}  // namespace

int search(int argc, char** argv, const Options& options, Job& job) {
  if (!has_process_manager(std::getenv))
    check_launch(launch_facts(1));  // before MPI says so in words of its own
  Environment environment(argc, argv);
  const auto warnings = check_launch(launch_facts(environment.size()));
  if (options.dry_run) {
    std::vector<std::string> lines;
    const Options resolved = resolve(options, argv[0], job, environment, lines);
    dry_run(std::cout, environment, trainer_options(resolved, job, environment), job, warnings,
            options.workers_per_gpu, standard_output().columns());
    return 0;
  }
  listen_for_stop_signals();  // after MPI, which has handlers of its own
  const Words command_line = written_out(Words(argv, argv + argc), options);
  const std::string name = std::filesystem::path(argv[0]).filename();
  if (environment.alone()) {
    Loopback loopback(2);
    const WorkerOptions worker = worker_options(options, job, environment, 1, name);
    std::jthread thread([&] { run_worker(loopback.rank(1), worker); });
    const Dismissal dismissal(loopback.rank(0), {1});
    return lead(command_line, options, job, environment, loopback.rank(0), {1}, warnings);
  }
  if (environment.rank() > 0) {
    Communicator communicator;
    const WorkerOptions worker = worker_options(options, job, environment, environment.rank(), name);
    if (run_worker(communicator, worker) == WorkerEnd::at_once) environment.leave_at_once();
  } else {
    std::vector<int> workers(static_cast<std::size_t>(environment.size() - 1));
    std::iota(workers.begin(), workers.end(), 1);
    Communicator communicator;
    const Dismissal dismissal(communicator, workers, [&] { return environment.leaves_at_once(); });
    return lead(command_line, options, job, environment, communicator, workers, warnings);
  }
  return 0;  // what there is to say is said by rank 0, and by its exit code
}

}  // namespace sibyl
