// SPDX-License-Identifier: MIT
#include <denim/data/augmentation.hpp>

#include "messages.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <set>
#include <utility>

using namespace denim;

namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr Shape shape{12, 9, 3};

Bytes drawn(Shape of = shape) {
    Bytes bytes(of.size());
    Random random{Seed{5}};
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
    return bytes;
}

Bytes applied(const Augmentation& augmentation, const Bytes& in, std::uint64_t sample, Shape of = shape) {
    Bytes out(in.size());
    augmentation.apply(in.data(), of, out.data(), Augmentation::random_of(Seed{3}, 2, sample));
    return out;
}

double mean(const Bytes& bytes) { return std::accumulate(bytes.begin(), bytes.end(), 0.0) / static_cast<double>(bytes.size()); }

}  // namespace

TEST_CASE("nothing asked for changes nothing") { CHECK(applied({}, drawn(), 7) == drawn()); }

TEST_CASE("a flip mirrors about half of the pictures") {
    const Bytes in = drawn();
    int flips = 0;
    for (std::uint64_t sample = 0; sample < 400; ++sample) {
        const Bytes out = applied({.flip = true}, in, sample);
        if (out == in) continue;
        ++flips;
        for (std::size_t y = 0; y < 12; ++y)
            for (std::size_t x = 0; x < 9; ++x)
                for (std::size_t c = 0; c < 3; ++c) REQUIRE(out[(y * 9 + x) * 3 + c] == in[(y * 9 + 8 - x) * 3 + c]);
    }
    CHECK(flips > 150);
    CHECK(flips < 250);
}

TEST_CASE("places: whole shifts, quarter turns, mirrored maps and zooms land where they should") {
    const Shape square{8, 8, 1};
    const Bytes in = drawn(square);
    Bytes out(in.size());
    const auto moved = [&](std::array<double, 6> map) {
        detail::move_pixels<1>(in.data(), square, detail::PixelMap{map}, 99, out.data());
    };
    moved({1, 0, 2, 0, 1, -1});
    for (std::size_t y = 0; y < 8; ++y)
        for (std::size_t x = 0; x < 8; ++x) CHECK(out[y * 8 + x] == (y >= 1 && x < 6 ? in[(y - 1) * 8 + x + 2] : 99));
    moved({0, 1, 0, -1, 0, 7});
    for (std::size_t y = 0; y < 8; ++y)
        for (std::size_t x = 0; x < 8; ++x) CHECK(out[y * 8 + x] == in[(7 - x) * 8 + y]);
    moved({1, 0, 0.25, 0, 1, 0});
    CHECK(std::abs(out[0] - (0.75 * in[0] + 0.25 * in[1])) <= 0.5);
    CHECK(std::abs(out[7] - (0.75 * in[7] + 0.25 * 99)) <= 0.5);
    // At each corner three of the four pixels around a place lie outside.
    for (const double across : {-0.75, 0.25})
        for (const double down : {-0.5, 0.5}) {
            moved({1, 0, across, 0, 1, down});
            const std::size_t corner = (down < 0 ? 0 : 56) + (across < 0 ? 0 : 7);
            const double share = (1 - std::abs(across)) * (1 - std::abs(down));
            CHECK(std::abs(out[corner] - (share * in[corner] + (1 - share) * 99)) <= 0.5);
        }
}

TEST_CASE("the middle stays where it is under turn and zoom, and what comes in from outside is the ground") {
    Bytes in(21 * 21, 200);
    const Shape square{21, 21, 1};
    in[10 * 21 + 10] = 0;
    for (std::uint64_t sample = 0; sample < 50; ++sample) {
        const Bytes out = applied({.flip = true, .turn = 45, .zoom = 0.2f, .ground = 250}, in, sample, square);
        CHECK(std::ranges::min_element(out) - out.begin() == 10 * 21 + 10);
        CHECK(out[10 * 21 + 10] < 20);
        for (const std::uint8_t value : out) CHECK(value <= 250);
    }
}

