// Tunes a convolutional network on a folder of JPEG and PNG pictures, a folder a class. They are read as they
// are needed, so there may be more of them than memory holds:
//
//     mpirun -n 5 pictures --data birds --output runs/birds --max-epochs 27
//
// Where there are birds/train and birds/val (and birds/test), these; else birds/CLASS is split at random.
#include <sibyl/sibyl.hpp>

#include <sibyl/data/split.hpp>
#include <sibyl/streaming/pictures.hpp>

namespace nn = torch::nn;
using Folder = std::shared_ptr<sibyl::PictureFolder>;

struct Pictures : sibyl::HyperModel {
  std::int64_t classes = 10;  // on_data() sees how many there are

  nn::Sequential build(sibyl::HyperParameters& hp) override {
    auto width = hp.Int("width", 8, 32, {.step = 8});
    const auto blocks = hp.Int("blocks", 2, 4);
    const auto dropout = hp.Float("dropout", 0, 0.5, {.step = 0.1});
    nn::Sequential model;
    std::int64_t channels = 3;
    for (std::int64_t block = 0; block < blocks; ++block) {  // half the size, twice the channels
      model->push_back(nn::Conv2d(nn::Conv2dOptions(channels, width, 3).padding(1).bias(false)));
      model->push_back(nn::BatchNorm2d(width));
      model->push_back(nn::ReLU());
      model->push_back(nn::MaxPool2d(2));
      channels = width;
      width *= 2;
    }
    model->push_back(nn::AdaptiveAvgPool2d(1));
    model->push_back(nn::Flatten());
    model->push_back(nn::Dropout(dropout));
    model->push_back(nn::Linear(channels, classes));
    return model;
  }

  sibyl::Optimizer optimizer(sibyl::HyperParameters& hp) override {
    return {.kind = "adamw",
            .learning_rate = hp.Float("learning_rate", 1e-4, 1e-2,
                                      {.sampling = sibyl::Sampling::log, .default_value = 2e-3}),
            .weight_decay = 0.01,
            .schedule = {.kind = "cosine"}};
  }

  int batch_size(sibyl::HyperParameters& hp) override {
    return static_cast<int>(hp.Int("batch_size", 16, 64, {.step = 16}));
  }

  sibyl::Objective objective() const override { return sibyl::Objective::parse("val_accuracy"); }

  sibyl::Data data(const sibyl::DataOptions& options) override {
    if (options.directory.empty())
      throw sibyl::Error("Which pictures? Give --data DIR, with a folder of pictures for each class.");
    const sibyl::PictureOptions how{.height = 64, .width = 64, .least_area = 0.5};
    const auto folder = [&](const char* part) {
      return std::make_shared<sibyl::PictureFolder>(options.directory / part, how);
    };
    const bool is_split = std::filesystem::is_directory(options.directory / "train");
    const Folder all =
        is_split ? folder("train") : std::make_shared<sibyl::PictureFolder>(options.directory, how);
    sibyl::Data data;
    if (is_split) {
      data.train = sibyl::streamed(all);
      data.validation = part_of(all, folder("val"));
      if (std::filesystem::is_directory(options.directory / "test")) data.test = part_of(all, folder("test"));
    } else {
      data = sibyl::split(sibyl::streamed(all), {.validation = 0.2, .test = 0.1, .stratified = true},
                          options.seed);
    }
    data.class_names = all->class_names();
    data.preparation = all->preparation();
    return data;
  }
  void on_data(const sibyl::Data& data) override {
    classes = static_cast<std::int64_t>(data.class_names.size());
  }

  /// Throws where its classes are others than those of training.
  static sibyl::Split part_of(const Folder& training, const Folder& part) {
    if (part->class_names() != training->class_names())
      throw sibyl::Error(part->describe() + ": the classes are not those of the training pictures.");
    return sibyl::streamed(part);
  }
};

int main(int argc, char** argv) {
  return sibyl::run<Pictures>(argc, argv);
}
