#pragma once

#include <string>
#include <string_view>

namespace torch::nn {
class Module;
}

namespace sibyl {

/// How weights begin; reads itself from a text, so that `hp.Choice("initialiser", {"glorot_uniform",
/// "he_uniform"})` can be passed. The variance of a weight, by how many numbers a unit takes (fan in) and how
/// many units take what it gives (fan out):
class InitialiserKind {
 public:
  enum Kind {
    libtorch,        ///< as LibTorch has made them: 1 / (3 fan in), biases too
    glorot_uniform,  ///< 2 / (fan in + fan out) (Glorot and Bengio 2010): Keras' default
    glorot_normal,
    he_uniform,  ///< 2 / fan in (He et al. 2015): for ReLU
    he_normal,
    lecun_uniform,  ///< 1 / fan in (LeCun et al. 1998): for SELU
    lecun_normal,
    orthogonal,  ///< a random rotation (Saxe et al. 2014)
  };
  constexpr InitialiserKind(Kind kind) : kind_(kind) {}
  /// Throws Error for a name that it does not know.
  InitialiserKind(std::string_view name);
  InitialiserKind(const std::string& name) : InitialiserKind(std::string_view(name)) {}
  InitialiserKind(const char* name) : InitialiserKind(std::string_view(name)) {}
  constexpr operator Kind() const { return kind_; }

 private:
  Kind kind_;
};

/// Draws the weights of the linear, convolutional and recurrent layers in it anew, from LibTorch's generator,
/// and sets their biases to 0. As in Keras, what recurrent layers take from themselves begins orthogonal, and
/// the forget gates of an LSTM with a bias of 1. Norms and embeddings stay as they are. Call it in build().
void initialise(torch::nn::Module& model, InitialiserKind kind);

/// As Keras' layers begin.
inline void glorot_uniform(torch::nn::Module& model) {
  initialise(model, InitialiserKind::glorot_uniform);
}

}  // namespace sibyl
