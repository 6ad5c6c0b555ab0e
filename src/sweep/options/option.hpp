#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <variant>
#include <vector>

// An option is one row of a table, and nowhere else: its name, what it takes, the member that it sets (whose
// initializer is its default), its help, who has it, and what the record of a sweep has of it. Parsing,
// `--help`, files of options, the record and its comparison at a resume walk the rows.
namespace sibyl {

/// What `run` can be told to do. An option says which of them have it.
enum class Command : std::uint8_t {
  search,
  space,
  plan,
  summary,
  status,
  rebuild,
  submit,
  retrain,
  export_model,
  predict,
  help,
  version
};

/// A set of commands.
class Commands {
 public:
  constexpr Commands(std::initializer_list<Command> commands) {
    for (const Command each : commands) bits_ |= bit(each);
  }
  constexpr bool contains(Command command) const { return (bits_ & bit(command)) != 0; }
  constexpr Commands operator|(const Commands& more) const {
    Commands all = *this;
    all.bits_ |= more.bits_;
    return all;
  }

 private:
  static constexpr unsigned bit(Command command) { return 1U << static_cast<unsigned>(command); }
  unsigned bits_ = 0;
};

/// Where `--help` shows an option.
enum class OptionGroup : std::uint8_t { sweep, program, search, training, own, batch, general };

/// What the record of a sweep has of an option, and what it means at a resume.
enum class Recorded : std::uint8_t {
  no,           ///< nothing
  launch_only,  ///< recorded for whoever reads it; holds for one launch, and the next one has the default
                ///< again
  kept,         ///< holds until another value is typed
  extends,      ///< says what the sweep is; may only become more
  fixed         ///< says what the sweep is; another value is another sweep
};

/// What an option can hold, as the record has it.
using OptionValue = std::variant<bool, std::int64_t, std::uint64_t, double, std::string,
                                 std::vector<std::string>, std::map<std::string, std::string>>;

/// A value of the record: most options have one, of their own name.
template <class Target>
struct RecordField {
  std::string name;
  std::function<OptionValue(const Target&)> get;
  /// Throws Error where it is of another type.
  std::function<void(Target&, const OptionValue&)> put;
};

/// What an option takes, and where it goes; see option_types.hpp.
template <class Target>
struct OptionType {
  bool is_flag = false;
  bool repeats = false;   ///< it may be given several times
  bool is_keyed = false;  ///< and then as NAME=VALUE, where each name is an option of its own
  /// Reads one text. Throws UsageError that begins with "--" and the option's name.
  std::function<void(Target&, const std::string& option, const std::string& text)> read;
  /// The value as one would type it; empty: nobody would.
  std::function<std::string(const Target&)> shown = [](const Target&) { return std::string(); };
  /// Where there is one without a name, it has the option's. Those behind the first say what was made of it:
  /// they make no other sweep of one, and older records may lack them.
  std::vector<RecordField<Target>> fields;
};

/// May a sweep that is recorded with the one value go on with the other, which differs?
using MayFollow = bool (*)(const OptionValue& before, const OptionValue& now);

template <class Target>
struct Option {
  std::string name;
  const char* value = "";  ///< what it takes, as `--help` calls it; empty for a flag
  std::string help;        ///< without the default, which is put behind it; {job} is the job's name
  const char* default_help = nullptr;  ///< where the member's initializer does not say it
  OptionGroup group = OptionGroup::own;
  Commands commands = {};
  Recorded recorded = Recorded::no;
  OptionType<Target> type = {};
  MayFollow may_follow = nullptr;
  bool is_in_all_records = true;  ///< false: older ones lack it, and the default is taken
};

template <class Target>
using OptionTable = std::vector<Option<Target>>;

/// The row as one of a larger table: of the struct in which `part` is.
template <class Outer, class Inner>
Option<Outer> as_part(Inner Outer::*part, const Option<Inner>& row) {
  OptionType<Outer> type;
  type.is_flag = row.type.is_flag;
  type.repeats = row.type.repeats;
  type.is_keyed = row.type.is_keyed;
  type.read = [part, read = row.type.read](Outer& outer, const std::string& option, const std::string& text) {
    read(outer.*part, option, text);
  };
  type.shown = [part, shown = row.type.shown](const Outer& outer) { return shown(outer.*part); };
  for (const RecordField<Inner>& field : row.type.fields)
    type.fields.push_back(
        {field.name, [part, get = field.get](const Outer& outer) { return get(outer.*part); },
         [part, put = field.put](Outer& outer, const OptionValue& value) { put(outer.*part, value); }});
  return {row.name,     row.value,    row.help, row.default_help, row.group,
          row.commands, row.recorded, type,     row.may_follow,   row.is_in_all_records};
}

}  // namespace sibyl
