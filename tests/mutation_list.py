"""What tests/mutations breaks. A text has to be in its file once; the tests are the names of those that must notice."""

import collections

Mutation = collections.namedtuple("Mutation", "name file old new program tests")

MUTATIONS = []


def add(name, file, old, new, program, *tests):
    MUTATIONS.append(Mutation(name, f"src/{file}", old, new, f"test_{program}", tests))


# Decisions
add("bracket: eta is rounded down", "core/schedulers/hyperband/bracket.cpp",
    "return (a + b - 1) / b;", "return a / b;", "core", "the brackets are Algorithm 1*")
add("bracket: promotes one too early", "core/schedulers/hyperband/bracket.cpp",
    "places - (rung.status.expected - rung.status.ended);",
    "places - (rung.status.expected - rung.status.ended) + 1;", "core", "law 5: a strict barrier*")
add("bracket: stops one too early", "core/schedulers/hyperband/bracket.cpp",
    "static_cast<std::int64_t>(rung.waiting.size()) > places",
    "static_cast<std::int64_t>(rung.waiting.size()) >= places", "core", "law 5: a strict barrier*")
add("bracket: failures starve the next rung", "core/schedulers/hyperband/bracket.cpp",
    "std::min(places, rung.status.expected - rung.out)", "std::min(places, rung.status.expected)", "core",
    "a failure takes its place*")
add("asha: rungs promote without limit", "core/schedulers/asha/rung.cpp",
    "while (best_.size() > places) {", "while (false) {", "core", "asha promotes as the paper says*")
add("the clock goes on beyond a new trial", "core/schedulers/virtual_clock.cpp",
    "at_new_trial_ = true;", "return;", "core", "law 1 where decisions depend*")
add("the clock takes results as they come", "core/schedulers/virtual_clock.cpp",
    "arrived_.extract(running_.begin()->slot.trial)", "arrived_.extract(arrived_.begin())", "core",
    "law 1 where decisions depend*")
add("median: stopped trials have no say", "core/schedulers/median/median_stopping.cpp",
    "  others.add(observation.score);\n", "  if (!worse) others.add(observation.score);\n", "core",
    "whoever is worse than the median*")
add("ties go to the later trial", "sibyl/objective.hpp",
    "return a.trial < b.trial;", "return a.trial > b.trial;", "core", "with all scores equal*")
add("infinity is a score", "core/objective.cpp",
    "if (!std::isfinite(a)) return false;", "if (std::isnan(a)) return false;", "core",
    "NaN and infinities never win*")
add("no score is better than one", "core/objective.cpp",
    "if (!std::isfinite(b)) return true;", "if (!std::isfinite(b)) return false;", "core", "law 1: the same sweep*")
add("best: the later of equal ones", "core/oracle/oracle_learning.cpp",
    "BestFirst{options_.objective}({trials_[id].score, id}, {trials_[best_].score, best_})",
    "!options_.objective.better(trials_[best_].score, trials_[id].score)", "core", "with all scores equal*")
add("oracle: one retry too many", "core/oracle/oracle_learning.cpp",
    "trial.retries < options_.max_retries", "trial.retries <= options_.max_retries", "core", "max-retries gives*")
add("oracle: a killed trial is never given up", "core/oracle/oracle_learning.cpp",
    "++trial.killed == max_unexplained", "++trial.killed == max_unexplained + 1", "core", "a trial whose process was killed*")
add("oracle: one more worker is lost with a trial", "core/oracle/oracle_learning.cpp",
    "++trial.lost == max_lost_workers", "++trial.lost == max_lost_workers + 1", "core",
    "a trial that is lost with its worker*")
add("oracle: an epoch told twice is news", "core/oracle/oracle.cpp",
    "report.epoch > trials_[report.trial].executions[report.execution].epochs",
    "report.epoch >= trials_[report.trial].executions[report.execution].epochs", "core", "late and repeated reports*")
add("oracle: one trial more than --max-trials", "core/oracle/oracle_learning.cpp",
    "static_cast<std::int64_t>(trials_.size()) >= options_.max_trials && !closed_)",
    "static_cast<std::int64_t>(trials_.size()) > options_.max_trials && !closed_)", "core", "max-trials cuts*")
add("oracle: does not wait for what trials find", "core/oracle/oracle_learning.cpp",
    "if (closed_ || found_more_ || !not_yet_reported_.empty() ||", "if (closed_ || found_more_ ||", "core",
    "hyperparameters found on workers*")
add("failure rows: two rows do not join", "core/oracle/failure_rows.cpp",
    "before + 1 + after", "before + 1", "core", "rows of failures are the same*")

# Values
add("random: another stream", "base/random.cpp",
    "bits() >> 11", "bits() >> 12", "base", "the outputs are pinned*")
