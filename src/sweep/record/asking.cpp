#include "sweep/record/asking.hpp"

#include "core/samplers/asking.hpp"
#include "core/samplers/random.hpp"
#include "core/space/bounded.hpp"

namespace sibyl {

namespace {

SearchSpace searched_space(const SweepOpened& opened) {
  return searched_space(sweep_options_from_json(opened.options), opened.space);
}

}  // namespace

std::unique_ptr<Builder> make_builder(Job& job, const std::string& name) {
  if (!job.questions()) return nullptr;
  return std::make_unique<Builder>(BuilderOptions{.job = name});
}

Ask ask_with(Builder* builder, const SweepOptions& options) {
  if (!builder) return {};
  return bounded([builder](const Values& given, const Draws& draws) { return builder->ask(given, draws); },
                 {options.set, options.range});
}

std::optional<Counted> counted(const SearchSpace& space, Job& job, const std::string& name,
                               const SweepOptions& options) {
  const auto builder = make_builder(job, name);
  if (!builder) return std::nullopt;
  return count_configurations(space, ask_with(builder.get(), options));
}

SweepOpened with_count(SweepOpened opened, const Ask& ask) {
  if (!ask) return opened;
  const SearchSpace space = searched_space(opened);
  const Counted counted = count_configurations(space, ask);
  opened.asks = !counted.as_declared(space);
  opened.configurations = opened.asks && counted.complete ? counted.all.size() : 0;
  return opened;
}

std::unique_ptr<RandomSearch> random_search(const SweepOpened& opened, const Ask& ask) {
  SearchSpace space = searched_space(opened);
  if (!opened.asks) return std::make_unique<RandomSampler>(std::move(space), opened.seed);
  std::optional<std::uint64_t> configurations;
  if (opened.configurations > 0) configurations = opened.configurations;
  return std::make_unique<AskingSampler>(std::move(space), opened.seed, configurations, ask);
}

}  // namespace sibyl
