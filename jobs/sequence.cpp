// Tunes a network that reads text and says each next character: recurrent (GRU, LSTM) or attention. The text
// is that of the licences that every Debian has, or any file:
//
//     mpirun -n 3 sequence --output runs/sequence --max-epochs 27
//     mpirun -n 3 sequence --output runs/novel --max-epochs 27 --data novel.txt
#include <sibyl/sibyl.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

#include <sibyl/data/find_data.hpp>
#include <sibyl/data/split.hpp>

namespace nn = torch::nn;

/// Takes characters (batch, length) as whole numbers, gives logits (batch, characters, length) of what comes
/// next.
struct ReaderImpl : nn::Module {
  ReaderImpl(const std::string& kind, std::int64_t characters, std::int64_t width, std::int64_t layers,
             double dropout) {
    embedding = register_module("embedding", nn::Embedding(characters, width));
    const double between = layers > 1 ? dropout : 0;
    if (kind == "gru")
      gru = register_module(
          "gru", nn::GRU(nn::GRUOptions(width, width).num_layers(layers).dropout(between).batch_first(true)));
    if (kind == "lstm")
      lstm = register_module(
          "lstm",
          nn::LSTM(nn::LSTMOptions(width, width).num_layers(layers).dropout(between).batch_first(true)));
    if (kind == "attention") {
      place = register_module("place", nn::Embedding(longest, width));
      const auto layer =
          nn::TransformerEncoderLayerOptions(width, 4).dim_feedforward(4 * width).dropout(dropout);
      attention =
          register_module("attention", nn::TransformerEncoder(nn::TransformerEncoderLayer(layer), layers));
    }
    says = register_module("says", nn::Linear(width, characters));
  }

  torch::Tensor forward(const torch::Tensor& x) {
    torch::Tensor read = embedding->forward(x);
    if (gru) read = std::get<0>(gru->forward(read));
    if (lstm) read = std::get<0>(lstm->forward(read));
    if (attention) {  // nobody looks ahead
      read = read + place->forward(torch::arange(x.size(1), x.options()));
      const auto ahead = torch::full({x.size(1), x.size(1)}, -INFINITY, read.options()).triu(1);
      read = attention->forward(read.transpose(0, 1), ahead).transpose(0, 1);
    }
    return says->forward(read).transpose(1, 2);
  }

  static constexpr std::int64_t longest = 64;
  nn::Embedding embedding{nullptr}, place{nullptr};
  nn::GRU gru{nullptr};
  nn::LSTM lstm{nullptr};
  nn::TransformerEncoder attention{nullptr};
  nn::Linear says{nullptr};
};
TORCH_MODULE(Reader);

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!(text << in.rdbuf())) throw sibyl::Error(file.string() + ": can't be read, or is empty");
  return text.str();
}

struct Sequence : sibyl::HyperModel {
  std::int64_t characters = 100;  // on_data() sees how many there are

  nn::Sequential build(sibyl::HyperParameters& hp) override {
    const auto kind = hp.Choice("kind", {"gru", "lstm", "attention"});
    const auto width = hp.Int("width", 32, 256, {.step = 32, .default_value = 64});
    const auto layers = hp.Int("layers", 1, 3);
    return nn::Sequential(
        Reader(kind, characters, width, layers, hp.Float("dropout", 0, 0.5, {.step = 0.1})));
  }

  sibyl::Optimizer optimizer(sibyl::HyperParameters& hp) override {
    return {.kind = "adamw",
            .learning_rate = hp.Float("learning_rate", 1e-4, 1e-2,
                                      {.sampling = sibyl::Sampling::log, .default_value = 2e-3}),
            .weight_decay = 0.01,
            .clip_norm = 1,
            .schedule = {.kind = hp.Choice("schedule", {"cosine", "constant"}), .warmup = 1}};
  }

  sibyl::Data data(const sibyl::DataOptions& options) override {
    std::string text;
    if (std::filesystem::is_regular_file(options.directory)) {
      text = read_text(options.directory);
    } else {
      const sibyl::DataSet licences{
          .name = "the licences",
          .files = {"GPL-3", "GPL-2", "LGPL-2.1", "GFDL-1.3", "MPL-2.0", "Apache-2.0"},
          .folder = "licences",
          .system = "/usr/share/common-licenses",
          .source = "Every Debian has them, in its package base-files. Or give a text: --data FILE."};
      const auto folder = sibyl::find_data(licences, options);
      for (const auto& file : licences.files) text += read_text(folder / file);
    }
    const auto length = ReaderImpl::longest, samples = (static_cast<std::int64_t>(text.size()) - 1) / length;
    if (samples < 10)
      throw sibyl::Error("The text is too short: it takes " + std::to_string(10 * length) + " characters.");
    const auto bytes = torch::from_blob(text.data(), {samples * length + 1}, torch::kByte).to(torch::kLong);
    const auto [known, code, count] = torch::_unique2(bytes, /*sorted=*/true, /*return_inverse=*/true);
    return sibyl::split({.x = code.narrow(0, 0, samples * length).view({samples, length}),
                         .y = code.narrow(0, 1, samples * length).view({samples, length})},
                        {.validation = 0.1, .test = 0.1}, options.seed);
  }

  bool reads_once() const override { return true; }
  // Each character has a number, and occurs somewhere.
  void on_data(const sibyl::Data& data) override {
    characters = 0;
    for (const auto& part : {data.train, data.validation, data.test})
      for (const auto& codes : {part.x, part.y})
        if (codes.defined() && codes.numel() > 0)
          characters = std::max(characters, codes.max().item<std::int64_t>() + 1);
  }
};

int main(int argc, char** argv) {
  return sibyl::run<Sequence>(argc, argv);
}
