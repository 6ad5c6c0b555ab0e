#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sibyl/streaming/dataset.hpp"

namespace sibyl {

struct PictureOptions {
  std::int64_t height = 224, width = 224;  ///< what pictures are made to be
  std::int64_t channels = 3;               ///< 3: red, green, blue; 1: grey
  /// x as bytes (0 to 255), which take a quarter of the room on their way to the device; else as floats, 0
  /// to 1.
  bool bytes = false;

  /// In training, a part of the picture with this part of its area, and these proportions (width to height),
  /// is taken at random and resized (as torchvision's RandomResizedCrop). least_area = 1: the centre, as in
  /// validation.
  double least_area = 0.08;
  double least_ratio = 3. / 4, most_ratio = 4. / 3;
  /// In training, half of them, at random, are turned left to right.
  bool flip = true;
  /// In validation, the centre: so much of the largest rectangle of the wanted proportions. (7/8 is what
  /// torchvision's Resize(256) and CenterCrop(224) take.)
  double centre = 7. / 8;
};

/// Pictures in a folder a class, JPEG and PNG (by their names: .jpg, .jpeg, .png): as torchvision's
/// ImageFolder. Classes are the folders by name, samples the files of each by name. They are read, decoded,
/// cut and resized (bilinearly, with antialiasing) in the loader's threads, and JPEGs decoded no larger than
/// is needed. Grey pictures, palettes, CMYK and 16 bits become what is asked for; transparency is dropped;
/// the orientation that a camera notes is not looked at.
///
/// A file that is damaged (truncated, say) is a BadSample. The constructor throws Error where there is no
/// folder, no class, or a class without pictures. (Sibyl needs libpng and libjpeg-turbo for it.)
class PictureFolder : public Dataset {
 public:
  explicit PictureFolder(std::filesystem::path folder, const PictureOptions& options = {});

  std::int64_t size() const override { return static_cast<std::int64_t>(files_.size()); }
  /// x (samples, channels, height, width), y (samples) classes.
  Split batch(std::int64_t samples) const override;
  void read(std::span<const std::int64_t> places, const SampleRandom& random,
            const Split& into) const override;
  at::Tensor targets() const override { return targets_; }
  std::string describe() const override;

  const std::vector<std::string>& class_names() const { return class_names_; }
  std::filesystem::path file(std::int64_t place) const;
  /// For Data::preparation: what an exported model does to raw pictures (samples, channels, height, width) or
  /// (samples, height, width, channels) of 0 to 255. All of the picture is resized, and none cut off.
  Preparation preparation() const;

 private:
  void read_one(std::size_t place, const SampleRandom& random, void* pixels) const;

  std::filesystem::path folder_;
  PictureOptions options_;
  std::vector<std::string> class_names_;
  std::vector<std::string> files_;  // below their class's folder
  at::Tensor targets_;
  std::int64_t others_ = 0;  // files that are no pictures
};

}  // namespace sibyl
