#include "process/channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "catch.hpp"

using namespace sibyl;

namespace {

/// A channel whose other end is a mere descriptor.
struct Raw {
  explicit Raw(std::pair<int, int> sockets = make_socket_pair())
      : channel(sockets.first), other(sockets.second) {}
  ~Raw() {
    if (other >= 0) close(other);
  }
  void write(const Bytes& bytes) const {
    REQUIRE(::write(other, bytes.data(), bytes.size()) == ssize(bytes));
  }
  void hang_up() { close(std::exchange(other, -1)); }

  Channel channel;
  int other;
};

/// Two channels that are joined.
struct Both {
  explicit Both(std::pair<int, int> sockets = make_socket_pair())
      : one(sockets.first), other(sockets.second) {}
  Channel one, other;
};

Bytes framed(const TrainerMessage& message) {
  const Bytes body = pack(message);
  const auto length = static_cast<std::uint32_t>(body.size());
  Bytes bytes(4 + sizeof length + body.size());
  std::memcpy(bytes.data(), "sbyl", 4);
  std::memcpy(bytes.data() + 4, &length, sizeof length);
  std::memcpy(bytes.data() + 4 + sizeof length, body.data(), body.size());
  return bytes;
}

std::string reason(const std::optional<TrainerMessage>& message) {
  return message ? std::get<Broken>(*message).reason : "(none)";
}

/// Waits for it.
std::optional<TrainerMessage> next(Channel& channel) {
  while (!channel.closed()) {
    if (auto message = channel.receive()) return message;
    channel.wait();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("messages arrive in order, and none where there is none") {
  Both both;
  CHECK_FALSE(both.one.receive());
  for (const char* text : {"a", "", "c"}) both.other.send(Broken{text});
  both.other.send(Alive{});
  CHECK(reason(both.one.receive()) == "a");
  CHECK(reason(both.one.receive()).empty());
  CHECK(reason(both.one.receive()) == "c");
  CHECK(std::holds_alternative<Alive>(both.one.receive().value()));
  CHECK_FALSE(both.one.receive());
  CHECK_FALSE(both.one.closed());
}

TEST_CASE("a message that arrives byte by byte is received when it is whole") {
  Raw raw;
  const Bytes bytes = framed(Broken{"slow"});
  for (const std::byte byte : bytes) {
    CHECK_FALSE(raw.channel.receive());
    raw.write({byte});
  }
  CHECK(reason(raw.channel.receive()) == "slow");
  Bytes two = framed(Broken{"first"});
  const Bytes second = framed(Broken{"second"});
  two.insert(two.end(), second.begin(), second.begin() + 7);
  raw.write(two);
  CHECK(reason(raw.channel.receive()) == "first");
  CHECK_FALSE(raw.channel.receive());
  raw.write(Bytes(second.begin() + 7, second.end()));
  CHECK(reason(raw.channel.receive()) == "second");
}

TEST_CASE("what was sent before the other end went is received; then the channel is closed") {
  Raw raw;
  raw.write(framed(Broken{"the last"}));
  raw.hang_up();
  CHECK_FALSE(raw.channel.closed());
  CHECK(reason(raw.channel.receive()) == "the last");
  CHECK_FALSE(raw.channel.receive());
  CHECK(raw.channel.closed());
  raw.channel.wait();  // returns
}

TEST_CASE("an end that goes in the middle of a message closes the channel") {
  for (const std::size_t there : {1, 4, 7}) {
    Raw raw;
    Bytes bytes = framed(Broken{"cut off"});
    bytes.resize(there);
    raw.write(framed(Broken{"whole"}));
    raw.write(bytes);
    raw.hang_up();
    CHECK(reason(raw.channel.receive()) == "whole");
    CHECK_FALSE(raw.channel.receive());
    CHECK(raw.channel.closed());
  }
}

TEST_CASE("who sends to an end that is gone neither waits nor dies") {
  Raw raw;
  raw.write(framed(Broken{"its last"}));
  raw.hang_up();
  raw.channel.send(Broken{std::string(2'000'000, 'x')});
  raw.channel.send(Alive{});
  CHECK(reason(raw.channel.receive()) == "its last");
  CHECK_FALSE(raw.channel.receive());
  CHECK(raw.channel.closed());
}

TEST_CASE("an end that goes without having read is noticed like any other") {
  Raw raw;
  raw.channel.send(Order::cancel);
  raw.write(framed(Broken{"its last"}));
  raw.hang_up();  // the kernel says that the connection was reset
  CHECK(reason(raw.channel.receive()) == "its last");
  CHECK_FALSE(raw.channel.receive());
  CHECK(raw.channel.closed());
}

TEST_CASE("large messages go both ways at once") {
  Both both;
  const std::string large(2'000'000, 'x');  // ten times what the kernel takes
  const auto exchange = [&](Channel& channel) {
    std::jthread sender([&] {
      for (int i = 0; i < 3; ++i) channel.send(Broken{large + std::to_string(i)});
    });
    bool whole = true;
    for (int i = 0; i < 3; ++i) whole = whole && reason(next(channel)) == large + std::to_string(i);
    return whole;
  };
  bool here = false, there = false;
  {
    std::jthread other([&] { there = exchange(both.other); });
    here = exchange(both.one);
  }
  CHECK(here);
  CHECK(there);
}

TEST_CASE("waiting ends when something arrives, and when the other end goes") {
  Raw raw;
  {
    std::jthread other([&] { raw.write(framed(Alive{})); });
    raw.channel.wait();
  }
  CHECK(raw.channel.receive());
  std::jthread other([&] { raw.hang_up(); });
  raw.channel.wait();
  CHECK_FALSE(raw.channel.receive());
  CHECK(raw.channel.closed());
}

TEST_CASE("what is no message closes the channel, and is known as such") {
  const Bytes sound = framed(Broken{"sound"});
  Bytes nonsense = framed(Broken{"sound"});
  nonsense[8] = std::byte{99};  // a kind that there is not
  for (const Bytes& garbage : {Bytes(3000, std::byte{0xa5}), Bytes(8, std::byte{0}), nonsense}) {
    Raw raw;
    raw.write(sound);
    raw.write(garbage);
    raw.write(sound);
    CHECK(reason(raw.channel.receive()) == "sound");
    CHECK_FALSE(raw.channel.garbled());
    CHECK_FALSE(raw.channel.receive());
    CHECK(raw.channel.garbled());
    CHECK(raw.channel.closed());
  }
}

TEST_CASE("a forked process can neither speak nor hear for the one that made the channel") {
  Raw raw;
  raw.write(framed(Broken{"for the first"}));
  const pid_t child = fork();
  if (child == 0) {
    raw.channel.send(Alive{});
    const bool deaf = !raw.channel.receive() && raw.channel.closed() && !raw.channel.of_this_process();
    _exit(deaf ? 42 : 0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 42);
  std::byte byte{};
  CHECK(recv(raw.other, &byte, 1, MSG_DONTWAIT) == -1);
  CHECK(reason(raw.channel.receive()) == "for the first");
}

TEST_CASE("another socket or file under the channel's number is left alone") {
  Raw raw;
  const int number = raw.channel.descriptor();
  auto [mine, other] = make_socket_pair();
  REQUIRE(dup2(mine, number) == number);
  CHECK_FALSE(raw.channel.intact());
  CHECK(raw.channel.of_this_process());
  raw.channel.send(Alive{});
  std::byte byte{};
  CHECK(recv(other, &byte, 1, MSG_DONTWAIT) == -1);
  CHECK(::write(other, "x", 1) == 1);
  CHECK_FALSE(raw.channel.receive());
  CHECK(raw.channel.closed());
  CHECK(recv(mine, &byte, 1, MSG_DONTWAIT) == 1);  // nobody took it
  for (const int each : {mine, other, number}) close(each);
}

TEST_CASE("other programs inherit no end of a channel") {
  const auto [one, other] = make_socket_pair();
  CHECK((fcntl(one, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((fcntl(other, F_GETFD) & FD_CLOEXEC) != 0);
  {
    fcntl(one, F_SETFD, 0);
    const Channel channel(one);
    CHECK((fcntl(one, F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK(fcntl(one, F_GETFD) == -1);  // it was the channel's own
  close(other);
}
