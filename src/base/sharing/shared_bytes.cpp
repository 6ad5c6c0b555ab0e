#include "base/sharing/shared_bytes.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/no_signals.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

using Clock = std::chrono::steady_clock;
/// Until a name is free that its process no longer answers to, or that is another user's.
constexpr std::chrono::seconds name_timeout{10};
constexpr int max_deaths = 3;

// Kinds of packets. The first that comes is `making` or what came of it.
constexpr char gone = 0, making = 'm', made = 'd', failed = 'e', not_shared = 'n', late = 'l';

}  // namespace

SharedBytes::SharedBytes(std::string name, std::string maker)
    : name_(std::move(name)),
      maker_(std::move(maker)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      told_(making),
      told_text_(maker_) {}

std::unique_ptr<SharedBytes> SharedBytes::once(const std::string& name, const std::string& maker,
                                               const Make& make, const Waiting& waiting, std::string& why) {
  std::unique_ptr<SharedBytes> shared(new SharedBytes(name, maker));
  const auto began = Clock::now();
  auto answered = began;
  for (int deaths = 0; Clock::now() - answered < name_timeout;) {
    if (Descriptor link = connect_to(name)) {
      std::string other;
      Packet packet = await(link.get(), waiting, began, other);
      if (!other.empty() || packet.kind != gone) answered = Clock::now();
      if (packet.kind == made) {
        shared->from_another_ = true;
        if (!shared->take(std::move(packet.descriptor), why)) return nullptr;
        shared->start(std::move(link));
        return shared;
      }
      if (packet.kind == failed)
        throw Error(packet.text + " (" + (other.empty() ? "another process" : other) +
                    " met this, for all of this node)");
      if (packet.kind == not_shared || packet.kind == late) {
        why = packet.text;
        return nullptr;
      }
      if (!other.empty() && ++deaths == max_deaths)
        throw Error(
            std::to_string(max_deaths) +
            " processes died one after another as they made what all of this node were to share; the last was " +
            other);
    } else if (Descriptor listener = listen_at(name)) {
      return shared->make(std::move(listener), make, why) ? std::move(shared) : nullptr;
    } else if (errno != EADDRINUSE) {
      why = std::string("no memory can be shared: ") + std::strerror(errno);
      return nullptr;
    }
    poll(nullptr, 0, 10);  // the one who had the name is gone, or not there yet
  }
  why = "who has it does not answer";
  return nullptr;
}

std::unique_ptr<SharedBytes> SharedBytes::of(const std::string& name, std::span<const std::byte> own,
                                             std::string& why) {
  if (own.empty()) return nullptr;
  const Waiting waiting{.longest = std::chrono::minutes(5)};
  auto shared = once(
      name, "another process", [&](std::string&) { return Pieces{own}; }, waiting, why);
  if (!shared || !shared->from_another_) return shared;
  const auto bytes = shared->bytes();
  if (bytes.size() == own.size() && std::memcmp(bytes.data(), own.data(), own.size()) == 0) return shared;
  why = "another process shares other bytes under the same name";
  return nullptr;
}

Packet SharedBytes::await(int link, const Waiting& waiting, Clock::time_point began, std::string& maker) {
  auto next_said = waiting.first_said;
  for (;;) {
    const auto so_far = Clock::now() - began;
    if (so_far >= waiting.longest) return {.kind = late, .text = "who has it does not answer"};
    if (so_far >= next_said) {
      if (waiting.say && !maker.empty())
        waiting.say(maker, std::chrono::duration_cast<std::chrono::seconds>(so_far));
      while (next_said <= so_far) next_said *= 2;
    }
    const auto until = std::chrono::ceil<std::chrono::milliseconds>(
        std::min<Clock::duration>(next_said, waiting.longest) - so_far);
    pollfd there{.fd = link, .events = POLLIN, .revents = 0};
    if (poll(&there, 1, static_cast<int>(std::min<std::int64_t>(until.count(), 60'000))) <= 0) continue;
    auto packet = receive_packet(link);
    if (!packet) return {};
    if (packet->kind != making) return std::move(*packet);
    maker = packet->text;
  }
}

bool SharedBytes::take(Descriptor memory, std::string& why) {
  bytes_ = map_sealed_memory(memory.get());
  if (bytes_.data() == nullptr) {
    why = "what another process shares can't be used";
    return false;
  }
  const std::lock_guard lock(mutex_);
  memory_ = std::move(memory);
  told_ = made;
  told_text_.clear();
  return true;
}

bool SharedBytes::make(Descriptor listener, const Make& make, std::string& why) {
  start(std::move(listener));
  try {
    const Pieces pieces = make(why);
    Descriptor memory;
    if (!pieces.empty()) memory = make_sealed_memory(pieces, why);
    if (!memory || !take(std::move(memory), why)) {
      tell(not_shared, why);
      return false;
    }
  } catch (const std::exception& problem) {
    tell(failed, problem.what());
    throw;
  } catch (...) {
    tell(failed, "something was thrown that is no std::exception");
    throw;
  }
  wake();
  return true;
}

void SharedBytes::tell(char kind, std::string text) {
  {
    const std::lock_guard lock(mutex_);
    told_ = kind;
    told_text_ = std::move(text);
  }
  wake();
}

void SharedBytes::wake() const {
  const std::uint64_t one = 1;
  (void)!write(wake_.get(), &one, sizeof(one));
}

bool SharedBytes::stopped() {
  const std::lock_guard lock(mutex_);
  return stop_;
}

SharedBytes::~SharedBytes() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake();
    thread_.join();
  }
  if (bytes_.data() != nullptr) munmap(bytes_.data(), bytes_.size());
}

void SharedBytes::start(Descriptor link) {
  const NoSignals none;
  thread_ = std::thread([this, link = std::move(link)]() mutable { hand_on(std::move(link)); });
}

void SharedBytes::hand_on(Descriptor link) {
  if (!from_another_) return serve(link);
  while (watch(link)) {
    // Its process is gone. Whoever binds the name first takes its place; the others watch that one.
    link = Descriptor();
    if (const Descriptor listener = listen_at(name_)) return serve(listener);
    link = connect_to(name_);
    if (!link) poll(nullptr, 0, 10);
  }
}

// False: told to stop.
bool SharedBytes::watch(const Descriptor& link) {
  if (!link) return !stopped();
  for (;;) {
    std::array<pollfd, 2> wait{{{.fd = link.get(), .events = POLLIN, .revents = 0},
                                {.fd = wake_.get(), .events = POLLIN, .revents = 0}}};
    if (poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR) return false;
    if (stopped()) return false;
    // From who took another's place comes the same memory once more.
    if (wait[0].revents != 0 && !receive_packet(link.get())) return true;
  }
}

// Connections stay open, so that who has one sees this process's end.
void SharedBytes::serve(const Descriptor& listener) {
  std::vector<Descriptor> links;
  char last_told = making;
  for (;;) {
    std::vector<pollfd> wait{{.fd = wake_.get(), .events = POLLIN, .revents = 0},
                             {.fd = listener.get(), .events = POLLIN, .revents = 0}};
    for (const Descriptor& link : links) wait.push_back({.fd = link.get(), .events = POLLIN, .revents = 0});
    if (poll(wait.data(), wait.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    std::uint64_t drained = 0;
    (void)!read(wake_.get(), &drained, sizeof(drained));
    for (std::size_t i = links.size(); i-- > 0;)  // they say nothing: it is their end
      if (wait[i + 2].revents != 0) links.erase(links.begin() + static_cast<std::ptrdiff_t>(i));
    const std::lock_guard lock(mutex_);
    const auto say_to = [&](const Descriptor& link) {
      return send_packet(link.get(), told_, told_text_, told_ == made ? memory_.get() : -1);
    };
    if (last_told != told_)
      for (const Descriptor& link : links) say_to(link);
    last_told = told_;
    while (Descriptor link = accept_at(listener.get()))
      if (say_to(link)) links.push_back(std::move(link));
    if (stop_) return;
  }
}

}  // namespace sibyl