add("random: a purpose's text is cut", "base/random.cpp",
    "for (const char c : text) hash", "for (const char c : text.substr(0, 8)) hash", "base",
    "a stream is a function of its identity")
add("domain: a value above max is taken", "core/space/domain.cpp",
    "return x && *x >= range.min && *x <= range.max", "return x && *x >= range.min", "core",
    "a value between two steps is refused*")
add("domain: the last step is not max as written", "core/space/grid.cpp",
    "if (place == last_ && ends_at_max_) return range_.max;", "", "core", "steps that are no short decimals*")
add("domain: the last value is never drawn", "core/space/domain.cpp",
    "random.below(*last + 1)", "random.below(std::max<std::uint64_t>(*last, 1))", "core", "random domains*")
add("sampler: repeats what was tried", "core/samplers/random.cpp",
    "used() && redraw < max_draws", "used() && redraw < 1", "core", "a space that can't be counted repeats none*")

# Samplers that learn
add("tpe: a failure is a result", "core/samplers/tpe/history.cpp",
    "return evaluation.loss < std::numeric_limits<double>::infinity();", "return evaluation.loss == evaluation.loss;",
    "core", "tpe proposes nothing before*")
add("tpe: an epoch that is told late is the last", "core/samplers/tpe/history.cpp",
    "if (evaluation.epoch < latest.epoch) return;", "", "core", "tpe takes for good what came farthest*")
add("tpe: the epoch does not count", "core/samplers/tpe/history.cpp",
    "ranks_.insert({-latest.epoch, latest.loss, trial})", "ranks_.insert({0, latest.loss, trial})", "core",
    "tpe takes for good what came farthest*")
add("tpe: those left out are not stood for", "core/samplers/tpe/history.cpp",
    "(i < older ? stride : 1)", "1", "core", "of very many trials*")
add("tpe: proposes what was tried", "core/samplers/tpe/untried.cpp",
    "history_.tried(snapped) || ", "", "core", "tpe uses up a discrete space*")
add("tpe: the worst first", "core/samplers/tpe/tpe.cpp",
    "in_good[a] - in_bad[a] > in_good[b] - in_bad[b]", "in_good[a] - in_bad[a] < in_good[b] - in_bad[b]", "core",
    "tpe goes where*")
add("parzen: kernels are not cut off", "core/samplers/tpe/parzen.cpp",
    "low < -far && high > far ? 1 :", "low < 0 ? 1 :", "core", "a density adds up to 1*", "a kernel is as wide*")
add("parzen: the gap to the nearer neighbour", "core/samplers/tpe/parzen.cpp",
    "std::max(below, above), narrowest", "std::min(below, above), narrowest", "core", "a kernel is as wide*")
add("parzen: a cell is its middle", "core/samplers/tpe/parzen.cpp",
    "high - low < 0.01", "high - low < 100", "core", "a density adds up to 1*")
add("parzen: a category is drawn for sure", "core/samplers/tpe/parzen.cpp",
    "const double own = 1 - dimension.smear;", "const double own = 1;", "core", "what is drawn has the density*")

# What is on the disk
add("journal: a commit is not synced", "store/journal/journal.cpp",
    "file_.write_at(committed_, pending_);\n    file_.sync();", "file_.write_at(committed_, pending_);", "store",
    "A commit is over*")
add("journal: what was read is not synced", "store/journal/journal.cpp",
    "  file.sync();\n  sync_folder_of(path);\n  return Journal(std::move(file), has_header",
    "  return Journal(std::move(file), has_header", "store", "What was read of a journal is synced*")
add("journal: a checksum is not looked at", "store/journal/journal_reader.cpp",
    "!= get_u32(record.data() + 8)) return {};", "!= get_u32(record.data() + 8)) {}", "store",
    "No mutation of a journal*")
add("journal: damage in a later commit is a torn tail", "store/journal/journal_reader.cpp",
    "const bool began_later = place < next - offset;", "const bool began_later = place < next - offset && false;",
    "store", "*damage*")
add("journal: a torn commit is damage", "store/journal/journal_reader.cpp",
    "const bool began_later = place < next - offset;", "const bool began_later = place < next - offset || true;",
    "store", "Of the last commit a power cut*")
add("journal: a newer version is read", "store/journal/journal_reader.cpp",
    "if (found > version)", "if (found > version + 1)", "store", "What is no journal*")
add("journal: a failed commit is not cut back", "store/journal/journal.cpp",
    "    uncut_ = true;\n    std::string text = error.what();\n    try {\n      cut_back();",
    "    std::string text = error.what();\n    try {", "store", "A commit that fails*")
