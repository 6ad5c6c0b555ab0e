#include "process/trainer_main.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>

#include "process/channel.hpp"
#include "process/outcome.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

using Clock = std::chrono::steady_clock;

/// Ends a process that must not go on as the trainer: one that the trial forked and that came back from it
/// (it would train, and save, beside the trainer), or one whose trial closed its connection to the rank.
void require_trainer(const Channel& channel) {
  if (!channel.of_this_process()) _exit(0);
  if (!channel.intact()) _exit(lost_connection);
}

/// The way from the trainer to its rank. What it sends bears the trial and the attempt that it belongs to.
class ChannelReporter : public Reporter {
 public:
  explicit ChannelReporter(Channel& channel) : channel_(channel) {}

  void begin(const Suggestion& suggestion) {
    order_ = Order::go_on;
    trial_ = suggestion.slot.trial;
    attempt_ = suggestion.attempt;
  }

  void found(HyperparametersFound found) override { send_of_trial(std::move(found)); }
  void epoch(EpochReported report) override { send_of_trial(std::move(report)); }
  void end(TrialEnded ended) { send_of_trial(std::move(ended)); }

  // A look at the clock costs far less than one into the channel.
  Order order() override {
    const auto now = Clock::now();
    if (now < next_look_) return order_;
    next_look_ = now + look_interval;
    if (now - last_sent_ >= alive_interval) send(Alive{});
    return order_while_waiting();
  }

  Order order_while_waiting() override {
    require_trainer(channel_);
    while (auto message = channel_.receive())
      if (const auto* order = std::get_if<Order>(&*message)) order_ = *order;
    if (channel_.closed()) order_ = Order::interrupt;
    return order_;
  }

 private:
  static constexpr std::chrono::milliseconds look_interval{1};
  static constexpr std::chrono::milliseconds alive_interval{250};

  template <class Report>
  void send_of_trial(Report report) {
    report.trial = trial_;
    report.attempt = attempt_;
    send(Event(std::move(report)));
  }

  void send(const TrainerMessage& message) {
    require_trainer(channel_);
    channel_.send(message);
    last_sent_ = Clock::now();
  }

  Channel& channel_;
  TrialId trial_ = -1;
  int attempt_ = 0;
  Order order_ = Order::go_on;
  Clock::time_point next_look_;
  Clock::time_point last_sent_;
};

void die_with(pid_t rank) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != rank) _exit(0);  // it was gone before
}

// Signals are for the rank, which says what is to be done. Launchers and terminals send them to the whole
// group.
void leave_signals_to_the_rank() {
  const sigset_t signals = signals_of_the_rank();
  for (int signal = 1; signal < NSIG; ++signal)
    if (sigismember(&signals, signal) == 1) ::signal(signal, SIG_IGN);
  sigprocmask(SIG_UNBLOCK, &signals, nullptr);  // they were blocked since the start
  ::signal(SIGPIPE, SIG_IGN);
}

// When memory runs out, the kernel is to take the one that can be replaced. (Making oneself worse is always
// allowed.)
void be_the_first_to_go(int badness) {
  std::ofstream("/proc/self/oom_score_adj") << badness;
}

}  // namespace

void begin_child(const char* rank, const char* name, int badness) {
  die_with(static_cast<pid_t>(std::stol(rank)));
  leave_signals_to_the_rank();
  be_the_first_to_go(badness);
  prctl(PR_SET_NAME, name);
}

void require_a_rank(const std::string& command) {
  struct stat file {};
  if (fstat(trainer_descriptor, &file) != 0 || !S_ISSOCK(file.st_mode))
    throw UsageError("'" + command + "' is no command for people: workers start it for themselves");
}

sigset_t signals_of_the_rank() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) sigaddset(&signals, signal);
  return signals;
}

std::vector<std::string> trainer_arguments(const std::string& name, int worker) {
  return {name, "trainer", "of-worker", std::to_string(worker), "of-process", std::to_string(getpid())};
}

bool is_trainer(int argc, char** argv) {
  return argc == 6 && std::string(argv[1]) == "trainer" && std::string(argv[4]) == "of-process";
}

int serve_trainer(char** argv,
                  const std::function<std::unique_ptr<Trainer>(const TrainerOptions&)>& make_trainer) {
  require_a_rank(argv[1]);
  begin_child(argv[5], "sibyl-trainer", 500);
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);  // into a pipe, and a crash must not swallow the last words

  Channel channel(trainer_descriptor);
  ChannelReporter reporter(channel);
  std::unique_ptr<Trainer> trainer;
  try {
    while (!channel.closed()) {
      const auto message = channel.receive();
      if (!message) {
        channel.wait();
      } else if (const auto* options = std::get_if<TrainerOptions>(&*message)) {
        trainer = make_trainer(*options);
        channel.send(Event(trainer->describe()));
      } else if (const auto* suggestion = std::get_if<Suggestion>(&*message); suggestion && trainer) {
        reporter.begin(*suggestion);
        TrialEnded ended = train_trial(*trainer, *suggestion, reporter);
        require_trainer(channel);
        const std::string broken = trainer->broken();
        if (!broken.empty())
          channel.send(Broken{broken});  // first, so that it is known when the trial's end is
        reporter.end(std::move(ended));
        if (!broken.empty()) break;
      }
    }
  } catch (const std::exception& problem) {
    require_trainer(channel);
    channel.send(Broken{problem.what()});
  }
  return 0;
}

}  // namespace sibyl
