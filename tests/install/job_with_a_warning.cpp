// A job as people write them: the compiler warns of a variable that is not used.
#include "sibyl/job.hpp"

namespace {

class Mine : public sibyl::Job {
 public:
  sibyl::Objective objective() const override {
    int not_used = 0;
    return {"loss", sibyl::Direction::minimize};
  }
  sibyl::SearchSpace search_space() override { return {}; }
  std::unique_ptr<sibyl::Trainer> make_trainer(const sibyl::TrainerOptions&) override { return nullptr; }
};

}  // namespace

int main(int argc, char** argv) {
  return sibyl::run(argc, argv, [] { return std::make_unique<Mine>(); });
}