add("journal: others may write to it", "store/journal/journal.cpp",
    "file_.size(); size != committed_)", "file_.size(); size < committed_)", "store",
    "A writer whose journal is cut*")
add("journal: an old one is not written anew", "store/journal/journal.cpp",
    "found.version != version)", "found.version > version)", "store", "Going on with an older journal*")
add("lock: is not taken", "store/lock.cpp",
    "F_OFD_SETLK, &range) != 0) {", "F_OFD_SETLK, &range) != 0 && false) {", "store", "a directory has one owner*")
add("results: a failed publication leaves its file", "store/results/results_files.cpp",
    "      change_places(std::move(file));\n    } catch (...) {\n      ::unlink(beside_.c_str());",
    "      change_places(std::move(file));\n    } catch (...) {", "store", "What is written beside goes*")
add("results: a file beside is used that was deleted", "store/results/results_files.cpp",
    "spare_->file().is_at_its_path() && ", "", "store", "What is written beside goes*")
add("results: renamed before they are synced", "store/hdf5/growing_file.cpp",
    "  file_.sync();\n", "", "store", "A results file is synced*")

# Managers, workers and processes
add("roster: a silent worker is never lost", "sweep/manager/roster.cpp",
    "now - one.last_heard > longest", "now - one.last_heard > 2 * longest", "sweep", "who is silent*")
add("roster: who is back is free while it trains", "sweep/manager/roster.cpp",
    "one.joined.worker > 0 ? State::returned : State::awaited",
    "one.joined.worker > 0 ? State::free : State::awaited", "sweep", "a lost worker that is heard of*")
add("roster: done with another trial", "sweep/manager/roster.cpp",
    "one.state == State::busy && one.work == work", "one.state == State::busy && (one.work == work || true)", "sweep",
    "a busy worker is free once*")
add("outbox: acknowledges twice", "sweep/manager/outbox.cpp",
    "  unacknowledged_.clear();\n", "", "sweep")
add("manager: acknowledges before the commit", "sweep/manager/manager.cpp",
    "  if (recorded_) hooks_.commit();\n  recorded_ = false;\n  outbox_.send();",
    "  outbox_.send();\n  if (recorded_) hooks_.commit();\n  recorded_ = false;", "sweep",
    "nothing is learned before*")
add("manager: decides before it records", "sweep/manager/manager.cpp",
    "  hooks_.record(event);\n  recorded_ = true;\n  const Consequences consequences = oracle_.tell(event);",
    "  const Consequences consequences = oracle_.tell(event);\n  hooks_.record(event);\n  recorded_ = true;",
    "sweep")
add("worker: does not wait for the journal", "sweep/worker/worker.cpp",
    "while (unacknowledged_ >= max_unacknowledged && !quit_) wait();", "", "sweep", "a worker does not run ahead*")
add("worker: a cancelled trial goes on", "sweep/worker/worker.cpp",
    "cancelled_.emplace(cancel->trial, cancel->attempt);", "static_cast<void>(cancel->trial);", "sweep", "*told to*")
add("hang limit: the median itself", "sweep/manager/hang_limit.cpp",
    "times_the_median = 10", "times_the_median = 1", "sweep", "*median*")
add("hang limit: may be seconds", "sweep/manager/hang_limit.cpp",
    "std::max(least_seconds, ", "std::max(0.0, ", "sweep", "*median*")
add("health: chance is blamed", "sweep/manager/worker_health.cpp",
    "chance = 1e-6", "chance = 1e-2", "sweep", "a row of failures blames*")
add("health: a success is forgotten", "sweep/manager/worker_health.cpp",
    "    record.failed_in_a_row.clear();\n", "", "sweep", "a success ends the row*")
add("health: two lost devices are enough", "sweep/manager/worker_health.cpp",
    "max_losses = 3", "max_losses = 2", "sweep", "a worker whose device was lost*")
add("channel: what is no message is read", "process/channel.cpp",
    "if (prefix.mark != mark) {", "if (false) {", "process", "what is no message*")
add("process: kill -9 is the trial's fault", "process/outcome.cpp",
    "meaning + \")\", end.code == SIGKILL};", "meaning + \")\", false};", "process", "a signal is told by its name*")
add("guard: what a program has started lives on", "external/program/guard.cpp",
    "      for (const pid_t each : children()) ::kill(each, SIGKILL);\n", "      if (children().size() < 99) break;\n", "external",
    "what a program has started dies with it*")
add("programs: an epoch may be left out", "external/trial/epoch_log.cpp",
    "(every && epoch != last_ + 1)", "(every && false)", "external", "whatever a program that speaks does*")
add("programs: what is known is told again", "external/trial/epoch_log.cpp",
    "  if (epoch > first_epoch) send(epoch, report);", "  send(epoch, report);", "external", "... or by epochs that it prints*")