TEST_CASE("a turn keeps distances from the middle, and reaches its range either way") {
    const Shape square{41, 41, 1};
    Bytes in(41 * 41, 255);
    for (std::size_t y = 19; y <= 21; ++y)
        for (std::size_t x = 33; x <= 35; ++x) in[y * 41 + x] = 0;  // a dot, 14 to the right
    double least = 0, most = 0;
    for (std::uint64_t sample = 0; sample < 400; ++sample) {
        const Bytes out = applied({.turn = 60}, in, sample, square);
        double weight = 0, x = 0, y = 0;
        for (std::size_t i = 0; i < out.size(); ++i) {
            const double dark = 255.0 - out[i];
            weight += dark, x += dark * (static_cast<double>(i % 41) - 20), y += dark * (static_cast<double>(i / 41) - 20);
        }
        CHECK(std::hypot(x / weight, y / weight) == doctest::Approx(14).epsilon(0.02));
        const double degrees = std::atan2(y, x) * 180 / std::numbers::pi;
        least = std::min(least, degrees), most = std::max(most, degrees);
    }
    CHECK(least == doctest::Approx(-60).epsilon(0.05));
    CHECK(most == doctest::Approx(60).epsilon(0.05));
}

TEST_CASE("shifts reach their range and not beyond") {
    Bytes in(40 * 40, 255);
    const Shape square{40, 40, 1};
    in[20 * 40 + 20] = 0;
    double furthest = 0;
    for (std::uint64_t sample = 0; sample < 300; ++sample) {
        const Bytes out = applied({.shift = 0.25f}, in, sample, square);
        double weight = 0, x = 0;
        for (std::size_t i = 0; i < out.size(); ++i)
            weight += 255 - out[i], x += (255.0 - out[i]) * static_cast<double>(i % 40);
        furthest = std::max(furthest, std::abs(x / weight - 20));
    }
    CHECK(furthest == doctest::Approx(10));
}

TEST_CASE("what is shifted only stays sharp: whole pixels; what is turned too does not") {
    const Bytes in = drawn();
    std::set<std::pair<int, int>> seen;
    for (std::uint64_t sample = 0; sample < 1500; ++sample) {
        const Bytes out = applied({.shift = 0.2f, .ground = 7}, in, sample);
        const auto is_shift = [&](int down, int right) {
            for (int y = 0; y < 12; ++y)
                for (int x = 0; x < 9; ++x)
                    for (int c = 0; c < 3; ++c) {
                        const int from_y = y - down, from_x = x - right;
                        const bool inside = from_y >= 0 && from_y < 12 && from_x >= 0 && from_x < 9;
                        const auto at = [&](int row, int column) { return static_cast<std::size_t>((row * 9 + column) * 3 + c); };
                        if (out[at(y, x)] != (inside ? in[at(from_y, from_x)] : 7)) return false;
                    }
            return true;
        };
        bool found = false;
        for (int down = -2; down <= 2 && !found; ++down)
            for (int right = -2; right <= 2 && !found; ++right)
                if ((found = is_shift(down, right))) seen.insert({down, right});
        CHECK(found);
    }
    CHECK(seen.size() == 25);
    CHECK(applied({.shift = 0.2f, .turn = 1e-3f}, in, 0) != applied({.shift = 0.2f}, in, 0));
}

TEST_CASE("a crop shows a part of the picture only") {
    Bytes in(50 * 50);
    const Shape square{50, 50, 1};
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<std::uint8_t>(5 * (i % 50));
    for (std::uint64_t sample = 0; sample < 100; ++sample) {
        const Bytes out = applied({.crop = 0.3f, .ground = 255}, in, sample, square);
        const int span = out[25 * 50 + 48] - out[25 * 50 + 1];
        CHECK(span <= 47 * 5 + 1);
        CHECK(span >= 47 * 5 * 0.7 - 1);
    }
}

