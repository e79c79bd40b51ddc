// SPDX-License-Identifier: MIT
#pragma once

#include <denim/image/block_pool.hpp>
#include <denim/image/picture.hpp>

#include <cstring>
#include <memory>
#include <new>

namespace denim::inline DENIM_TARGET::detail {

/// A decoded picture: one 32-bit word for each pixel, bytes red, green, blue and one that says nothing. Vectors like words:
/// every lane is a pixel.
class Raster {
public:
    using Word = std::int32_t;

    Raster() = default;
    /// Takes memory of this thread's block pool.
    Raster(Size size, void* words) : size_(size), words_(static_cast<Word*>(words)) {}
    explicit Raster(Size size) : Raster(size, block_pool().allocate(size.pixels() * sizeof(Word))) {
        if (words_ == nullptr) throw std::bad_alloc{};
    }

    [[nodiscard]] Size size() const { return size_; }
    [[nodiscard]] Word* words() { return words_.get(); }
    [[nodiscard]] const Word* words() const { return words_.get(); }

    static Raster of(const Picture& picture) {
        Raster raster{picture.size};
        for (std::size_t i = 0; i < picture.size.pixels(); ++i) {
            raster.words()[i] = -1;
            std::memcpy(raster.words() + i, picture.pixels.data() + i * Picture::channels, Picture::channels);
        }
        return raster;
    }

    /// Writes the pixels as bytes red, green, blue; rows of `to` are `stride` bytes apart.
    void copy_to(std::uint8_t* to, std::size_t stride) const {
        for (std::size_t y = 0; y < size_.height; ++y) {
            const Word* from = words() + y * size_.width;
            std::uint8_t* row = to + y * stride;
            for (std::size_t x = 0; x < size_.width; ++x) std::memcpy(row + x * Picture::channels, from + x, Picture::channels);
        }
    }

    [[nodiscard]] Picture picture() const {
        Picture result;
        result.size = size_;
        result.pixels.resize(size_.pixels() * Picture::channels);
        copy_to(result.pixels.data(), size_.width * Picture::channels);
        return result;
    }

private:
    struct Release {
        void operator()(Word* words) const { block_pool().release(words); }
    };

    Size size_;
    std::unique_ptr<Word, Release> words_;
};

/// Lays what is transparent over white; the fourth byte of a pixel is its alpha, and is 255 afterwards.
inline void lay_over_white(Raster& raster) {
    auto* bytes = reinterpret_cast<std::uint8_t*>(raster.words());
    for (std::size_t i = 0; i < raster.size().pixels() * sizeof(Raster::Word); i += sizeof(Raster::Word)) {
        const unsigned alpha = bytes[i + 3];
        if (alpha == 255) continue;
        for (std::size_t c = 0; c < Picture::channels; ++c)
            bytes[i + c] = static_cast<std::uint8_t>((bytes[i + c] * alpha + 255 * (255 - alpha) + 127) / 255);
        bytes[i + 3] = 255;
    }
}

/// The picture as it looks when the camera's orientation (Exif's 1 to 8) is followed: 2 to 4 mirror and turn by half,
/// 5 to 8 exchange rows and columns.
inline Raster turned(Raster raster, int orientation) {
    if (orientation <= 1 || orientation > 8) return raster;
    const bool exchange = orientation >= 5;
    const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const Size old = raster.size();
    Raster result{exchange ? Size{old.width, old.height} : old};
    const Size size = result.size();
    for (std::size_t y = 0; y < size.height; ++y)
        for (std::size_t x = 0; x < size.width; ++x) {
            std::size_t row = exchange ? x : y, column = exchange ? y : x;
            if (from_below) row = old.height - 1 - row;
            if (from_right) column = old.width - 1 - column;
            result.words()[y * size.width + x] = raster.words()[row * old.width + column];
        }
    return result;
}

}  // namespace denim::inline DENIM_TARGET::detail
