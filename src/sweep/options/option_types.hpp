#pragma once

#include <cmath>
#include <filesystem>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/numbers.hpp"
#include "sibyl/error.hpp"
#include "sweep/options/option.hpp"

namespace sibyl {

/// Seconds of "3h55m", "90m", "45s", "1d2h30m", at most 100 years; a bare number is of seconds.
double parse_duration(const std::string& option, const std::string& text);
/// "4h", "90m", "45s".
std::string duration_text(double seconds);

/// Bytes of "500M", "2G"; a bare number is of bytes.
std::int64_t parse_size(const std::string& option, const std::string& text);
std::string size_text(std::int64_t bytes);

/// Refuses a word that is none of the known.
void check_word(const std::string& option, const std::string& word, const std::vector<std::string>& known);

void require_text(const std::string& option, const std::string& text);
bool parse_flag(const std::string& option, const std::string& text);

/// A number from `least` to `most`, where more makes no sense.
template <class T>
T parse_number(const std::string& option, const std::string& text, T least, T most) {
  const std::optional<T> value = read_number<T>(text);
  bool good = value && !(*value < least) && !(*value > most);
  if constexpr (std::is_floating_point_v<T>) good = good && std::isfinite(*value);
  if (good) return *value;
  const std::string what = std::is_floating_point_v<T> ? "a number" : "a whole number";
  const auto whole = [](T x) { return std::to_string(static_cast<std::int64_t>(x)); };
  const std::string range = most == std::numeric_limits<T>::max()
                                ? ", at least " + whole(least)
                                : " from " + whole(least) + " to " + whole(most);
  throw UsageError("--" + option + " takes " + what + range + ", not '" + text + "'");
}

/// For people: 0.001; true; a, b; a=1, b=2; none.
std::string to_text(const OptionValue& value);

/// The value as a member of that type has it. Throws Error where it is of another type, or too large for it.
template <class T>
T value_as(const OptionValue& value) {
  if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
    return std::visit(
        [](const auto& there) -> T {
          using There = std::decay_t<decltype(there)>;
          if constexpr (std::is_same_v<There, std::int64_t> || std::is_same_v<There, std::uint64_t>) {
            if constexpr (std::is_integral_v<T>)
              if (!std::in_range<T>(there)) throw Error("a number is too large: " + std::to_string(there));
            return static_cast<T>(there);
          }
          if constexpr (std::is_same_v<There, double> && std::is_floating_point_v<T>) return there;
          throw Error("something else stands where a number should");
        },
        value);
  } else {
    if (const T* there = std::get_if<T>(&value)) return *there;
    throw Error("'" + to_text(value) + "' is of another type than it should be");
  }
}

/// Makes what options of a struct take, from its members.
template <class Target>
struct OptionTypes {
  template <class Member, class T = std::remove_cvref_t<std::invoke_result_t<Member, Target&>>>
  static OptionType<Target> number(Member member, std::type_identity_t<T> least,
                                   std::type_identity_t<T> most = std::numeric_limits<T>::max()) {
    return plain<T>(
        member,
        [=](const std::string& option, const std::string& text) {
          return parse_number<T>(option, text, least, most);
        },
        [](T value) { return to_text(as_value(value)); });
  }

  static OptionType<Target> flag(bool Target::*member) {
    OptionType<Target> type = plain<bool>(member, parse_flag, [](bool) { return std::string(); });
    type.is_flag = true;
    return type;
  }

  template <class Member>
  static OptionType<Target> text(Member member) {
    return plain<std::string>(
        member,
        [](const std::string& option, const std::string& text) {
          require_text(option, text);
          return text;
        },
        [](const std::string& value) { return value; });
  }

  static OptionType<Target> path(std::filesystem::path Target::*member) {
    OptionType<Target> type;
    type.read = [=](Target& target, const std::string& option, const std::string& text) {
      require_text(option, text);
      target.*member = text;
    };
    type.fields = {
        {"", [=](const Target& target) -> OptionValue { return (target.*member).string(); },
         [=](Target& target, const OptionValue& value) { target.*member = value_as<std::string>(value); }}};
    return type;
  }

  static OptionType<Target> duration(double Target::*member) {
    return plain<double>(member, parse_duration,
                         [](double value) { return value > 0 ? duration_text(value) : ""; });
  }

  static OptionType<Target> size(std::int64_t Target::*member) {
    return plain<std::int64_t>(member, parse_size, size_text);
  }

  /// One of some words.
  static OptionType<Target> word(std::string Target::*member, const std::vector<std::string>& known) {
    return plain<std::string>(
        member,
        [known](const std::string& option, const std::string& text) {
          check_word(option, text, known);
          return text;
        },
        [](const std::string& value) { return value; });
  }

  /// One of two words, for true and for false.
  static OptionType<Target> either(bool Target::*member, const std::string& yes, const std::string& no) {
    OptionType<Target> type;
    const auto take = [=](Target& target, const std::string& option, const std::string& text) {
      check_word(option, text, {yes, no});
      target.*member = text == yes;
    };
    type.read = take;
    type.shown = [=](const Target& target) { return target.*member ? yes : no; };
    type.fields = {
        {"", [=](const Target& target) -> OptionValue { return target.*member ? yes : no; },
         [=](Target& target, const OptionValue& value) { take(target, yes, value_as<std::string>(value)); }}};
    return type;
  }

  /// Several texts; `check` says what is wrong with one.
  static OptionType<Target> list(std::vector<std::string> Target::*member,
                                 void (*check)(const std::string& text) = nullptr) {
    OptionType<Target> type;
    type.repeats = true;
    type.read = [=](Target& target, const std::string& option, const std::string& text) {
      require_text(option, text);
      if (check) check(text);
      (target.*member).push_back(text);
    };
    type.fields = {field<std::vector<std::string>>(member)};
    return type;
  }

  /// Several NAME=VALUE.
  static OptionType<Target> pairs(std::map<std::string, std::string> Target::*member) {
    OptionType<Target> type;
    type.repeats = type.is_keyed = true;
    type.read = [=](Target& target, const std::string& option, const std::string& text) {
      const auto equals = text.find('=');
      if (equals == std::string::npos || equals == 0)
        throw UsageError("--" + option + " takes NAME=VALUE, not '" + text + "'");
      const std::string name = text.substr(0, equals);
      if (!(target.*member).emplace(name, text.substr(equals + 1)).second)
        throw UsageError("--" + option + " is given twice for " + name);
    };
    type.fields = {field<std::map<std::string, std::string>>(member)};
    return type;
  }

  template <class T, class Member>
  static RecordField<Target> field(Member member, const std::string& name = "") {
    return {
        name, [=](const Target& target) -> OptionValue { return as_value(std::invoke(member, target)); },
        [=](Target& target, const OptionValue& value) { std::invoke(member, target) = value_as<T>(value); }};
  }

 private:
  template <class T>
  static OptionValue as_value(const T& value) {
    if constexpr (std::is_integral_v<T> && std::is_signed_v<T>)
      return static_cast<std::int64_t>(value);
    else
      return value;
  }

  template <class T, class Member, class Parse, class Show>
  static OptionType<Target> plain(Member member, Parse parse, Show show) {
    OptionType<Target> type;
    type.read = [=](Target& target, const std::string& option, const std::string& text) {
      std::invoke(member, target) = parse(option, text);
    };
    type.shown = [=](const Target& target) -> std::string { return show(std::invoke(member, target)); };
    type.fields = {field<T>(member)};
    return type;
  }
};

}  // namespace sibyl