TEST_CASE("colours: brightness adds, contrast stretches about the mean, hue and saturation leave grey alone") {
    Bytes in = drawn();
    for (std::uint8_t& byte : in) byte = static_cast<std::uint8_t>(64 + byte / 2);
    const Bytes grey(shape.size(), 128);
    double lowest = 0, highest = 0;
    for (std::uint64_t sample = 0; sample < 200; ++sample) {
        const double added = mean(applied({.brightness = 0.2f}, in, sample)) - mean(in);
        lowest = std::min(lowest, added), highest = std::max(highest, added);
        const Bytes stretched = applied({.contrast = 0.5f}, in, sample);
        CHECK(std::abs(mean(stretched) - mean(in)) < 1);
        for (const std::uint8_t value : applied({.saturation = 0.9f, .hue = 180}, grey, sample))
            CHECK(std::abs(value - 128) <= 1);
    }
    CHECK(lowest < -45);
    CHECK(highest > 45);
    const auto third = detail::colour_matrix(120, 1);
    Bytes red{255, 0, 0};
    detail::turn_colours(red.data(), 1, third);
    CHECK(red[1] > red[0]);  // towards green
    CHECK(red[1] > red[2]);
    Bytes colour{200, 100, 50};
    detail::turn_colours(colour.data(), 1, detail::colour_matrix(0, 0));
    CHECK(colour[0] == colour[1]);
    CHECK(colour[1] == colour[2]);
}

TEST_CASE("colours by hand: the W3C's hueRotate and saturate, contrast about the mean of each channel, clamped at both ends") {
    const auto turned = [](Bytes pixels, double degrees, double saturation) {
        detail::turn_colours(pixels.data(), pixels.size() / 3, detail::colour_matrix(degrees, saturation));
        return pixels;
    };
    const Bytes two{100, 60, 40, 250, 10, 0};
    CHECK(turned(two, 0, 1) == two);
    CHECK(turned(two, 90, 1) == Bytes{40, 78, 34, 0, 98, 0});
    CHECK(turned(two, 180, 1) == Bytes{34, 74, 94, 0, 111, 121});
    CHECK(turned(two, 0, 2) == Bytes{133, 53, 13, 255, 0, 0});
    // Two channels of three pixels: means 120 and 10.
    Bytes stretched{100, 0, 120, 10, 140, 20};
    detail::stretch_values(stretched.data(), {3, 1, 2}, 1.5, 10);
    CHECK(stretched == Bytes{100, 5, 130, 20, 160, 35});
    detail::stretch_values(stretched.data(), {3, 1, 2}, 1, 200);
    CHECK(stretched == Bytes{255, 205, 255, 220, 255, 235});
    Bytes six{10, 20, 30, 40, 50, 60};  // more channels than tables at a time
    detail::stretch_values(six.data(), {1, 1, 6}, 1, -15);
    CHECK(six == Bytes{0, 5, 15, 25, 35, 45});
}

TEST_CASE("a zoom of z makes things from 1 - z to 1 + z times as large") {
    Bytes in(101 * 101, 255);
    const Shape square{101, 101, 1};
    for (std::size_t y = 40; y <= 60; ++y)
        for (std::size_t x = 40; x <= 60; ++x) in[y * 101 + x] = 0;
    double smallest = 1, largest = 1;
    for (std::uint64_t sample = 0; sample < 100; ++sample) {
        double dark = 0;
        for (const std::uint8_t value : applied({.zoom = 0.5f}, in, sample, square)) dark += (255.0 - value) / 255;
        const double size = std::sqrt(dark) / 21;
        smallest = std::min(smallest, size), largest = std::max(largest, size);
    }
    CHECK(smallest == doctest::Approx(0.5).epsilon(0.06));
    CHECK(largest == doctest::Approx(1.5).epsilon(0.02));
}

TEST_CASE("what is erased is a whole rectangle, wide or high, and reaches every border") {
    const Shape small{20, 16, 1};
    const Bytes in(small.size(), 0);
    std::set<std::size_t> tops, bottoms, lefts, rights;
    double widest = 1, highest = 1;
    for (std::uint64_t sample = 0; sample < 1000; ++sample) {
        const Bytes out = applied({.erase = 1}, in, sample, small);
        std::size_t top = 20, bottom = 0, left = 16, right = 0, changed = 0;
        for (std::size_t y = 0; y < 20; ++y)
            for (std::size_t x = 0; x < 16; ++x)
                if (out[y * 16 + x] != 0) {
                    top = std::min(top, y), bottom = std::max(bottom, y), left = std::min(left, x), right = std::max(right, x);
                    ++changed;
                }
        if (changed == 0) continue;  // hidden by black
        REQUIRE(changed == (bottom - top + 1) * (right - left + 1));
        tops.insert(top), bottoms.insert(bottom), lefts.insert(left), rights.insert(right);
        const double ratio = static_cast<double>(right - left + 1) / static_cast<double>(bottom - top + 1);
        widest = std::max(widest, ratio), highest = std::max(highest, 1 / ratio);
    }
    CHECK(*tops.begin() == 0);
    CHECK(*bottoms.rbegin() == 19);
    CHECK(*lefts.begin() == 0);
    CHECK(*rights.rbegin() == 15);
    CHECK(widest > 2.5);
    CHECK(highest > 2.5);
}

