#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "external/space/question.hpp"
#include "sibyl/reports.hpp"

// What a program says to Sibyl, a line of JSON each: jobs/program/PROTOCOL.md.
namespace sibyl {

constexpr int protocol_version = 1;

/// It speaks the protocol.
struct SaidHello {
  int version = 0;
  std::string objective;  ///< as `--objective` has it; empty: it does not say
};
/// An epoch is trained.
struct SaidReport {
  int epoch = 0;
  std::vector<Metric> metrics;
};
/// What the program makes of its trial, by name.
struct SaidNote {
  Values values;
};
/// The checkpoint that was asked for is written.
struct SaidSaved {
  int epoch = 0;
};
/// The checkpoint that it was given can't be read.
struct SaidUnreadable {
  std::string reason;
};
struct SaidFailure {
  Cause cause = Cause::exception;
  std::string message;
};
/// The work that it was given is over.
struct SaidEnd {
  bool stopped = false;  ///< by itself: more training makes it no better
};
/// It has asked for all that it asks for; of a program that is to describe itself.
struct SaidReady {};
/// It makes steps.
struct SaidAlive {};

using Said = std::variant<SaidHello, Question, SaidReport, SaidNote, SaidSaved, SaidUnreadable, SaidFailure,
                          SaidEnd, SaidReady, SaidAlive>;

/// Throws Error that quotes a line that is none of these.
Said read_said(const std::string& line);

/// The numbers of an object, as metrics. Throws JsonError for what is no number.
std::vector<Metric> read_metrics(const JsonValue& object);

}  // namespace sibyl
