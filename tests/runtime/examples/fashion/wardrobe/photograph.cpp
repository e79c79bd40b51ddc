// SPDX-License-Identifier: MIT
#include "fashion/wardrobe/photograph.hpp"
#include "kept_threads.hpp"

#include <denim/image/encode.hpp>
#include <denim/machine/threads.hpp>

#include <doctest/doctest.h>

#include <set>

using namespace denim;
using wardrobe::assortment;
using wardrobe::photograph;

namespace {

/// Where the object stands, as shares of the frame.
struct Extent {
    double centre_x = 0, centre_y = 0, width = 0, height = 0, bottom = 0;
};

Extent extent(const Picture& picture) {
    int left = 1000, right = -1, top = 1000, bottom = -1;
    for (int y = 0; y < wardrobe::photograph_height; ++y) {
        for (int x = 0; x < wardrobe::photograph_width; ++x) {
            const std::uint8_t* rgb = picture.pixels.data() + (y * wardrobe::photograph_width + x) * 3;
            if (std::min({rgb[0], rgb[1], rgb[2]}) >= 240) continue;
            left = std::min(left, x), right = std::max(right, x + 1), top = std::min(top, y), bottom = std::max(bottom, y + 1);
        }
    }
    const double w = wardrobe::photograph_width, h = wardrobe::photograph_height;
    return {(left + right) / 2.0 / w, (top + bottom) / 2.0 / h, (right - left) / w, (bottom - top) / h, bottom / h};
}

/// The mean over some photographs of a class.
Extent mean_extent(std::size_t article, std::size_t count) {
    Extent sum;
    for (std::size_t number = 0; number < count; ++number) {
        const Extent e = extent(photograph(Seed{5}, article, number));
        sum.centre_x += e.centre_x / static_cast<double>(count), sum.centre_y += e.centre_y / static_cast<double>(count);
        sum.width += e.width / static_cast<double>(count), sum.height += e.height / static_cast<double>(count);
        sum.bottom += e.bottom / static_cast<double>(count);
    }
    return sum;
}

std::size_t number_of(std::string_view subclass) {
    for (std::size_t i = 0; i < assortment.size(); ++i) {
        if (assortment[i].subclass == subclass) return i;
    }
    return assortment.size();
}

}  // namespace

TEST_CASE("the same seed draws the same bytes with 1, 2 and 5 threads, and in any order") {
    const testing::KeptThreads kept_threads;
    std::vector<std::vector<std::uint8_t>> first;
    for (const std::size_t team : {1u, 2u, 5u}) {
        set_threads(team);
        std::vector<std::vector<std::uint8_t>> files(assortment.size() * 2);
        parallel_for(files.size(), 1'000'000'000,
                     [&](std::size_t i) { files[i] = encode_jpeg(photograph(Seed{9}, i / 2, i % 2), 92); });
        if (first.empty()) first = files;
        CHECK(files == first);
    }
    CHECK(encode_jpeg(photograph(Seed{9}, 7, 1), 92) == first[15]);
    CHECK(photograph(Seed{10}, 7, 1).pixels != photograph(Seed{9}, 7, 1).pixels);
}

TEST_CASE("all 17 subclasses are drawn, each photograph another, on a ground of exactly 255") {
    std::set<std::vector<std::uint8_t>> seen;
    for (std::size_t article = 0; article < assortment.size(); ++article) {
        CAPTURE(assortment[article].subclass);
        for (std::size_t number = 0; number < 4; ++number) {
            const Picture picture = photograph(Seed{2}, article, number);
            REQUIRE(picture.size == Size{400, 300});
            std::size_t object = 0;
            for (std::size_t i = 0; i < picture.pixels.size(); i += 3)
                object += picture.pixels[i] < 250 || picture.pixels[i + 1] < 250 || picture.pixels[i + 2] < 250;
            CHECK(object > 2000);
            CHECK(object < 60'000);
            for (const std::size_t y : {0u, 1u, 398u, 399u}) {
                for (const std::size_t x : {0u, 1u, 298u, 299u}) {
                    for (std::size_t c = 0; c < 3; ++c) CHECK(picture.pixels[(y * 300 + x) * 3 + c] == 255);
                }
            }
            CHECK(seen.insert(picture.pixels).second);
        }
    }
    CHECK_THROWS_AS((void)photograph(Seed{2}, 17, 0), std::out_of_range);
}

// Means of real photographs, as shares of the frame, and how far the mean of 24 drawings may lie from them.
TEST_CASE("objects are framed like the real ones") {
    struct Measured {
        std::string_view subclass;
        double centre_y, width, height, slack;
    };
    for (const Measured& real : {Measured{"optical", 0.50, 0.985, 0.23, 0.04},
                                 {"sunglasses", 0.50, 0.985, 0.235, 0.04},
                                 {"trousers-male", 0.50, 0.47, 0.985, 0.05},
                                 {"jeans-male", 0.50, 0.46, 0.985, 0.05},
                                 {"trousers-female", 0.50, 0.54, 0.985, 0.07},
                                 {"jeans-female", 0.50, 0.51, 0.985, 0.06},
                                 {"boots-male", 0.64, 0.98, 0.49, 0.06},
                                 {"boots-female", 0.53, 0.9, 0.71, 0.1},
                                 {"heels-female", 0.61, 0.98, 0.54, 0.09},
                                 {"trainers-male", 0.69, 0.98, 0.38, 0.05},
                                 {"trainers-female", 0.70, 0.98, 0.36, 0.05},
                                 {"sandals-male", 0.76, 0.98, 0.24, 0.04},
                                 {"others-female", 0.74, 0.98, 0.28, 0.04}}) {
        CAPTURE(real.subclass);
        const Extent drawn = mean_extent(number_of(real.subclass), 24);
        CHECK(drawn.centre_x == doctest::Approx(0.5).epsilon(0.02));
        CHECK(std::abs(drawn.centre_y - real.centre_y) < real.slack);
        CHECK(std::abs(drawn.width - real.width) < real.slack);
        CHECK(std::abs(drawn.height - real.height) < real.slack);
        if (assortment[number_of(real.subclass)].category == "shoes") CHECK(std::abs(drawn.bottom - 0.883) < 0.01);
    }
}
