#pragma once

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sibyl/domain.hpp"

namespace sibyl {

/// Values by name, in the order of the names: those of one trial's active hyperparameters, say. Used as a
/// std::map<std::string, Value> is, and smaller: a sweep of a million trials keeps them all, and their names
/// are the same few.
class Values {
  struct Entry {
    const std::string* name;  // one object for each text, see values.cpp
    Value value;
  };

 public:
  using value_type = std::pair<std::string, Value>;

  class const_iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Values::value_type;
    using difference_type = std::ptrdiff_t;
    using reference = std::pair<const std::string&, const Value&>;
    struct pointer {
      reference both;
      const reference* operator->() const { return &both; }
    };

    reference operator*() const { return {*at_->name, at_->value}; }
    pointer operator->() const { return {**this}; }
    const_iterator& operator++() {
      ++at_;
      return *this;
    }
    const_iterator operator++(int) { return const_iterator(at_++); }
    bool operator==(const const_iterator&) const = default;

   private:
    friend class Values;
    explicit const_iterator(const Entry* at) : at_(at) {}
    const Entry* at_;
  };
  using iterator = const_iterator;

  Values() = default;
  Values(std::initializer_list<value_type> values);

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  const_iterator begin() const { return const_iterator(entries_.data()); }
  const_iterator end() const { return const_iterator(entries_.data() + entries_.size()); }

  const_iterator find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != end(); }
  /// Throws std::out_of_range if there is none of that name.
  const Value& at(std::string_view name) const;

  /// Adds `false` if there is none of that name.
  Value& operator[](std::string_view name);
  /// Adds the value unless there is one of that name.
  void emplace(std::string_view name, Value value);
  /// Takes over the others' values, of the names that it has, too.
  void update(const Values& others);
  /// How many of that name there were.
  std::size_t erase(std::string_view name);
  void erase(const_iterator at) { entries_.erase(entries_.begin() + (at.at_ - entries_.data())); }
  void clear() { entries_.clear(); }
  void reserve(std::size_t size) { entries_.reserve(size); }

  bool operator==(const Values& other) const;
  bool operator<(const Values& other) const;

 private:
  std::vector<Entry>::const_iterator place(std::string_view name) const;
  std::vector<Entry> entries_;
};

}  // namespace sibyl
