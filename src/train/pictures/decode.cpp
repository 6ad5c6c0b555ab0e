#include "train/pictures/decode.hpp"

#include <algorithm>
#include <array>

namespace sibyl {

namespace {

bool begins_with(std::span<const std::uint8_t> file, std::span<const std::uint8_t> magic) {
  return file.size() >= magic.size() && std::equal(magic.begin(), magic.end(), file.begin());
}

}  // namespace

void decode_picture(std::span<const std::uint8_t> file, std::int64_t channels, const PictureSize& least,
                    const ChooseBox& choose, DecodedPicture& picture, PixelBox& box) {
  // By what it is, whatever it is called.
  constexpr std::array<std::uint8_t, 3> jpeg = {0xFF, 0xD8, 0xFF};
  constexpr std::array<std::uint8_t, 4> png = {0x89, 'P', 'N', 'G'};
  picture.damage.clear();
  if (file.empty()) {
    picture.damage = "the file is empty";
  } else if (begins_with(file, jpeg)) {
    decode_jpeg(file, channels, least, choose, picture, box);
  } else if (begins_with(file, png)) {
    decode_png(file, channels, picture);
    if (picture.damage.empty()) box = choose({.width = picture.width, .height = picture.height});
  } else {
    picture.damage = "it is neither a JPEG nor a PNG";
  }
}

}  // namespace sibyl
