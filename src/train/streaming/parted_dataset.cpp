#include "sibyl/streaming/parted_dataset.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "train/streaming/split_tensors.hpp"

namespace sibyl {

/// The parts that were used last. A part is read by one thread; the others that want it read another one in
/// the meantime, or wait.
class PartedDataset::Cache {
 public:
  using Part = std::shared_ptr<const Split>;

  explicit Cache(std::size_t capacity) : capacity_(capacity) {}

  /// Each of the parts, in the order in which they become ready, to `use`; the Error of one that can't be
  /// read to `fail`.
  void each(std::vector<std::size_t> wanted, const std::function<Split(std::size_t)>& load,
            const std::function<void(std::size_t, const Split&)>& use,
            const std::function<void(std::size_t, const Error&)>& fail) {
    std::unique_lock lock(mutex_);
    while (!wanted.empty()) {
      const auto is_ready = [&](std::size_t number) {
        const auto found = entries_.find(number);
        return found != entries_.end() && found->second.part;
      };
      if (const auto ready = std::find_if(wanted.begin(), wanted.end(), is_ready); ready != wanted.end()) {
        const std::size_t number = *ready;
        wanted.erase(ready);
        Entry& entry = entries_[number];
        entry.used = ++clock_;
        const Part part = entry.part;
        lock.unlock();
        use(number, *part);
        lock.lock();
        continue;
      }
      const auto is_free = [&](std::size_t number) { return !entries_.contains(number); };
      const auto free = std::find_if(wanted.begin(), wanted.end(), is_free);
      if (free == wanted.end()) {
        changed_.wait(lock);
      } else if (const auto error = claim(*free, load, lock)) {
        const std::size_t number = *free;
        wanted.erase(free);
        lock.unlock();
        fail(number, *error);
        lock.lock();
      }
    }
  }

  std::int64_t reads() const {
    const std::lock_guard lock(mutex_);
    return reads_;
  }

 private:
  struct Entry {
    Part part;  ///< none while a thread reads it
    std::uint64_t used = 0;
  };

  std::optional<Error> claim(std::size_t number, const std::function<Split(std::size_t)>& load,
                             std::unique_lock<std::mutex>& lock) {
    entries_[number];
    ++reads_;
    lock.unlock();
    Part part;
    std::optional<Error> error;
    const auto give_up = [&] {
      entries_.erase(number);
      changed_.notify_all();
    };
    try {
      part = std::make_shared<const Split>(load(number));
    } catch (const Error& what) {
      error = what;
    } catch (...) {
      lock.lock();
      give_up();
      throw;
    }
    lock.lock();
    if (error) {
      give_up();
    } else {
      entries_[number] = {.part = std::move(part), .used = ++clock_};
      drop_oldest();
      changed_.notify_all();
    }
    return error;
  }

  void drop_oldest() {
    const auto age = [](const auto& entry) {
      return entry.second.part ? entry.second.used : ~std::uint64_t{0};
    };
    while (entries_.size() > capacity_) {
      const auto oldest = std::min_element(entries_.begin(), entries_.end(),
                                           [&](const auto& a, const auto& b) { return age(a) < age(b); });
      if (!oldest->second.part) return;
      entries_.erase(oldest);
    }
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, Entry> entries_;
  std::size_t capacity_;
  std::uint64_t clock_ = 0;
  std::int64_t reads_ = 0;
};

namespace {

/// Which row of a part becomes which of the batch.
struct PartRow {
  std::int64_t from = 0, to = 0;
};

void copy_rows(const at::Tensor& part, const std::vector<PartRow>& rows, const at::Tensor& into) {
  at::Tensor from = part;
  const bool converted = part.scalar_type() != into.scalar_type();
  if (converted) {
    at::Tensor places = at::empty({static_cast<std::int64_t>(rows.size())}, at::kLong);
    for (std::size_t i = 0; i < rows.size(); ++i) places.data_ptr<std::int64_t>()[i] = rows[i].from;
    from = part.index_select(0, places).to(into.scalar_type());
  }
  from = from.contiguous();
  if (into.size(0) == 0) return;
  const std::size_t bytes = into.nbytes() / static_cast<std::size_t>(into.size(0));
  const auto* const source = static_cast<const char*>(from.data_ptr());
  auto* const target = static_cast<char*>(into.data_ptr());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto at = converted ? i : static_cast<std::size_t>(rows[i].from);
    std::memcpy(target + static_cast<std::size_t>(rows[i].to) * bytes, source + at * bytes, bytes);
  }
}

}  // namespace

PartedDataset::PartedDataset() = default;
PartedDataset::~PartedDataset() = default;

void PartedDataset::lay_out(std::vector<std::int64_t> begins, std::int64_t size, const Split& like,
                            const at::Tensor& targets, std::int64_t window) {
  if (begins.empty() || begins.front() != 0 || begins.back() >= size ||
      std::adjacent_find(begins.begin(), begins.end(), std::greater_equal<>()) != begins.end())
    throw Error("The parts of a dataset have to begin at ascending places, from 0 to below its size.");
  begins_ = std::move(begins);
  size_ = size;
  targets_ = targets;
  like_ = like;
  if (targets.defined()) like_.y = targets;
  like_ = empty_like(like_, 1);
  window_ = window;
  if (window_ < 1) {
    constexpr std::int64_t memory = std::int64_t{1} << 27, least = 4, most = 64;
    const std::int64_t part = bytes_of(like_) * (size_ / static_cast<std::int64_t>(begins_.size()) + 1);
    window_ = std::clamp(memory / part, least, most);
  }
  cache_ = std::make_unique<Cache>(2 * static_cast<std::size_t>(window_));
}

Split PartedDataset::batch(std::int64_t samples) const {
  return empty_like(like_, samples);
}

std::int64_t PartedDataset::parts_read() const {
  return cache_->reads();
}

void PartedDataset::read(std::span<const std::int64_t> places, const SampleRandom&, const Split& into) const {
  std::map<std::size_t, std::vector<PartRow>> rows;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto behind = std::upper_bound(begins_.begin(), begins_.end(), places[i]);
    const auto number = static_cast<std::size_t>(behind - begins_.begin() - 1);
    rows[number].push_back({.from = places[i] - begins_[number], .to = static_cast<std::int64_t>(i)});
  }
  std::vector<std::size_t> wanted;
  for (const auto& [number, unused] : rows) wanted.push_back(number);
  Split from_parts = into;
  if (targets_.defined()) {
    from_parts.y = at::Tensor();
    std::vector<PartRow> all;
    for (std::size_t i = 0; i < places.size(); ++i)
      all.push_back({.from = places[i], .to = static_cast<std::int64_t>(i)});
    copy_rows(targets_, all, into.y);
  }
  const std::vector<at::Tensor> there = tensors_of(from_parts);
  const auto use = [&](std::size_t number, const Split& part) {
    const std::vector<at::Tensor> tensors = tensors_of(part);
    for (std::size_t i = 0; i < there.size(); ++i) copy_rows(tensors.at(i), rows[number], there[i]);
  };
  // Of several that can't be read the first is told of, whichever was tried first.
  std::optional<BadSample> bad;
  const auto fail = [&](std::size_t number, const Error& error) {
    const auto at = static_cast<std::size_t>(rows[number].front().to);
    if (!bad || at < bad->at()) bad.emplace(at, error.what());
  };
  const auto load = [&](std::size_t number) { return part(number); };
  cache_->each(std::move(wanted), load, use, fail);
  if (bad) throw BadSample(*bad);
}

}  // namespace sibyl