TEST_CASE("erasing hides one rectangle of a colour, as often as asked for") {
    const Shape large{60, 50, 3};
    const Bytes in = drawn(large);
    int erased = 0;
    for (std::uint64_t sample = 0; sample < 400; ++sample) {
        const Bytes out = applied({.erase = 0.25f}, in, sample, large);
        std::size_t changed = 0;
        for (std::size_t i = 0; i < out.size(); i += 3) changed += !std::equal(&out[i], &out[i] + 3, &in[i]);
        if (changed == 0) continue;
        ++erased;
        CHECK(changed >= 0.015 * 3000);
        CHECK(changed <= 0.21 * 3000);
    }
    CHECK(erased > 70);
    CHECK(erased < 130);
}

TEST_CASE("seed, epoch and sample decide, and the same three give the same bits") {
    const Augmentation all{.flip = true,
                           .shift = 0.1f,
                           .turn = 10,
                           .zoom = 0.1f,
                           .crop = 0.1f,
                           .brightness = 0.1f,
                           .contrast = 0.1f,
                           .saturation = 0.1f,
                           .hue = 10,
                           .erase = 0.5f};
    const Bytes in = drawn();
    const auto of = [&](Seed seed, std::uint64_t epoch, std::uint64_t sample) {
        Bytes out(in.size());
        all.apply(in.data(), shape, out.data(), Augmentation::random_of(seed, epoch, sample));
        return out;
    };
    CHECK(of(Seed{1}, 2, 3) == of(Seed{1}, 2, 3));
    CHECK(of(Seed{1}, 2, 3) != of(Seed{1}, 2, 4));
    CHECK(of(Seed{1}, 2, 3) != of(Seed{1}, 3, 3));
    CHECK(of(Seed{1}, 2, 3) != of(Seed{2}, 2, 3));
    std::vector<float> floats(in.size());
    all.apply(in.data(), shape, floats.data(), Augmentation::random_of(Seed{1}, 2, 3));
    const Bytes bytes = of(Seed{1}, 2, 3);
    for (std::size_t i = 0; i < bytes.size(); ++i) CHECK(floats[i] == doctest::Approx(bytes[i] / 255.0));
    CHECK_THROWS_AS(applied({.turn = 10}, drawn({3, 3, 2}), 0, {3, 3, 2}), std::invalid_argument);
}

TEST_CASE("saturation and hue are of three channels; the rest of any") {
    const auto accepted = [](const Augmentation& augmentation, std::size_t channels) {
        try {
            augmentation.check({4, 5, channels});
            return true;
        } catch (const std::invalid_argument&) {
            return false;
        }
    };
    for (const std::size_t channels : {1u, 3u, 4u}) {
        CHECK(accepted({}, channels));
        CHECK(accepted({.flip = true, .turn = 5, .contrast = 0.5f}, channels));
        CHECK(accepted({.saturation = 0.5f}, channels) == (channels == 3));
        CHECK(accepted({.hue = 5}, channels) == (channels == 3));
    }
}

TEST_CASE("vectors are no pictures: nothing of them is changed") {
    const Shape vector{1, 1, 13};
    Augmentation{}.check(vector);
    Augmentation{.ground = 3}.check(vector);
    for (const Augmentation& augmentation : {Augmentation{.flip = true}, {.brightness = 0.1f}, {.erase = 0.5f}})
        CHECK(message_of([&] { augmentation.check(vector); }) == "denim: Augmentation: it changes pictures, but these are vectors of 13 numbers");
}
