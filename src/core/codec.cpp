#include "core/codec.hpp"

#include <bit>
#include <cstring>
#include <map>
#include <type_traits>

#include "sibyl/error.hpp"

namespace sibyl {
namespace {

static_assert(std::endian::native == std::endian::little, "the journal's byte order is little-endian");

// Every struct says its fields once; `both` reads or writes them, depending on the archive.
class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}
  template <class... T>
  void operator()(const T&... fields) {
    (put(fields), ...);
  }
  template <class... T>
  void since(std::uint32_t, const T&... fields) {
    (*this)(fields...);
  }

 private:
  void raw(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::byte*>(data);
    out_.insert(out_.end(), bytes, bytes + size);
  }
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void put(const T& x) { raw(&x, sizeof x); }
  void put(const std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    raw(text.data(), text.size());
  }
  template <class T>
  void put(const std::vector<T>& items) {
    put(static_cast<std::uint32_t>(items.size()));
    for (const T& item : items) put(item);
  }
  template <class Key, class T>
  void put(const std::map<Key, T>& values) {
    put(static_cast<std::uint32_t>(values.size()));
    for (const auto& [name, value] : values) {
      put(name);
      put(value);
    }
  }
  template <class... T>
  void put(const std::variant<T...>& value) {
    put(static_cast<std::uint8_t>(value.index()));
    std::visit([this](const auto& held) { put(held); }, value);
  }
  template <class T>
  requires std::is_class_v<T>
  void put(const T& object);

  Bytes& out_;
};

class Reader {
 public:
  Reader(std::span<const std::byte> in, std::uint32_t version) : in_(in), version_(version) {}
  template <class... T>
  void operator()(T&... fields) {
    (get(fields), ...);
  }
  template <class... T>
  void since(std::uint32_t version, T&... fields) {
    // What version 2 brought is at the end of a record, and is there if anything is: version 1's journals
    // were gone on with by later programs, and part of it came when version 2 was there already.
    const bool there = version == 2 && version_ <= 2 ? !in_.empty() : version_ >= version;
    if (there) (*this)(fields...);
  }
  void end() const {
    if (!in_.empty()) throw Error("a record is longer than its contents");
  }

  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void get(T& x) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte = 0;
      get(byte);
      x = byte != 0;
    } else {
      std::memcpy(&x, take(sizeof x), sizeof x);
    }
  }
  void get(std::string& text) {
    const std::size_t size = count();
    text.assign(reinterpret_cast<const char*>(take(size)), size);
  }
  template <class T>
  void get(std::vector<T>& items) {
    items.resize(count());
    for (T& item : items) get(item);
  }
  template <class Key, class T>
  void get(std::map<Key, T>& values) {
    for (std::size_t left = count(); left > 0; --left) {
      Key name;
      get(name);
      get(values[std::move(name)]);
    }
  }
  template <class... T>
  void get(std::variant<T...>& value) {
    std::uint8_t index = 0;
    get(index);
    if (index >= sizeof...(T)) throw Error("a record is of a kind that this version does not know");
    std::size_t place = 0;
    (void)((place++ == index ? (get(value.template emplace<T>()), true) : false) || ...);
  }
  template <class T>
  requires std::is_class_v<T>
  void get(T& object);

 private:
  const std::byte* take(std::size_t size) {
    if (size > in_.size()) throw Error("a record ends in the middle of its contents");
    const std::byte* at = in_.data();
    in_ = in_.subspan(size);
    return at;
  }
  // Every item takes at least a byte, so a count can't exceed what is left: no huge allocation from a bad
  // one.
  std::size_t count() {
    std::uint32_t count = 0;
    get(count);
    if (count > in_.size()) throw Error("a record ends in the middle of its contents");
    return count;
  }

  std::span<const std::byte> in_;
  std::uint32_t version_;
};

