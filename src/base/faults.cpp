#include "sibyl/faults.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "base/numbers.hpp"
#include "sibyl/error.hpp"
#include "sibyl/random.hpp"

namespace sibyl {

namespace {

/// In the order of Faults::Kind.
constexpr std::array<std::string_view, 10> kind_names = {"exception", "nan",  "bad_alloc", "segv", "abort",
                                                         "exit",      "hang", "slow",      "leak", "exhaust"};

constexpr std::size_t mebibyte = 1 << 20;

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

/// Memory that is really there: the system gives a page only when it is written to.
std::unique_ptr<char[]> touched_memory(std::size_t bytes) {
  auto memory = std::make_unique_for_overwrite<char[]>(bytes);
  volatile char* const pages = memory.get();  // volatile: the compiler must not drop what nobody reads
  for (std::size_t i = 0; i < bytes; i += 4096) pages[i] = 1;
  return memory;
}

void leak() {
  static std::mutex mutex;
  static std::vector<std::unique_ptr<char[]>> kept;
  const std::lock_guard lock(mutex);
  kept.push_back(touched_memory(100 * mebibyte));
}

[[noreturn]] void exhaust() {
  std::vector<std::unique_ptr<char[]>> blocks;
  while (true) blocks.push_back(touched_memory(16 * mebibyte));
}

}  // namespace

void Faults::add(const std::string& text) {
  const std::string flag = "--inject " + text + ": ";
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos)
    throw UsageError(flag + "a fault is written as KIND=WHO, such as segv=3,17 or nan=0.05");

  const std::string_view name = std::string_view(text).substr(0, equals);
  std::size_t kind = 0;
  while (kind < kind_names.size() && kind_names[kind] != name) ++kind;
  if (kind == kind_names.size()) {
    std::string list;
    for (const std::string_view each : kind_names) list += (list.empty() ? "" : ", ") + std::string(each);
    throw UsageError(flag + "there is no fault " + quoted(name) + "; there is " + list);
  }

  std::vector<Fault> faults;
  std::string_view rest = std::string_view(text).substr(equals + 1);
  while (true) {
    const std::size_t comma = rest.find(',');
    faults.push_back(read(flag, static_cast<Kind>(kind), rest.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  faults_.insert(faults_.end(), faults.begin(), faults.end());
  texts_.push_back(text);
}

Faults::Fault Faults::read(const std::string& flag, Kind kind, std::string_view who) {
  constexpr std::string_view once = ":once";
  const auto unknown = [&] {
    return UsageError(
        flag + quoted(who) +
        " is neither a trial (3, or 3@2 for its epoch 2; 3:once for the first attempt only) nor a probability (a number with a point, such as 0.05)");
  };
  Fault fault;
  fault.kind = kind;
  fault.once = who.ends_with(once);
  const std::string_view where = who.substr(0, who.size() - (fault.once ? once.size() : 0));

  const auto probability = read_number<double>(where);
  if (probability && where.find_first_of(".eE") != std::string_view::npos) {
    if (!(*probability >= 0 && *probability <= 1))
      throw UsageError(flag + "the probability " + std::string(where) +
                       " is not between 0 and 1 (a trial's number has no point)");
    if (fault.once)
      throw UsageError(
          flag + "':once' goes with a trial, not with a probability, which is the same in every attempt");
    fault.probability = *probability;
    return fault;
  }

  const std::size_t at = where.find('@');
  const auto trial = read_number<TrialId>(where.substr(0, at));
  if (!trial || *trial < 0) throw unknown();
  fault.trial = *trial;
  if (at != std::string_view::npos) {
    const auto epoch = read_number<int>(where.substr(at + 1));
    if (!epoch) throw unknown();
    if (*epoch < 1) throw UsageError(flag + quoted(who) + ": epochs are counted from 1");
    fault.epoch = *epoch;
  }
  return fault;
}

void Faults::strike(const Place& place, std::vector<Metric>& metrics) const {
  for (const Fault& fault : faults_)
    if (is_due(fault, place)) strike(fault, place, metrics);
}

bool Faults::is_due(const Fault& fault, const Place& place) {
  if (fault.trial >= 0)
    return place.trial == fault.trial && place.execution == 0 && place.epoch == fault.epoch &&
           (!fault.once || place.attempt == 0);
  // Neither the worker nor the attempt is part of the identity: the trial meets its fault wherever it runs.
  RandomStream random(place.seed, "fault", kind_names[static_cast<std::size_t>(fault.kind)], place.trial,
                      place.execution, place.epoch);
  return random.uniform() < fault.probability;
}

void Faults::strike(const Fault& fault, const Place& place, std::vector<Metric>& metrics) {
  using namespace std::chrono_literals;
  switch (fault.kind) {
    case Kind::exception:
      throw std::runtime_error("an injected exception in epoch " + std::to_string(place.epoch));
    case Kind::nan:
      for (Metric& metric : metrics) metric.value = std::numeric_limits<double>::quiet_NaN();
      return;
    case Kind::bad_alloc:
      throw std::bad_alloc();
    case Kind::segv:
      std::signal(SIGSEGV, SIG_DFL);  // a handler of the job's or a library's might survive it
      std::raise(SIGSEGV);
      return;
    case Kind::abort:
      std::fputs("an injected abort\n", stderr);
      std::abort();
    case Kind::exit:
      std::_Exit(3);
    case Kind::hang:
      while (true) std::this_thread::sleep_for(1h);
    case Kind::slow:
      std::this_thread::sleep_for(1s);
      return;
    case Kind::leak:
      leak();
      return;
    case Kind::exhaust:
      exhaust();
  }
}

}  // namespace sibyl
