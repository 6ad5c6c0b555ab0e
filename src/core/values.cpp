#include "sibyl/values.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <stdexcept>

namespace sibyl {

namespace {

// Every name that was ever used, once; none is ever given up, so that a pointer to one stays good. No lock: a
// process that is forked while another thread holds one would wait for it for ever.
class Names {
 public:
  const std::string* find(std::string_view name) {
    std::atomic<const Node*>& bucket = buckets_[std::hash<std::string_view>{}(name) % buckets_.size()];
    const Node* first = bucket.load(std::memory_order_acquire);
    if (const Node* known = among(first, nullptr, name)) return &known->name;
    auto* added = new Node{std::string(name), first};
    while (!bucket.compare_exchange_weak(added->next, added, std::memory_order_acq_rel)) {
      if (const Node* known = among(added->next, first, name)) {  // another thread was faster
        delete added;
        return &known->name;
      }
      first = added->next;
    }
    return &added->name;
  }

 private:
  struct Node {
    std::string name;
    const Node* next;
  };
  static const Node* among(const Node* from, const Node* end, std::string_view name) {
    while (from != end && from->name != name) from = from->next;
    return from == end ? nullptr : from;
  }
  std::array<std::atomic<const Node*>, 1024> buckets_{};
};

const std::string* known_name(std::string_view name) {
  static Names names;
  return names.find(name);
}

}  // namespace

Values::Values(std::initializer_list<value_type> values) {
  entries_.reserve(values.size());
  for (const auto& [name, value] : values) emplace(name, value);
}

std::vector<Values::Entry>::const_iterator Values::place(std::string_view name) const {
  return std::lower_bound(entries_.begin(), entries_.end(), name,
                          [](const Entry& each, std::string_view text) { return *each.name < text; });
}

Values::const_iterator Values::find(std::string_view name) const {
  const auto at = place(name);
  return at != entries_.end() && *at->name == name ? const_iterator(&*at) : end();
}

const Value& Values::at(std::string_view name) const {
  const auto found = find(name);
  if (found == end()) throw std::out_of_range("there is no value of '" + std::string(name) + "'");
  return found->second;
}

Value& Values::operator[](std::string_view name) {
  emplace(name, {});
  return entries_[static_cast<std::size_t>(place(name) - entries_.begin())].value;
}

void Values::emplace(std::string_view name, Value value) {
  const auto at = place(name);
  if (at == entries_.end() || *at->name != name)
    entries_.insert(at, Entry{known_name(name), std::move(value)});
}

void Values::update(const Values& others) {
  for (const auto& [name, value] : others) (*this)[name] = value;
}

std::size_t Values::erase(std::string_view name) {
  const auto found = find(name);
  if (found == end()) return 0;
  erase(found);
  return 1;
}

bool Values::operator==(const Values& other) const {
  return std::equal(entries_.begin(), entries_.end(), other.entries_.begin(), other.entries_.end(),
                    [](const Entry& a, const Entry& b) { return a.name == b.name && a.value == b.value; });
}

bool Values::operator<(const Values& other) const {
  return std::lexicographical_compare(entries_.begin(), entries_.end(), other.entries_.begin(),
                                      other.entries_.end(), [](const Entry& a, const Entry& b) {
                                        return a.name != b.name ? *a.name < *b.name : a.value < b.value;
                                      });
}

}  // namespace sibyl