// clang-format off
void fields(auto& io, auto& x, const IntRange*) { io(x.min, x.max, x.step, x.sampling); }
void fields(auto& io, auto& x, const FloatRange*) { io(x.min, x.max, x.step, x.sampling); }
void fields(auto& io, auto& x, const Choices*) { io(x.values, x.ordered); }
void fields(auto& io, auto& x, const Condition*) { io(x.parent, x.values); }
void fields(auto& io, auto& x, const Hyperparameter*) { io(x.name, x.domain, x.default_value, x.conditions); }
void fields(auto& io, auto& x, const Slot*) { io(x.trial, x.iteration, x.bracket, x.rung, x.first_epoch, x.last_epoch); }
void fields(auto& io, auto& x, const Suggestion*) { io(x.slot, x.hyperparameters, x.executions, x.attempt); }
void fields(auto& io, auto& x, const Metric*) { io(x.name, x.value); }
void fields(auto& io, auto& x, const SweepOpened*) { io(x.time, x.job, x.command_line, x.options, x.versions, x.seed, x.metric, x.maximize, x.space); io.since(3, x.asks, x.configurations); }
void fields(auto& io, auto& x, const WorkerJoined*) { io(x.time, x.worker, x.host, x.device, x.device_name, x.uuid, x.threads, x.pid, x.warning); io.since(2, x.data); io.since(3, x.platform, x.data_parts); }
void fields(auto& io, auto& x, const TrialStarted*) { io(x.time, x.worker, x.suggestion); }
void fields(auto& io, auto& x, const HyperparametersFound*) { io(x.trial, x.attempt, x.hyperparameters, x.values); }
void fields(auto& io, auto& x, const EpochReported*) { io(x.trial, x.attempt, x.execution, x.epoch, x.started, x.seconds, x.worker, x.metrics); }
void fields(auto& io, auto& x, const TrialEnded*) { io(x.time, x.trial, x.attempt, x.worker, x.ending, x.cause, x.message, x.seconds); io.since(2, x.detail, x.output); }
void fields(auto& io, auto& x, const SweepClosed*) { io(x.time, x.reason); }
void fields(auto& io, auto& x, const SweepStopped*) { io(x.time, x.reason); io.since(4, x.end); }
void fields(auto& io, auto& x, const SweepResumed*) { io(x.time, x.command_line, x.max_trials, x.iterations); }
void fields(auto& io, auto& x, const WorkerLeft*) { io(x.time, x.worker, x.reason); }
void fields(auto& io, auto& x, const SweepLaunched*) { io(x.time, x.host, x.launcher, x.ranks, x.slurm_job, x.slurm_restarts); io.since(3, x.command, x.options, x.versions); }
void fields(auto& io, auto& x, const DataPart*) { io(x.name, x.shape, x.type, x.hash, x.mean, x.trend); }
void fields(auto& io, auto& x, const DataDescribed*) { io(x.time, x.path, x.parts); }
void fields(auto& io, auto& x, const Objective*) { io(x.metric, x.direction); }
void fields(auto& io, auto& x, const TrainerOptions*) {
  io(x.seed, x.objective, x.patience, x.min_delta, x.data, x.checkpoints, x.checkpoint_seconds, x.checkpoint_epochs,
     x.device, x.threads, x.local_worker, x.local_workers, x.deterministic, x.faults, x.max_epochs, x.recorded_data);
}
// clang-format on
void fields(Writer& out, const std::filesystem::path& path, const std::filesystem::path*) {
  out(path.string());
}
void fields(Reader& in, std::filesystem::path& path, const std::filesystem::path*) {
  std::string text;
  in(text);
  path = text;
}
void fields(Writer& out, const Faults& faults, const Faults*) {
  out(faults.texts());
}
void fields(Reader& in, Faults& faults, const Faults*) {
  std::vector<std::string> texts;
  in(texts);
  for (const std::string& text : texts) faults.add(text);
}
void fields(Writer& out, const SearchSpace& space, const SearchSpace*) {
  out(space.hyperparameters());
}
void fields(Reader& in, SearchSpace& space, const SearchSpace*) {
  std::vector<Hyperparameter> hyperparameters;
  in(hyperparameters);
  for (Hyperparameter& hyperparameter : hyperparameters) space.add(std::move(hyperparameter));
}

template <class T>
requires std::is_class_v<T>
void Writer::put(const T& object) {
  fields(*this, object, static_cast<const T*>(nullptr));
}

template <class T>
requires std::is_class_v<T>
void Reader::get(T& object) {
  fields(*this, object, static_cast<const T*>(nullptr));
}

template <class T>
T unpack(std::span<const std::byte> bytes, std::uint32_t version = layout_version) {
  T result;
  Reader in(bytes, version);
  in(result);
  in.end();
  return result;
}

}  // namespace

void pack(const Event& event, Bytes& out) {
  Writer{out}(event);
}

void pack(const Suggestion& suggestion, Bytes& out) {
  Writer{out}(suggestion);
}

void pack(const TrainerOptions& options, Bytes& out) {
  Writer{out}(options);
}

Event unpack_event(std::span<const std::byte> bytes, std::uint32_t version) {
  Event event = unpack<Event>(bytes, version);
  if (auto* stopped = std::get_if<SweepStopped>(&event); stopped && version < 4)
    take_end_from_reason(*stopped);
  return event;
}

Suggestion unpack_suggestion(std::span<const std::byte> bytes) {
  return unpack<Suggestion>(bytes);
}

TrainerOptions unpack_trainer_options(std::span<const std::byte> bytes) {
  return unpack<TrainerOptions>(bytes);
}

}  // namespace sibyl
